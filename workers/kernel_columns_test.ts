import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { EVENT_COLUMNS, valueAt } from "../parquet/mod.ts";
import { randomOf, withSeed } from "../tests/support/random.ts";
import { EventColumns } from "./event_columns.ts";
import { readLog } from "./read_log.ts";
import { RECORD_FIELDS } from "./record_fields.ts";
import { ScannedRecord } from "./scanned_record.ts";
import { ValueColumns } from "./value_columns.ts";
import { KernelColumns } from "./kernel_columns.ts";

/** Every column's values, row by row. */
function valuesOf(columns: KernelColumns, rowCount: number): unknown[][] {
  return columns.columns().map((column, i) =>
    Array.from({ length: rowCount }, (_, row) => valueAt(EVENT_COLUMNS[i], column, row))
  );
}

/** A record of fields that are there or not, and of any kind. */
function randomRecord(random: () => number): string {
  const pick = (count: number) => Math.floor(random() * count);
  const text = () => {
    const kind = pick(6);
    if (kind === 0) return '"few"';
    if (kind === 1) return `"${pick(1e9)}"`;
    if (kind === 2) return '"es\\"ca\\u00e9ped"';
    if (kind === 3) return '"lone \\ud800"';
    if (kind === 4) return `"${"é".repeat(pick(300))}"`;
    return '""';
  };
  const value = (): string => {
    const kind = pick(8);
    if (kind < 3) return text();
    if (kind === 3) return ["true", "false", "null"][pick(3)];
    if (kind === 4) return String(pick(100));
    if (kind === 5) return `[${text()},{}]`;
    const names = ["type", "arn", "userName", "sessionContext", "bucketName", "key"];
    const session = `{"sessionIssuer":{"arn":${text()}}}`;
    return `{${
      names.filter(() => pick(2) === 0)
        .map((name) => `"${name}":${name === "sessionContext" ? session : text()}`).join(",")
    }}`;
  };
  const fields = RECORD_FIELDS.filter((name) => name !== "eventTime" && pick(3) > 0)
    .map((name) => `"${name}":${value()}`);
  if (pick(5) === 0) fields.push(`"unknown.${pick(3)}":${value()}`);
  if (pick(20) === 0) fields.push(`"eventName":${value()}`);
  const separator = pick(10) === 0 ? ", " : ",";
  return `{"eventTime":"2026-01-02T03:04:05${pick(9) === 0 ? ".5" : ""}Z"${
    ["", ...fields].join(separator)
  }}`;
}

Deno.test("KernelColumns hold what ValueColumns hold, part after part", () =>
  withSeed((seed) => Promise.resolve(compareParts(randomOf(seed)))));

function compareParts(random: () => number): void {
  const inKernel = new KernelColumns();
  const asValues = new ValueColumns();
  const kernel = new EventColumns(inKernel);
  const built = new EventColumns(asValues);
  const record = new ScannedRecord();
  for (let part = 0; part < 6; part++) {
    // Files of one record and of many; of one kind and another, so that both scanners have theirs.
    for (let file = 0; file < 60; file++) {
      const records = Array.from(
        { length: 1 + Math.floor(random() * 20) },
        () => randomRecord(random),
      );
      const log = Buffer.from(`{"Records":[${records.join(",")}]}`);
      readLog("a.json", log, (batch) => {
        record.useBatch(batch);
        for (let i = 0; i < batch.count; i++) {
          record.moveTo(i);
          for (const columns of [kernel, built]) {
            columns.append(record, 1_767_323_045_000 + i * 500, `s3://b/${file >> 1}`);
          }
        }
      });
    }
    assertEquals(kernel.rowCount, built.rowCount);
    // A lone surrogate becomes U+FFFD when its text is written.
    const expected = asValues.values.map((column) =>
      column.map((value) => typeof value === "string" ? value.toWellFormed() : value)
    );
    assertEquals(valuesOf(inKernel, built.rowCount), expected, `part ${part}`);
    kernel.clear();
    built.clear();
  }
}

Deno.test("KernelColumns hold values larger than the room that a column begins with, and let it go again", () => {
  const inKernel = new KernelColumns();
  const columns = new EventColumns(inKernel);
  const record = new ScannedRecord();
  for (const size of [900_000, 10, 500_000]) {
    const texts = Array.from({ length: 12 }, (_, i) => `${i}${"x".repeat(size)}`);
    const log = `{"Records":[${texts.map((text) => `{"userAgent":"${text}"}`).join(",")}]}`;
    readLog("a.json", Buffer.from(log), (batch) => {
      record.useBatch(batch);
      for (let i = 0; i < batch.count; i++) {
        record.moveTo(i);
        columns.append(record, 0, "s3://b/k");
      }
    });
    const at = EVENT_COLUMNS.findIndex(({ name }) => name === "user_agent");
    const held = valuesOf(inKernel, columns.rowCount)[at];
    // Texts of this size are compared, not shown.
    assertEquals(held.map((text, i) => text === texts[i]), texts.map(() => true), `${size}`);
    assertEquals(columns.isFull, false);
    columns.clear();
  }
});

Deno.test("KernelColumns refuse to go on where others have taken their memory", () => {
  const first = new EventColumns(new KernelColumns());
  new KernelColumns();
  const record = new ScannedRecord();
  readLog("a.json", Buffer.from('{"Records":[{}]}'), (batch) => record.useBatch(batch));
  record.moveTo(0);
  assertThrows(() => first.append(record, 0, "s3://b/k"), Error, "taken over");
});
