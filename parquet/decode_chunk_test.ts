import { assert, assertEquals, assertThrows } from "@std/assert";
import { TrailsieveError } from "../core/errors.ts";
import { valueAt } from "./byte_column.ts";
import { EVENT_COLUMNS } from "./columns.ts";
import { decodeChunk } from "./decode_chunk.ts";
import { TableWriter } from "./encode.ts";
import { kernelRoom } from "./kernel_room.ts";
import { dataPageHeader, dictionaryPageHeader, ENCODING } from "./page_header.ts";
import { TableReader } from "./read.ts";
import { ALL_TYPES, randomValues, seeded } from "./testing.ts";

function fileOf(values: readonly (readonly unknown[])[], rowCount: number): Uint8Array {
  const writer = new TableWriter(ALL_TYPES);
  writer.writeRowGroup(values, rowCount);
  return writer.finish();
}

Deno.test("TableReader.readByteColumns() reads what readColumn() reads", async () => {
  const random = seeded();
  const values = ALL_TYPES.map((column) => randomValues(column, 3000, random));
  const reader = await TableReader.open(fileOf(values, 3000));
  for (const [c, column] of ALL_TYPES.entries()) {
    const [read] = await reader.readByteColumns(0, [column]);
    const got = Array.from(read.codes, (_, row) => valueAt(column, read, row));
    assertEquals(got, await reader.readColumn(column.name));
    assertEquals(got, values[c]);
  }
});

Deno.test("TableReader.decode() of a damaged chunk is an error or a column, and nothing else", async () => {
  const random = seeded();
  const values = ALL_TYPES.map((column) => randomValues(column, 400, random));
  const reader = await TableReader.open(fileOf(values, 400));
  const chunks = await reader.readChunks(0, ALL_TYPES);
  let refused = 0;
  for (let round = 0; round < 600; round++) {
    const c = round % ALL_TYPES.length;
    const bytes = chunks[c].bytes.slice(
      0,
      random() < 0.1 ? chunks[c].bytes.length >> 1 : undefined,
    );
    // Headers stand at the beginning, and the compressor's own.
    const place = Math.floor(
      random() * (random() < 0.5 ? Math.min(bytes.length, 40) : bytes.length),
    );
    bytes[place] ^= 1 << Math.floor(random() * 8);
    try {
      const { codes, starts, gap, bytes: held } = await reader.decode(
        { ...chunks[c], bytes },
        ALL_TYPES[c],
        0,
      );
      assertEquals(codes.length, 400);
      for (const code of codes) assert(code >= -1 && code + 1 < starts.length);
      assert(starts[starts.length - 1] - gap <= held.length);
    } catch (error) {
      assert(error instanceof TrailsieveError && error.code === "corrupt", String(error));
      refused++;
    }
  }
  assert(refused > 100);
});

Deno.test("decodeChunk() refuses a header's number that is none, and takes no room for it", () => {
  // Of type 2, sizes 0, and as a dictionary of so many values: more bits than a number has, all of them 0.
  const none = [...new Array(200).fill(0x80), 0];
  const header = [0x15, 4, 0x15, 0, 0x15, 0, 0x4c, 0x15, ...none, 0, 0];
  const data = { codec: "UNCOMPRESSED", num_values: 1n } as const;
  kernelRoom.clear();
  const start = kernelRoom.bytes(1).byteOffset;
  assertThrows(
    () => decodeChunk(Uint8Array.from(header), data, EVENT_COLUMNS[2], true, kernelRoom),
    Error,
    "lacks a number",
  );
  assert(kernelRoom.bytes(1).byteOffset > start);
  kernelRoom.clear();
});

Deno.test("decodeChunk() refuses a page of more nulls than rows, though these be billions", () => {
  const entry = Uint8Array.of(1, 0, 0, 0, 65);
  // Entry 1, which the dictionary lacks, 64 times: as many values as are left of 8 rows in 32 bits.
  const indexes = Uint8Array.of(1, 128, 1, 1);
  const sizes = ({ length }: Uint8Array) => ({
    uncompressedBytes: length,
    compressedBytes: length,
  });
  const page = { values: 8, nulls: 2 ** 32 - 56, encoding: ENCODING.rleDictionary, levelBytes: 0 };
  const bytes = Uint8Array.from([
    ...dictionaryPageHeader({ values: 1, ...sizes(entry) }),
    ...entry,
    ...dataPageHeader({ ...page, ...sizes(indexes) }),
    ...indexes,
  ]);
  const data = { codec: "UNCOMPRESSED", num_values: 8n } as const;
  // No levels are read where the file says that a column has no nulls.
  for (const room of [undefined, kernelRoom]) {
    assertThrows(() => decodeChunk(bytes, data, EVENT_COLUMNS[2], false, room), Error, "nulls");
  }
  kernelRoom.clear();
});
