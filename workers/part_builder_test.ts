import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { compactJson } from "../core/json_text.ts";
import { LIMITS } from "../core/limits.ts";
import { readTable } from "../parquet/mod.ts";
import { PartBuilder } from "./part_builder.ts";
import { RecordScanner } from "./scan_records.ts";
import { ScannedRecord } from "./scanned_record.ts";

/** The parts' rows of a log file that reaches the scanner in pieces. */
async function rowsOf(log: string, columns: readonly string[]): Promise<unknown[][]> {
  const scanner = new RecordScanner();
  const record = new ScannedRecord();
  const parts = new PartBuilder();
  const bytes = Buffer.from(log);
  const pieceBytes = 1024 * 1024;
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const isLast = at + pieceBytes >= bytes.length;
    const batch = scanner.push(bytes.subarray(at, at + pieceBytes), isLast);
    record.useBatch(batch);
    for (let i = 0; i < batch.count; i++) {
      record.moveTo(i);
      parts.append(record, 0, "s3://b/k");
    }
  }
  const rows: unknown[][] = [];
  for (const part of parts.take()) {
    const { rowCount, values } = await readTable(part.bytes, { columns });
    for (let row = 0; row < rowCount; row++) rows.push(values.map((column) => column[row]));
  }
  return rows;
}

Deno.test("PartBuilder keeps large texts as they are, whatever comes before and after them", async () => {
  const long = "é".repeat(LIMITS.largeRecordBytes / 2 + 10);
  const parameters = {
    compact: `{"a":"${long}"}`,
    spaced: `{ "a" : [ "${long}" , " x " ] }`,
  };
  const records = [
    '{"eventID":"0","userAgent":"short","requestParameters":{"x":1}}',
    `{"eventID":"1","userAgent":"${long}"}`,
    `{"eventID":"2","userAgent":"\\u00e9${long}"}`,
    `{"eventID":"3","requestParameters":${parameters.compact}}`,
    '{"eventID":"4"}',
    `{"eventID":"5","userAgent":"short","requestParameters":${parameters.spaced}}`,
  ];
  const columns = ["event_id", "user_agent", "request_parameters"];
  for (const spaced of [false, true]) {
    const list = spaced ? records.slice(0, 1).concat(records.slice(-1)) : records.slice(0, 5);
    const rows = await rowsOf(`{"Records":[${list.join(",")}]}`, columns);
    const expected = new Map<string, unknown[]>([
      ["0", ["0", "short", '{"x":1}']],
      ["1", ["1", long, null]],
      ["2", ["2", `é${long}`, null]],
      ["3", ["3", null, parameters.compact]],
      ["4", ["4", null, null]],
      ["5", ["5", "short", compactJson(parameters.spaced)]],
    ]);
    assertEquals(rows.length, list.length);
    for (const row of rows) {
      const wanted = expected.get(row[0] as string)!;
      // Texts of this size are compared, not shown.
      assert(row.every((value, i) => value === wanted[i]), `event ${row[0]} differs`);
    }
  }
});

Deno.test("PartBuilder keeps the odd fields of an event, whatever its neighbours lack", async () => {
  const values = ['"a"', '"b"', '{"x":[]}', "7", `"${"long ".repeat(200)}"`];
  const names = ["odd", "odder", "\\u006fdd"];
  const rests = [
    "",
    ',"responseElements":null',
    ',"requestParameters":null',
    ',"responseElements":null,"requestParameters":null',
    ',"awsRegion":7',
  ];
  const fields = names.flatMap((name) =>
    values.flatMap((value) => rests.map((rest) => `"${name}":${value}${rest}`))
  );
  // Each beside every other one that differs in one thing, and itself.
  const list = [...fields, ...fields.toReversed(), ...fields.flatMap((field) => [field, field])];
  const twice = ['"awsRegion":"a","awsRegion":"c"', '"awsRegion":"a","awsRegion":"b"'];
  const records = [...list, ...twice, '"odd":"a"', '"odd":"a","odder":"b"', '"odd":"a"']
    .map((fields, i) => `{"eventID":"${i}",${fields}}`);
  const rows = await rowsOf(`{"Records":[${records.join(",")}]}`, ["event_id", "extra"]);
  assertEquals(rows.length, records.length);
  for (const [id, extra] of rows) {
    const record = JSON.parse(records[Number(id)]);
    delete record.eventID;
    assertEquals(JSON.parse(extra as string), record, records[Number(id)]);
  }
});

/** Bytes of a text that fills a record of the kernel nearly alone. */
const TEXT_BYTES = 1_032_000;

Deno.test("PartBuilder ends a part before the kernel has no room left, whatever its columns kept from others", async () => {
  const parts = new PartBuilder();
  const record = new ScannedRecord();
  let count = 0;
  const text = (size = TEXT_BYTES) => `"${`${count}-`.padEnd(size, "x")}"`;
  const append = (fields: string) => {
    const log = `{"Records":[{"eventID":"${count++}",${fields}}]}`;
    record.useBatch(new RecordScanner().push(Buffer.from(log), true));
    record.moveTo(0);
    assert(record.byteLength <= LIMITS.kernelRecordBytesMax);
    parts.append(record, 0, "s3://b/k");
  };
  // Of the parts before, columns keep as much room as they may, in which these values do not fit.
  for (let i = 0; i < 9; i++) append(`"userAgent":${text()}`);
  parts.mark();
  for (let i = 0; i < 9; i++) append(`"errorMessage":${text()}`);
  parts.mark();
  append(`"requestID":${text()}`);
  append(`"sharedEventID":${text()}`);
  append(`"vpcEndpointId":${text(TEXT_BYTES / 2)}`);
  append(`"userIdentity":{"a":${text()}}`);
  append(`"userIdentity":{"arn":${text()}}`);
  append(`"x":${text()}`);
  parts.mark();
  append(`"userIdentity":{"arn":${text(50_000)}}`);
  append(`"x":${text(50_000)}`);
  for (let i = 0; i < 14; i++) append(`"userIdentity":{"a":${text()}}`);
  // Nothing new, so that the columns are measured now and not after the next one.
  append(`"userIdentity":{"a":${`"${`${count - 1}-`.padEnd(TEXT_BYTES, "x")}"`}}`);
  // Three columns take this: its own, that of the member, and that of what came twice.
  for (let i = 0; i < 2; i++) append(`"userIdentity":1,"userIdentity":{"arn":${text()}}`);

  let rows = 0;
  for (const { bytes } of parts.take()) rows += (await readTable(bytes, { columns: [] })).rowCount;
  assertEquals(rows, count);
});
