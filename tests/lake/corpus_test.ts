import { assert, assertEquals } from "@std/assert";
import { hourOf } from "../../core/hours.ts";
import { canonicalJson } from "../../core/json_text.ts";
import { type EventRow, mergeHours, recordFromRow } from "../../parquet/mod.ts";
import { readRows, writeRows } from "../../parquet/testing.ts";
import { corpusRecords, hasCorpus } from "./corpus.ts";
import { naiveRow } from "./naive_row.ts";

const ignore = !hasCorpus();

Deno.test({
  name: "recordFromRow() gives every real record back, after Parquet and merging",
  ignore,
  async fn() {
    const originals = new Map<string, string>();
    const byHour = new Map<number, EventRow[]>();
    let read = 0;
    for (const { text, file } of corpusRecords()) {
      const row = naiveRow(text, file);
      if (row === null) continue;
      read++;
      assertEquals(canonicalJson(recordFromRow(row)), canonicalJson(text));
      originals.set(canonicalJson(text), file);
      const hourMs = hourOf(row.event_time as number);
      byHour.set(hourMs, [...byHour.get(hourMs) ?? [], row]);
    }
    assert(read > 2900);

    const hours = [...byHour.keys()].sort((a, b) => a - b);
    const file = writeRows(hours.flatMap((hourMs) => byHour.get(hourMs)!), 1000);
    let rowStart = 0;
    const inputs = hours.map((hourMs) => {
      const rowCount = byHour.get(hourMs)!.length;
      rowStart += rowCount;
      return { hourMs, parts: [{ file, rowStart: rowStart - rowCount, rowCount }], existing: [] };
    });
    const rebuilt = new Set<string>();
    let rows = 0;
    for await (const merged of mergeHours(inputs)) {
      for (const { bytes } of merged.events) {
        for (const row of await readRows(bytes)) {
          rebuilt.add(canonicalJson(recordFromRow(row)));
          rows++;
        }
      }
    }
    assertEquals(rows, rebuilt.size);
    assertEquals(rebuilt, new Set(originals.keys()));
  },
});
