/** The kernel's loops against those in TypeScript, which are their oracle: the same rows in both memories. */
import { assert, assertEquals } from "@std/assert";
import type { ColumnMetaData } from "hyparquet";
import { type ByteColumn, byteColumn, columnOfValues } from "./byte_column.ts";
import { decodeChunk } from "./decode_chunk.ts";
import { encodeColumn, pickColumn } from "./encode_column.ts";
import { joinColumns } from "./join_columns.ts";
import { isInKernel, kernelRoom } from "./kernel_room.ts";
import { hybridBytesMax, readHybrid, writeHybrid } from "./rle_hybrid.ts";
import { ALL_TYPES, randomValues, seeded } from "./testing.ts";
import { sha256Hex } from "../core/ids.ts";

/** The same column in the kernel's memory. */
function moved(column: ByteColumn): ByteColumn {
  const codes = kernelRoom.int32(column.codes.length);
  codes.set(column.codes);
  const starts = kernelRoom.uint32(column.starts.length);
  starts.set(column.starts);
  const bytes = kernelRoom.hold(column.bytes);
  return { ...byteColumn({ codes, starts, bytes, gap: column.gap }) };
}

/** What a column holds, as something that is quick to compare. */
const plain = ({ codes, bytes, starts, gap }: ByteColumn) => (
  { codes: codes.join(), bytes: sha256Hex(bytes), starts: starts.join(), gap }
);

Deno.test("columns in the kernel are encoded to the same bytes as others", () => {
  const random = seeded();
  for (const count of [0, 1, 8, 999, 1001, 1800, 70_000]) {
    const columns = count > 10_000 ? ALL_TYPES.slice(0, 3) : ALL_TYPES;
    for (const column of columns) {
      kernelRoom.clear();
      const outside = columnOfValues(column, randomValues(column, count, random));
      const inside = moved(outside);
      assert(isInKernel(inside.codes) && isInKernel(inside.bytes));
      const rows = Uint32Array.from(
        { length: Math.ceil(count * random()) },
        () => Math.floor(random() * count),
      );
      for (const isKept of column.type === "bool" ? [false] : [false, true]) {
        const expected = encodeColumn(column, outside, rows, isKept);
        const encoded = encodeColumn(column, inside, rows, isKept);
        assertEquals(encoded.chunk.chunk, expected.chunk.chunk, column.name);
        assertEquals(sha256Hex(encoded.chunk.bytes), sha256Hex(expected.chunk.bytes), column.name);
        assertEquals(encoded.column === null, expected.column === null);
        if (isKept) assertEquals(plain(encoded.column!), plain(expected.column!));
      }
      if (column.type === "bool") continue;
      const picked = pickColumn(column, inside, rows);
      assertEquals(plain(picked), plain(pickColumn(column, outside, rows)));
    }
  }
});

Deno.test("distinct values in the kernel are encoded to the same bytes as others", () => {
  const random = seeded();
  for (const column of ALL_TYPES.filter(({ type }) => type === "string" || type === "json")) {
    kernelRoom.clear();
    const values = [...new Set(randomValues(column, 1500, random))].filter((v) => v !== null);
    const outside = { ...columnOfValues(column, values), areDistinct: true };
    const inside = { ...moved(outside), areDistinct: true };
    const rows = Uint32Array.from({ length: 1500 }, () => Math.floor(random() * values.length));
    if (values.length === 0) continue;
    const [expected, encoded] = [outside, inside].map((c) => encodeColumn(column, c, rows, true));
    assertEquals(encoded.chunk, expected.chunk);
    assertEquals(plain(encoded.column!), plain(expected.column!));
  }
});

Deno.test("chunks are decoded and joined in the kernel as outside, damaged ones too", () => {
  const random = seeded();
  let damaged = 0;
  for (let round = 0; round < 600; round++) {
    const column = ALL_TYPES[round % ALL_TYPES.length];
    const sources = [0, 1].map(() => {
      const count = 1 + Math.floor(random() * 900);
      const values = randomValues(column, count, random);
      const rows = Uint32Array.from({ length: count }, (_, row) => row);
      const { chunk } = encodeColumn(column, columnOfValues(column, values), rows);
      const bytes = chunk.bytes.slice();
      if (random() < 0.5) {
        const near = random() < 0.7 ? Math.min(bytes.length, 60) : bytes.length;
        bytes[Math.floor(random() * near)] ^= 1 << Math.floor(random() * 8);
        damaged++;
      }
      return { bytes, data: chunk.chunk.meta_data!, count };
    });
    kernelRoom.clear();
    const joined = [undefined, kernelRoom].map((room) => {
      try {
        const decoded = sources.map(({ bytes, data }) =>
          decodeChunk(bytes, data as ColumnMetaData, column, !column.required, room)
        );
        if (decoded.includes(null)) return "of another kind";
        const extents = sources.map(({ count }) => ({ from: 0, to: count }));
        return plain(joinColumns(column, decoded as ByteColumn[], extents, room));
      } catch (error) {
        return (error as Error).message;
      }
    });
    assertEquals(joined[1], joined[0]);
  }
  assert(damaged > 100);
});

Deno.test("hybrids in the kernel are those outside, cut ones too", () => {
  const random = seeded();
  for (let round = 0; round < 3000; round++) {
    const width = Math.floor(random() * 25);
    const count = Math.floor(random() * 300);
    const values = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      values[i] = i > 0 && random() < 0.8 ? values[i - 1] : Math.floor(random() * 2 ** width);
    }
    const bytes = new Uint8Array(hybridBytesMax(count, width));
    const end = writeHybrid(values, count, width, bytes, 0);
    const cut = bytes.slice(0, random() < 0.3 ? Math.floor(random() * end) : end);
    if (cut.length > 0 && random() < 0.3) cut[Math.floor(random() * cut.length)] ^= 64;
    kernelRoom.clear();
    const read = [
      { out: new Int32Array(count), bytes: cut },
      { out: kernelRoom.int32(count), bytes: kernelRoom.hold(cut) },
    ].map(({ out, bytes }) => {
      try {
        readHybrid(bytes, width, count, out);
        return [...out];
      } catch (error) {
        return (error as Error).message;
      }
    });
    assertEquals(read[1], read[0]);
  }
});
