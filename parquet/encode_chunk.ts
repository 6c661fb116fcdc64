import type { ColumnChunk, Statistics } from "hyparquet";
import { relieveMemory } from "../core/collect_garbage.ts";
import { type ByteBuffer, GROWTH_BYTES_MAX } from "./byte_buffer.ts";
import { type Codec, codecFor, ZSTD } from "./codec.ts";
import type { Column } from "./columns.ts";
import { type Dictionary, dictionaryOf } from "./dictionary.ts";
import { ENCODINGS } from "./enums.ts";
import { PageWriter } from "./page_writer.ts";
import { appendPlainInt64s, appendPlainTexts, plainPageEnd, type Text } from "./plain.ts";
import {
  bitsOf,
  integersOf,
  type PresentValues,
  presentValues,
  textsOf,
} from "./present_values.ts";
import { hybridBytesMax, writeHybrid } from "./rle_hybrid.ts";
import { PHYSICAL_TYPES } from "./schema.ts";
import { TextBounds } from "./text_bounds.ts";

/** One column of one row group, encoded and compressed: it can be put into any file of the same column. */
export interface EncodedChunk {
  readonly bytes: Uint8Array;
  /** Its metadata, with offsets counted from the start of `bytes`; a footer cuts its bounds. */
  readonly chunk: ColumnChunk;
}

/** Bytes of a page of texts, about: bounds what a reader holds of a chunk uncompressed. */
const PAGE_BYTES_MAX = 1024 * 1024;

/** With a greater share of distinct texts a dictionary would not halve the column. */
const TEXT_DISTINCT_MAX = 1 / 2;
/** Times are sorted: unless there are very few of them, zstd alone makes them smaller than a dictionary does. */
const INTEGER_DISTINCT_MAX = 1 / 16;

const pages = new PageWriter();

/**
 * Encodes one column's values for a row group, zstd level 1, with a dictionary where that halves the bytes. Texts may
 * be given as UTF-8 too. Throws TypeError where a required value is null or a value is not of the column's type.
 * Format: apache/parquet-format, README.md and Encodings.md.
 * @param codec the lake is written in the default alone; docs/performance.md says why
 */
export function encodeChunk(
  column: Column,
  values: readonly unknown[],
  codec: Codec = ZSTD,
): EncodedChunk {
  const encoder = new ChunkEncoder(column, presentValues(column, values), codec);
  try {
    encoder.encode();
  } catch (error) {
    pages.clear();
    throw error;
  }
  return encoder.finish();
}

class ChunkEncoder {
  readonly #column: Column;
  readonly #rows: PresentValues;
  readonly #codec: Codec;
  #usedCodec: Codec | null = null;
  #encoding: keyof typeof ENCODINGS = "PLAIN";
  /** Where the data pages begin, behind the dictionary. */
  #dataStart = 0;
  #dataPages = 0;
  #bounds: Statistics = {};

  constructor(column: Column, rows: PresentValues, codec: Codec) {
    this.#column = column;
    this.#rows = rows;
    this.#codec = codec;
  }

  encode(): void {
    const { values, rowCount } = this.#rows;
    if (values.length === 0) return this.#writeData(0, rowCount, 0, () => {});
    switch (this.#column.type) {
      case "string":
      case "json":
        return this.#encodeTexts(textsOf(this.#column, values));
      case "timestamp":
      case "int64":
        return this.#encodeIntegers(integersOf(this.#column, values));
      case "bool":
        return this.#encodeBits(bitsOf(this.#column, values));
      default:
        throw this.#column.type satisfies never;
    }
  }

