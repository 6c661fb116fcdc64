import { type ByteColumn, gapOf } from "./byte_column.ts";
import { ChunkBounds } from "./chunk_bounds.ts";
import { ChunkWriter, type EncodedChunk } from "./chunk_writer.ts";
import { ZSTD } from "./codec.ts";
import type { Column } from "./columns.ts";
import { pickDictionary } from "./pick_dictionary.ts";
import { copyBytes } from "./value_bytes.ts";

/** Plain bytes at which a page ends, as Parquet's writers have it. */
const PAGE_BYTES = 1024 * 1024;

/** Rows picked from several sources: for each row its source's number, and its place there. */
export interface Picks {
  readonly sources: Uint32Array;
  readonly rows: Uint32Array;
}

/**
 * Encodes one column of the picked rows for a row group, zstd level 1, with a dictionary where that halves the bytes.
 * Values are moved as bytes. What the rows' sources are, and how these were encoded, does not matter to the result.
 * @param sources the column of each source
 */
export function encodePicked(
  column: Column,
  sources: readonly ByteColumn[],
  picks: Picks,
): EncodedChunk {
  const rowCount = picks.rows.length;
  const codes = new Int32Array(rowCount);
  const levels = new Int32Array(rowCount);
  let present = 0;
  for (let i = 0; i < rowCount; i++) {
    codes[i] = sources[picks.sources[i]].codes[picks.rows[i]];
    if (codes[i] < 0) continue;
    levels[i] = 1;
    present++;
  }
  const bounds = new ChunkBounds(column);
  const rows = { rowCount, levels: present === rowCount ? null : levels };
  const chunk = new ChunkWriter(column, rows, ZSTD);
  if (present === 0) chunk.writePlain(0, () => {});
  else if (column.type === "bool") {
    const bits = codes.filter((code) => code >= 0);
    for (const bit of [0, 1]) if (bits.includes(bit)) bounds.addBool(bit === 1);
    chunk.writeBits(bits);
  } else {
    const dictionary = pickDictionary(column, sources, picks.sources, codes, present);
    if (dictionary === null) writePlainPages(chunk, column, sources, picks.sources, codes, bounds);
    else {
      const { values, indexes } = dictionary;
      const count = values.starts.length - 1;
      for (let v = 0; v < count; v++) bounds.add(values, v);
      chunk.page.append(values.bytes);
      chunk.writeByDictionary(count, indexes);
    }
  }
  return chunk.finish(bounds.statistics());
}

function writePlainPages(
  chunk: ChunkWriter,
  column: Column,
  sources: readonly ByteColumn[],
  sourceOf: Uint32Array,
  codes: Int32Array,
  bounds: ChunkBounds,
): void {
  const gap = gapOf(column);
  for (let from = 0; from < codes.length;) {
    let to = from;
    let size = 0;
    let valueCount = 0;
    for (; to < codes.length && size < PAGE_BYTES; to++) {
      const code = codes[to];
      if (code < 0) continue;
      const { starts } = sources[sourceOf[to]];
      bounds.add(sources[sourceOf[to]], code);
      size += starts[code + 1] - starts[code];
      valueCount++;
    }
    const rows = { rowStart: from, rowEnd: to, valueCount, isLast: to === codes.length };
    const values = plainPage(sources, sourceOf, codes, { from, to, size, gap });
    chunk.writePlainPage(rows, (page) => page.append(values));
    from = to;
  }
}

/** The values of a page's rows, one behind the other. A page that is a run of one source is not copied. */
function plainPage(
  sources: readonly ByteColumn[],
  sourceOf: Uint32Array,
  codes: Int32Array,
  { from, to, size, gap }: { from: number; to: number; size: number; gap: number },
): Uint8Array {
  const page = new Uint8Array(size);
  let at = 0;
  for (let row = from; row < to;) {
    const first = codes[row];
    const of = sourceOf[row++];
    if (first < 0) continue;
    let next = first + 1;
    for (; row < to && codes[row] === next && sourceOf[row] === of; row++) next++;
    const { bytes, starts } = sources[of];
    const [start, end] = [starts[first] - gap, starts[next] - gap];
    if (end - start === size) return bytes.subarray(start, end);
    copyBytes(bytes, start, end, page, at);
    at += end - start;
  }
  return page;
}
