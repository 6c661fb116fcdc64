import type { ColumnChunk } from "hyparquet";
import { relieveMemory } from "../core/collect_garbage.ts";
import { type ByteColumn, gapOf } from "./byte_column.ts";
import { ChunkBounds } from "./chunk_bounds.ts";
import { type Codec, codecFor } from "./codec.ts";
import type { Column } from "./columns.ts";
import { pickDictionary, type PickedDictionary } from "./pick_dictionary.ts";
import type { EncodedChunk } from "./encode.ts";
import { dataPageHeader, dictionaryPageHeader, ENCODING } from "./page_header.ts";
import { hybridBytesMax, writeHybrid } from "./rle_hybrid.ts";
import { PHYSICAL_TYPES } from "./schema.ts";
import { copyBytes } from "./value_table.ts";

/** Plain bytes at which a page ends, as Parquet's writers have it. */
const PAGE_BYTES = 1024 * 1024;
/** A chunk above this leaves behind as much as it has: it goes at once. */
const LARGE_CHUNK_BYTES = 16 * 1024 * 1024;

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
  const count = picks.rows.length;
  const codes = new Int32Array(count);
  let present = 0;
  for (let i = 0; i < count; i++) {
    codes[i] = sources[picks.sources[i]].codes[picks.rows[i]];
    if (codes[i] >= 0) present++;
  }
  const chunk = new ChunkBuilder(column, codes, present);
  if (column.type === "bool") chunk.addBools();
  else {
    const dictionary = pickDictionary(column, sources, picks.sources, codes, present);
    if (dictionary === null) chunk.addPlain(sources, picks.sources);
    else chunk.addIndexed(dictionary);
  }
  return chunk.finish();
}

/** Gathers the pages of one chunk. */
class ChunkBuilder {
  readonly #column: Column;
  readonly #codes: Int32Array;
  readonly #present: number;
  readonly #bounds: ChunkBounds;
  readonly #pieces: Uint8Array[] = [];
  #codec: Codec | null = null;
  #length = 0;
  #uncompressed = 0;
  #dictionaryBytes = 0;
  #encodings: ("PLAIN" | "RLE" | "RLE_DICTIONARY")[] = ["PLAIN"];

  constructor(column: Column, codes: Int32Array, present: number) {
    this.#column = column;
    this.#codes = codes;
    this.#present = present;
    this.#bounds = new ChunkBounds(column);
  }

  addBools(): void {
    this.#encodings = ["RLE"];
    const values = this.#codes.filter((code) => code >= 0);
    for (const value of [0, 1]) if (values.includes(value)) this.#bounds.addBool(value === 1);
    const out = new Uint8Array(4 + hybridBytesMax(values.length, 1));
    const end = writeHybrid(values, values.length, 1, out, 4);
    new DataView(out.buffer).setUint32(0, end - 4, true);
    this.#addPage(0, this.#codes.length, out.subarray(0, end), ENCODING.rle);
  }

  addIndexed({ values, indexes }: PickedDictionary): void {
    this.#encodings = ["PLAIN", "RLE_DICTIONARY"];
    const { bytes } = values;
    const count = values.starts.length - 1;
    for (let v = 0; v < count; v++) this.#bounds.add(values, v);
    const width = 32 - Math.clz32(count - 1);
    this.#chooseCodec(bytes.length + indexes.length * width / 8);
    const packed = this.#codec!.compress(bytes);
    const header = dictionaryPageHeader({
      values: count,
      uncompressedBytes: bytes.length,
      compressedBytes: packed.length,
    });
    this.#append(header, packed);
    this.#dictionaryBytes = this.#length;
    this.#uncompressed += header.length + bytes.length;
    const out = new Uint8Array(1 + hybridBytesMax(indexes.length, width));
    out[0] = width;
    const end = writeHybrid(indexes, indexes.length, width, out, 1);
    this.#addPage(0, this.#codes.length, out.subarray(0, end), ENCODING.rleDictionary);
  }

  addPlain(sources: readonly ByteColumn[], sourceOf: Uint32Array): void {
    const codes = this.#codes;
    const gap = gapOf(this.#column);
    for (let from = 0; from < codes.length;) {
      let to = from;
      let size = 0;
      for (; to < codes.length && size < PAGE_BYTES; to++) {
        const code = codes[to];
        if (code < 0) continue;
        const { starts } = sources[sourceOf[to]];
        this.#bounds.add(sources[sourceOf[to]], code);
        size += starts[code + 1] - starts[code];
      }
      const page = plainPage(sources, sourceOf, codes, { from, to, size, gap });
      this.#addPage(from, to, page, ENCODING.plain);
      from = to;
    }
  }

  finish(): EncodedChunk {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces.splice(0)) {
      bytes.set(piece, at);
      at += piece.length;
    }
    // Its pages and what the compressor gave go before a file takes it up.
    if (bytes.length > LARGE_CHUNK_BYTES) relieveMemory();
    const { type, name } = this.#column;
    const chunk: ColumnChunk = {
      file_offset: 0n,
      meta_data: {
        type: PHYSICAL_TYPES[type],
        encodings: this.#encodings,
        path_in_schema: [name],
        codec: this.#codec!.name,
        num_values: BigInt(this.#codes.length),
        total_uncompressed_size: BigInt(this.#uncompressed),
        total_compressed_size: BigInt(this.#length),
        data_page_offset: BigInt(this.#dictionaryBytes),
        dictionary_page_offset: this.#dictionaryBytes > 0 ? 0n : undefined,
        statistics: this.#bounds.statistics(this.#codes.length - this.#present),
      },
    };
    return { bytes, chunk };
  }

  /** A chunk has one codec; its first page decides. */
  #chooseCodec(bytes: number): void {
    this.#codec ??= codecFor(bytes);
  }

  #addPage(from: number, to: number, values: Uint8Array, encoding: number): void {
    const { levels, nulls } = this.#column.required
      ? { levels: new Uint8Array(), nulls: 0 }
      : levelsOf(this.#codes.subarray(from, to));
    this.#chooseCodec(values.length);
    const packed = this.#codec!.compress(values);
    const header = dataPageHeader({
      values: to - from,
      nulls,
      encoding,
      levelBytes: levels.length,
      uncompressedBytes: levels.length + values.length,
      compressedBytes: levels.length + packed.length,
    });
    this.#append(header, levels, packed);
    this.#uncompressed += header.length + levels.length + values.length;
  }

  #append(...pieces: Uint8Array[]): void {
    for (const piece of pieces) this.#length += piece.length;
    this.#pieces.push(...pieces);
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

/** Levels of rows: 1 where there is a value. */
function levelsOf(codes: Int32Array): { readonly levels: Uint8Array; readonly nulls: number } {
  const present = new Int32Array(codes.length);
  let nulls = 0;
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] < 0) nulls++;
    else present[i] = 1;
  }
  const out = new Uint8Array(hybridBytesMax(codes.length, 1));
  const end = writeHybrid(present, codes.length, 1, out, 0);
  return { levels: out.subarray(0, end), nulls };
}
