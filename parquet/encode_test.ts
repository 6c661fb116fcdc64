import { assert, assertEquals, assertThrows } from "@std/assert";
import { ACTIVITY_COLUMNS, EVENT_COLUMNS } from "./columns.ts";
import { encodeChunk, TableWriter } from "./encode.ts";
import { readTable } from "./read.ts";
import { randomRow, randomValue, readRows, seeded, writeRows } from "./testing.ts";

Deno.test("TableWriter writes what readTable() gives back, for random rows", async () => {
  const random = seeded();
  for (const [count, rowGroupRows] of [[1, 1], [17, 16], [500, 128], [1200, 5000]]) {
    const rows = Array.from({ length: count }, () => randomRow(random));
    assertEquals(await readRows(writeRows(rows, rowGroupRows)), rows);
  }
});

Deno.test("TableWriter tells null, an empty string and JSON null apart", async () => {
  const random = seeded();
  const values = [null, "", "null", '""'];
  const rows = values.map((value) => ({
    ...randomRow(random),
    error_code: value,
    request_parameters: value,
  }));
  const back = await readRows(writeRows(rows));
  assertEquals(back.map((row) => row.error_code), values);
  assertEquals(back.map((row) => row.request_parameters), values);
});

Deno.test("TableWriter writes columns that are all null, and huge values", async () => {
  const random = seeded();
  const bare = Object.fromEntries(EVENT_COLUMNS.map(({ name }) => [name, null as unknown]));
  const huge = "é".repeat(8 * 1024 * 1024);
  const rows = [
    { ...bare, event_time: 0, event_id: "a" },
    { ...bare, event_time: 1, event_id: "b", request_parameters: `"${huge}"`, user_agent: huge },
    { ...randomRow(random), event_id: "c" },
  ];
  const back = await readRows(writeRows(rows));
  assert(back[1].user_agent === huge);
  assertEquals(back[0], rows[0]);
  assertEquals(back[2], rows[2]);
});

Deno.test("TableWriter replaces lone surrogates, which UTF-8 cannot hold", async () => {
  const row = { ...randomRow(seeded()), user_agent: "a\ud800b\udc00" };
  assertEquals((await readRows(writeRows([row])))[0].user_agent, "a\uFFFDb\uFFFD");
});

Deno.test("TableWriter writes int64 and timestamps of the activity table", async () => {
  const random = seeded();
  const writer = new TableWriter(ACTIVITY_COLUMNS);
  const values = ACTIVITY_COLUMNS.map((column) =>
    Array.from({ length: 100 }, () => randomValue(column, random))
  );
  writer.writeRowGroup(values, 100);
  assertEquals(writer.rowCount, 100);
  assertEquals((await readTable(writer.finish())).values, values);
});

Deno.test("TableWriter without rows is a valid file of no rows", async () => {
  const writer = new TableWriter(EVENT_COLUMNS);
  writer.writeRowGroup(EVENT_COLUMNS.map(() => []), 0);
  const { rowCount, values } = await readTable(writer.finish());
  assertEquals(rowCount, 0);
  assertEquals(values.length, EVENT_COLUMNS.length);
});

Deno.test("TableWriter.byteLength is never below the finished file's length", () => {
  const random = seeded();
  for (const groups of [0, 1, 5]) {
    const writer = new TableWriter(EVENT_COLUMNS);
    for (let g = 0; g < groups; g++) {
      const rows = Array.from({ length: 60 }, () => randomRow(random));
      const values = EVENT_COLUMNS.map(({ name }) => rows.map((row) => row[name]));
      const chunks = EVENT_COLUMNS.map((column, c) => encodeChunk(column, values[c]));
      const announced = writer.byteLengthWith(chunks);
      writer.appendRowGroup(chunks, rows.length);
      assertEquals(writer.byteLength, announced);
    }
    const announced = writer.byteLength;
    assert(writer.finish().byteLength <= announced);
  }
});

Deno.test("encodeChunk() refuses null where the column is required, and other types", () => {
  const [time, id] = EVENT_COLUMNS;
  assertThrows(() => encodeChunk(time, [null]));
  assertThrows(() => encodeChunk(id, ["a", null]));
  assertThrows(() => encodeChunk(id, [12]));
  assertThrows(() => encodeChunk(id, Array(50).fill(12)));
  assertThrows(() => encodeChunk(EVENT_COLUMNS[13], ["true"]));
});
