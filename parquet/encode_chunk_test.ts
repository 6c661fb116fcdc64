import { assert, assertEquals } from "@std/assert";
import { type ColumnChunk, parquetMetadata } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { ACTIVITY_COLUMNS, type Column, EVENT_COLUMNS } from "./columns.ts";
import { TableWriter } from "./encode.ts";
import { readTable } from "./read.ts";
import { randomValue, seeded } from "./testing.ts";

/** The same column as hyparquet-writer writes it, given the schema that the file has. */
function oracleFile(column: Column, file: Uint8Array, values: readonly unknown[]): Uint8Array {
  const writer = new ByteWriter();
  const { schema } = parquetMetadata(file.slice().buffer);
  const isInteger = column.type === "timestamp" || column.type === "int64";
  const parquet = new ParquetWriter({ writer, schema, codec: "UNCOMPRESSED" });
  const data = isInteger
    ? values.map((value) => value === null ? null : BigInt(value as number))
    : values;
  parquet.write({
    columnData: [{ name: column.name, data: data as unknown[] }],
    rowGroupSize: values.length,
  });
  parquet.finish();
  return writer.getBytes().slice();
}

function writeColumn(column: Column, values: readonly unknown[]): Uint8Array {
  const writer = new TableWriter([column]);
  writer.writeRowGroup([values], values.length);
  return writer.finish();
}

function chunkOf(file: Uint8Array): NonNullable<ColumnChunk["meta_data"]> {
  // Bounds as the bytes that they are.
  const parsers = {
    stringFromBytes: (bytes: Uint8Array) => bytes.slice(),
    timestampFromMilliseconds: (ms: bigint) => ms,
  };
  const { row_groups } = parquetMetadata(file.slice().buffer, { parsers });
  return row_groups[0].columns[0].meta_data!;
}

/** Values and statistics agree with hyparquet-writer's. */
async function check(column: Column, values: readonly unknown[]): Promise<void> {
  const file = writeColumn(column, values);
  const oracle = oracleFile(column, file, values);
  const [read] = (await readTable(file)).values;
  const [expected] = (await readTable(oracle)).values;
  // Texts of megabytes are compared, not shown.
  assert(
    read.length === values.length && read.every((value, i) => value === expected[i]),
    column.name,
  );
  const [data, wanted] = [chunkOf(file), chunkOf(oracle)];
  assertEquals(data.num_values, wanted.num_values);
  const { null_count, ...bounds } = wanted.statistics!;
  assertEquals(data.statistics?.null_count, null_count, column.name);
  if (column.type === "json") return;
  const own = data.statistics!;
  if (own.max_value === undefined && bounds.max_value !== undefined) {
    // No text of 16 bytes is above this one: the library writes it whole, we leave it out.
    assert((bounds.max_value as Uint8Array).length > 16);
    bounds.max_value = undefined;
  }
  assertEquals(own, { ...bounds, null_count }, column.name);
}

const COLUMNS = [...EVENT_COLUMNS, ...ACTIVITY_COLUMNS.slice(-3)];

Deno.test("encodeChunk() gives the values and statistics of hyparquet-writer, for random columns", async () => {
  const random = seeded();
  for (const column of COLUMNS) {
    for (const count of [1, 7, 8, 9, 300, 2500]) {
      const nullShare = column.required ? 0 : [0, 0.01, 0.5, 0.99, 1][Math.floor(random() * 5)];
      const few = Array.from(
        { length: 1 + Math.floor(random() * 40) },
        () => randomValue({ ...column, required: true }, random),
      );
      const isFew = random() < 0.5;
      const values = Array.from(
        { length: count },
        () =>
          random() < nullShare
            ? null
            : isFew
            ? few[Math.floor(random() * few.length)]
            : randomValue({ ...column, required: true }, random),
      );
      if (random() < 0.3) values.sort();
      await check(column, values);
    }
  }
});

Deno.test("encodeChunk() bounds texts whose beginnings are alike, long, or at the end of Unicode", async () => {
  const column = EVENT_COLUMNS[10];
  const ends = [
    "",
    "\0",
    "a",
    "\u{10ffff}",
    "\ud7ff",
    "\ue000",
    "\uffff",
    "é",
    "\u{1F600}",
    "\uFEFF",
  ];
  const random = seeded();
  for (let round = 0; round < 300; round++) {
    const text = () => {
      const repeated = ends[Math.floor(random() * ends.length)].repeat(Math.floor(random() * 20));
      return "a".repeat(Math.floor(random() * 18)) + repeated +
        ends[Math.floor(random() * ends.length)];
    };
    await check(column, Array.from({ length: 1 + Math.floor(random() * 4) }, text));
  }
});

Deno.test("encodeChunk() cuts large columns into pages, nulls among them, and takes texts of 40 MB as bytes", async () => {
  const random = seeded();
  const column = EVENT_COLUMNS[10];
  const texts = Array.from(
    { length: 3000 },
    (_, i) => random() < 0.3 ? null : `${i}${"é".repeat(random() * 2000)}`,
  );
  await check(column, texts);
  const large = new Uint8Array(40 * 1024 * 1024).fill(0x61);
  const file = writeColumn(column, ["before", large, null, "after"]);
  assert(file.length < 100_000, "a small page before it hides a large one from the compressor");
  const [read] = (await readTable(file)).values;
  assert(read[1] === new TextDecoder().decode(large));
  assertEquals([read[0], read[2], read[3]], ["before", null, "after"]);
});