  #encodeTexts(texts: readonly Text[]): void {
    // Bounds of JSON text prune nothing.
    const bounds = this.#column.type === "json" ? null : new TextBounds();
    const dictionary = areStrings(texts) ? dictionaryOf(texts, TEXT_DISTINCT_MAX) : null;
    if (dictionary !== null) {
      const { entries } = dictionary;
      appendPlainTexts(pages.page, entries, 0, entries.length);
      bounds?.add(pages.page, 0);
      this.#writeByDictionary(dictionary);
    } else this.#writePlainTexts(texts, bounds);
    if (bounds !== null) this.#bounds = bounds.bounds;
  }

  #writePlainTexts(texts: readonly Text[], bounds: TextBounds | null): void {
    let row = 0;
    for (let from = 0; from < texts.length;) {
      const to = plainPageEnd(texts, from, PAGE_BYTES_MAX);
      const rowEnd = to < texts.length ? rowAfter(this.#rows, row, to - from) : this.#rows.rowCount;
      this.#writeData(row, rowEnd, to - from, (page) => {
        const start = page.length;
        appendPlainTexts(page, texts, from, to);
        bounds?.add(page, start);
      });
      from = to;
      row = rowEnd;
    }
  }

  #encodeIntegers(values: readonly number[]): void {
    let [min, max] = [values[0], values[0]];
    for (let i = 1; i < values.length; i++) {
      const value = values[i];
      if (value < min) min = value;
      else if (value > max) max = value;
    }
    this.#bounds = { min_value: BigInt(min), max_value: BigInt(max) };
    const dictionary = dictionaryOf(values, INTEGER_DISTINCT_MAX);
    if (dictionary !== null) {
      appendPlainInt64s(pages.page, dictionary.entries);
      return this.#writeByDictionary(dictionary);
    }
    this.#writeData(0, this.#rows.rowCount, values.length, (page) => {
      appendPlainInt64s(page, values);
    });
  }

  #encodeBits(bits: Int32Array): void {
    this.#encoding = "RLE";
    this.#bounds = { min_value: !bits.includes(0), max_value: bits.includes(1) };
    this.#writeData(0, this.#rows.rowCount, bits.length, (page) => {
      page.reserve(4);
      const at = page.length;
      page.length += 4;
      appendHybrid(page, bits, 1);
      page.view.setUint32(at, page.length - at - 4, true);
    });
  }

  /** Writes the page, which holds the entries, and behind it which of them each value is. */
  #writeByDictionary({ entries, indexes }: Dictionary<unknown>): void {
    const bitWidth = 32 - Math.clz32(entries.length - 1);
    this.#encoding = "RLE_DICTIONARY";
    this.#chooseCodec(pages.page.length + indexes.length * bitWidth / 8);
    pages.writeDictionary(entries.length);
    this.#dataStart = pages.byteLength;
    this.#writeData(0, this.#rows.rowCount, indexes.length, (page) => {
      page.appendByte(bitWidth);
      appendHybrid(page, indexes, bitWidth);
    });
  }

  #writeData(
    rowStart: number,
    rowEnd: number,
    valueCount: number,
    appendValues: (page: ByteBuffer) => void,
  ): void {
    const { page } = pages;
    const rowCount = rowEnd - rowStart;
    if (!this.#column.required) {
      const { levels } = this.#rows;
      if (levels === null) appendOnes(page, rowCount);
      else appendHybrid(page, levels.subarray(rowStart, rowEnd), 1);
    }
    const levelBytes = page.length;
    appendValues(page);
    this.#chooseCodec(page.length - levelBytes);
    const nulls = rowCount - valueCount;
    pages.writeData({
      values: rowCount,
      nulls,
      encoding: ENCODINGS[this.#encoding],
      levelBytes,
    });
    this.#dataPages++;
  }

  /** A chunk has one codec; its first page decides. */
  #chooseCodec(bytes: number): void {
    if (this.#usedCodec !== null) return;
    this.#usedCodec = codecFor(bytes, this.#codec);
    pages.begin(this.#usedCodec);
  }

  finish(): EncodedChunk {
    const hasDictionary = this.#encoding === "RLE_DICTIONARY";
    const { rowCount, values } = this.#rows;
    const { byteLength, uncompressedBytes } = pages;
    const bytes = pages.take();
    // Of a large chunk the page and what the compressor gave go before a file takes it up.
    if (byteLength > GROWTH_BYTES_MAX) relieveMemory();
    return {
      bytes,
      chunk: {
        file_offset: 0n,
        meta_data: {
          type: PHYSICAL_TYPES[this.#column.type],
          encodings: hasDictionary ? ["PLAIN", this.#encoding] : [this.#encoding],
          path_in_schema: [this.#column.name],
          codec: this.#usedCodec!.name,
          num_values: BigInt(rowCount),
          total_uncompressed_size: BigInt(uncompressedBytes),
          total_compressed_size: BigInt(byteLength),
          data_page_offset: BigInt(this.#dataStart),
          dictionary_page_offset: hasDictionary ? 0n : undefined,
          statistics: { null_count: BigInt(rowCount - values.length), ...this.#bounds },
          encoding_stats: [
            ...(hasDictionary
              ? [{ page_type: "DICTIONARY_PAGE", encoding: "PLAIN", count: 1 } as const]
              : []),
            { page_type: "DATA_PAGE_V2", encoding: this.#encoding, count: this.#dataPages },
          ],
        },
      },
    };
  }
}

function appendHybrid(out: ByteBuffer, values: Int32Array, width: number): void {
  out.reserve(hybridBytesMax(values.length, width));
  out.length = writeHybrid(values, values.length, width, out.bytes, out.length);
}

/** A hybrid of one run, as levels are where no value is null. */
function appendOnes(out: ByteBuffer, count: number): void {
  out.appendVarint(count * 2);
  out.appendByte(1);
}

function areStrings(texts: readonly Text[]): texts is readonly string[] {
  return texts.every((text) => typeof text === "string");
}

/** The row behind so many values, counted from a row on. */
function rowAfter({ levels }: PresentValues, row: number, valueCount: number): number {
  if (levels === null) return row + valueCount;
  let end = row;
  for (let left = valueCount; left > 0; end++) left -= levels[end];
  return end;
}

/** The chunk's metadata as if its bytes lay `by` bytes further on. */
export function moveChunk(chunk: ColumnChunk, by: number): ColumnChunk {
  const data = chunk.meta_data!;
  const move = (offset: bigint) => offset + BigInt(by);
  return {
    file_offset: move(chunk.file_offset),
    meta_data: {
      ...data,
      data_page_offset: move(data.data_page_offset),
      dictionary_page_offset: data.dictionary_page_offset === undefined
        ? undefined
        : move(data.dictionary_page_offset),
    },
  };
}
