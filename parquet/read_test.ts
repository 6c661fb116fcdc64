import { assert, assertEquals, assertRejects } from "@std/assert";
import { TrailsieveError } from "../core/errors.ts";
import { EVENT_COLUMNS } from "./columns.ts";
import { readTable, TableReader } from "./read.ts";
import { randomRow, seeded, writeRows } from "./testing.ts";

const random = seeded();
const ROWS = Array.from({ length: 250 }, () => randomRow(random));
const FILE = writeRows(ROWS, 100);

Deno.test("readTable() gives the columns and rows asked for, across row groups", async () => {
  const columns = ["source_object", "event_time"];
  for (const [rowStart, rowEnd] of [[0, 250], [99, 101], [150, 150], [240, 999], [300, 400]]) {
    const { rowCount, values } = await readTable(FILE, { columns, rowStart, rowEnd });
    const wanted = ROWS.slice(rowStart, rowEnd);
    assertEquals(rowCount, wanted.length);
    assertEquals(values, columns.map((name) => wanted.map((row) => row[name])));
  }
});

Deno.test("readTable() reads ranges of a file that is not in memory", async () => {
  let bytesRead = 0;
  const file = {
    byteLength: FILE.byteLength,
    slice(start: number, end: number) {
      bytesRead += end - start;
      return Promise.resolve(FILE.subarray(start, end));
    },
  };
  const { values } = await readTable(file, { columns: ["event_id"] });
  assertEquals(values, [ROWS.map((row) => row.event_id)]);
  assert(bytesRead < FILE.byteLength * 1.5);
});

Deno.test("TableReader.rowGroups cover the file's rows", async () => {
  const reader = await TableReader.open(FILE);
  assertEquals(
    reader.rowGroups.map(({ rowStart, rowCount }) => [rowStart, rowCount]),
    [[0, 100], [100, 100], [200, 50]],
  );
  assertEquals(reader.columnNames, EVENT_COLUMNS.map(({ name }) => name));
});

Deno.test("readTable() refuses what is no Parquet, or cut, or overwritten", async () => {
  const overwritten = FILE.slice();
  overwritten.fill(0xaa, 4, FILE.length - 20_000);
  const broken = [
    new Uint8Array(),
    new Uint8Array(100),
    FILE.slice(0, FILE.length / 2),
    overwritten,
  ];
  for (const file of broken) {
    const error = await assertRejects(() => readTable(file), TrailsieveError, "Cannot read");
    assertEquals(error.code, "corrupt");
  }
});

Deno.test("readTable() refuses a column that the file lacks", async () => {
  await assertRejects(() => readTable(FILE, { columns: ["nobody"] }), TrailsieveError, "nobody");
});
