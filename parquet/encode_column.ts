import { type ByteColumn, byteColumn, gapOf, type PlainValues } from "./byte_column.ts";
import type { ByteBuffer } from "./byte_buffer.ts";
import { ChunkBounds } from "./chunk_bounds.ts";
import { ChunkWriter, type EncodedChunk } from "./chunk_writer.ts";
import { ZSTD } from "./codec.ts";
import type { Column } from "./columns.ts";
import { encodeInKernel, fitsKernel, pickInKernel } from "./kernel_encode.ts";
import { dictionaryPays, RowNumbers } from "./row_numbers.ts";
import { TextBounds } from "./text_bounds.ts";

/** Plain bytes at which a page ends, as Parquet's writers have it. */
const PAGE_BYTES = 1024 * 1024;
/** Up to this many bytes a loop is quicker than a call. */
const LOOP_BYTES_MAX = 256;

/** Values by number for one list of rows after the other, in room that is used again. */
const numbers = new RowNumbers();
let codeRoom = new Int32Array();
let levelRoom = new Int32Array();

/** A chunk, and what it holds as a column of its rows where that was asked for. */
export interface EncodedColumn {
  readonly chunk: EncodedChunk;
  readonly column: ByteColumn | null;
}

/**
 * Encodes some rows of a column, in the order given, for a row group: zstd level 1, with a dictionary where that halves
 * the bytes. Values are moved as bytes; how the source numbers them does not matter to the result.
 * @param isKept whether the rows' values are also needed as a column
 */
export function encodeColumn(
  column: Column,
  source: ByteColumn,
  rows: Uint32Array,
  isKept = false,
): EncodedColumn {
  if (fitsKernel(column, source, rows)) {
    const encoded = encodeInKernel(column, source, rows, { isKept, pageBytes: PAGE_BYTES });
    if (encoded !== null) return encoded;
  }
  const rowCount = rows.length;
  if (codeRoom.length < rowCount) codeRoom = new Int32Array(rowCount);
  const codes = codeRoom.subarray(0, rowCount);
  const present = pickCodes(source.codes, rows, codes);
  const levels = present === rowCount ? null : levelsOf(codes);
  const chunk = new ChunkWriter(column, { rowCount, levels }, ZSTD);
  const bounds = new Bounds(column);
  let kept: ByteColumn | null = null;
  if (column.type === "bool") {
    if (present === 0) chunk.writePlain(0, () => {});
    else {
      const bits = present === rowCount ? codes : codes.filter((code) => code >= 0);
      for (const bit of [0, 1]) if (bits.includes(bit)) bounds.addBool(bit === 1);
      chunk.writeBits(bits);
    }
    return { chunk: chunk.finish(bounds.statistics()), column: null };
  }
  const gap = gapOf(column);
  // Values that are known to be distinct are counted as quickly as a sample of them.
  const isLikely = present === 0
    ? false
    : source.areDistinct
    ? null
    : dictionaryPays(source, codes, gap);
  const distinctMax = isLikely === false ? 0 : isLikely ? Infinity : present / 2;
  const isNumbered = (isKept || distinctMax > 0) &&
    numbers.number(source, codes, present, gap, isKept ? Infinity : distinctMax);
  if (isNumbered && isKept) kept = keptColumn(codes, numbers);
  if (present === 0) chunk.writePlain(0, () => {});
  else if (isNumbered && numbers.values.starts.length - 1 <= distinctMax) {
    const { values, indexes } = numbers;
    chunk.page.append(values.bytes);
    bounds.addDictionary(chunk.page, values);
    chunk.writeByDictionary(values.starts.length - 1, indexes);
  } else writePlainPages(chunk, source, codes, bounds);
  return { chunk: chunk.finish(bounds.statistics()), column: kept };
}

/** Some rows of a column, in the order given, as a column of its own whose values are distinct. */
export function pickColumn(column: Column, source: ByteColumn, rows: Uint32Array): ByteColumn {
  if (fitsKernel(column, source, rows)) {
    const picked = pickInKernel(column, source, rows);
    if (picked !== null) return picked;
  }
  if (codeRoom.length < rows.length) codeRoom = new Int32Array(rows.length);
  const codes = codeRoom.subarray(0, rows.length);
  const present = pickCodes(source.codes, rows, codes);
  numbers.number(source, codes, present, gapOf(column), Infinity);
  return keptColumn(codes, numbers);
}

