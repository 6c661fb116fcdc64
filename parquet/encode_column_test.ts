import { assertEquals } from "@std/assert";
import { type ByteColumn, columnOfValues, valueAt } from "./byte_column.ts";
import type { Column } from "./columns.ts";
import { encodeColumn, pickColumn } from "./encode_column.ts";
import { type EncodedChunk, TableWriter } from "./encode.ts";
import { joinColumns } from "./join_columns.ts";
import { readTable } from "./read.ts";
import { rowsFrom } from "./row_set.ts";
import { ALL_TYPES, randomValue, randomValues, seeded } from "./testing.ts";

Deno.test("encodeColumn() writes the rows, the same bytes whatever their source is like", async () => {
  const random = seeded();
  for (const count of [1, 50, 1200, 3000]) {
    const cuts = [0, Math.floor(count * random()), Math.floor(count * random()), count]
      .sort((a, b) => a - b);
    // Of each row group a part, some of them with few of its rows.
    const groups = cuts.slice(1).map((to, i) => ({
      from: cuts[i],
      to,
      before: Math.floor(random() * 30),
      after: random() < 0.5 ? 3 : 2 * count + 9,
    })).filter(({ from, to }) => to > from);
    const rows = Uint32Array.from({ length: count }, () => Math.floor(random() * count));
    const writer = new TableWriter(ALL_TYPES);
    const chunks: EncodedChunk[] = [];
    const written: unknown[][] = [];
    for (const column of ALL_TYPES) {
      const values = randomValues(column, count, random);
      const other = randomValue(column, random);
      const sources = groups.map(({ from, to, before, after }) =>
        columnOfValues(column, [
          ...new Array(before).fill(other),
          ...values.slice(from, to),
          ...new Array(after).fill(other),
        ])
      );
      const extents = groups.map(({ from, to, before }) => ({
        from: before,
        to: before + to - from,
      }));
      const joined = joinColumns(column, sources, extents);
      const isKept = column.type !== "bool" && random() < 0.5;
      const encoded = encodeColumn(column, joined, rows, isKept);
      const alone = encodeColumn(column, columnOfValues(column, values), rows);
      assertEquals(encoded.chunk, alone.chunk, column.name);
      const picked = Array.from(rows, (row) => values[row]);
      for (const kept of [encoded.column, pickColumnOf(column, joined, rows)]) {
        if (kept === null) continue;
        assertEquals(picked.map((_, row) => valueAt(column, kept, row)), picked, column.name);
        assertEquals(kept.starts.length - 1, new Set(picked.filter((v) => v !== null)).size);
      }
      assertEquals(encoded.column !== null, isKept);
      chunks.push(encoded.chunk);
      written.push(picked);
    }
    writer.appendRowGroup(chunks, count);
    const table = await readTable(writer.finish());
    ALL_TYPES.forEach(({ name }, c) => assertEquals(table.values[c], written[c], name));
  }
});

Deno.test("encodeColumn() writes the values of a source that is known to hold each once", async () => {
  const random = seeded();
  const rows = Uint32Array.from({ length: 3000 }, (_, row) => (row * 7) % 3000);
  const writer = new TableWriter(ALL_TYPES);
  const written: unknown[][] = [];
  const chunks = ALL_TYPES.map((column) => {
    const values = randomValues(column, 3000, random);
    const isText = column.type === "string" || column.type === "json";
    const source = isText
      ? {
        ...pickColumn(column, columnOfValues(column, values), rowsFrom(0, 3000)),
        areDistinct: true,
      }
      : columnOfValues(column, values);
    written.push(Array.from(rows, (row) => values[row]));
    return encodeColumn(column, source, rows).chunk;
  });
  writer.appendRowGroup(chunks, rows.length);
  const table = await readTable(writer.finish());
  ALL_TYPES.forEach(({ name }, c) => assertEquals(table.values[c], written[c], name));
});

function pickColumnOf(column: Column, joined: ByteColumn, rows: Uint32Array) {
  return column.type === "bool" ? null : pickColumn(column, joined, rows);
}