/** @returns how many of the rows have a value */
function pickCodes(from: Int32Array, rows: Uint32Array, codes: Int32Array): number {
  let nulls = 0;
  for (let i = 0; i < rows.length; i++) {
    const code = from[rows[i]];
    codes[i] = code;
    nulls += code >>> 31;
  }
  return rows.length - nulls;
}

function levelsOf(codes: Int32Array): Int32Array {
  if (levelRoom.length < codes.length) levelRoom = new Int32Array(codes.length);
  for (let i = 0; i < codes.length; i++) levelRoom[i] = codes[i] < 0 ? 0 : 1;
  return levelRoom.subarray(0, codes.length);
}

function keptColumn(codes: Int32Array, { values, indexes }: RowNumbers): ByteColumn {
  const kept = new Int32Array(codes.length);
  let next = 0;
  for (let i = 0; i < codes.length; i++) kept[i] = codes[i] < 0 ? -1 : indexes[next++];
  return byteColumn({
    codes: kept,
    bytes: values.bytes.slice(),
    starts: values.starts,
    gap: values.gap,
  });
}

/** The least and greatest value of a chunk: texts are looked at as a page has them. */
class Bounds {
  readonly #texts: TextBounds | null;
  readonly #others: ChunkBounds;

  constructor(column: Column) {
    this.#texts = column.type === "string" ? new TextBounds() : null;
    this.#others = new ChunkBounds(column);
  }

  addDictionary(page: ByteBuffer, values: PlainValues): void {
    if (this.#texts !== null) return this.#texts.add(page, page.length - values.bytes.length);
    const count = values.starts.length - 1;
    for (let v = 0; v < count; v++) this.#others.add(values, v);
  }

  /** Looks at the values of a page from one position on. */
  addPage(page: ByteBuffer, start: number, source: ByteColumn, codes: Int32Array): void {
    if (this.#texts !== null) return this.#texts.add(page, start);
    if (source.gap === 0) {
      for (const code of codes) {
        if (code >= 0) this.#others.add(source, code);
      }
    }
  }

  addBool(value: boolean): void {
    this.#others.addBool(value);
  }

  statistics() {
    return this.#texts?.bounds ?? this.#others.statistics();
  }
}

function writePlainPages(
  chunk: ChunkWriter,
  source: ByteColumn,
  codes: Int32Array,
  bounds: Bounds,
): void {
  const { starts } = source;
  for (let from = 0; from < codes.length;) {
    let to = from;
    let size = 0;
    let valueCount = 0;
    for (; to < codes.length && size < PAGE_BYTES; to++) {
      const code = codes[to];
      if (code < 0) continue;
      size += starts[code + 1] - starts[code];
      valueCount++;
    }
    const rows = { rowStart: from, rowEnd: to, valueCount, isLast: to === codes.length };
    const ofPage = codes.subarray(from, to);
    chunk.writePlainPage(rows, (page) => {
      const start = page.length;
      page.reserve(size);
      appendValues(page, source, ofPage);
      bounds.addPage(page, start, source, ofPage);
    });
    from = to;
  }
}

/** Appends the values of some codes, one behind the other; the page has room for them. */
function appendValues(page: ByteBuffer, source: ByteColumn, codes: Int32Array): void {
  const { bytes, view, starts, gap } = source;
  const { bytes: out, view: outView } = page;
  let at = page.length;
  for (let i = 0; i < codes.length;) {
    const first = codes[i++];
    if (first < 0) continue;
    let next = first + 1;
    for (; i < codes.length && codes[i] === next; i++) next++;
    const start = starts[first] - gap;
    const end = starts[next] - gap;
    if (end - start > LOOP_BYTES_MAX) out.set(bytes.subarray(start, end), at);
    else {
      let p = start;
      let q = at;
      for (; p + 4 <= end; p += 4, q += 4) outView.setInt32(q, view.getInt32(p, true), true);
      for (; p < end; p++, q++) out[q] = bytes[p];
    }
    at += end - start;
  }
  page.length = at;
}
