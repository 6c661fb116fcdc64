import type { ColumnChunk, Statistics } from "hyparquet";
import { relieveMemory } from "../core/collect_garbage.ts";
import { type ByteBuffer, GROWTH_BYTES_MAX } from "./byte_buffer.ts";
import { type Codec, codecFor } from "./codec.ts";
import type { Column } from "./columns.ts";
import { ENCODINGS } from "./enums.ts";
import { PageWriter } from "./page_writer.ts";
import type { PresentValues } from "./present_values.ts";
import { hybridBytesMax, writeHybrid } from "./rle_hybrid.ts";
import { PHYSICAL_TYPES } from "./schema.ts";

/** One column of one row group, encoded and compressed: it can be put into any file of the same column. */
export interface EncodedChunk {
  readonly bytes: Uint8Array;
  /** Its metadata, with offsets counted from the start of `bytes`; a footer cuts its bounds. */
  readonly chunk: ColumnChunk;
}

/** Rows of a chunk that a page holds, from one on to another (exclusive), and how many values they have. */
export interface PageRows {
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly valueCount: number;
  /** Whether the chunk ends with this page. */
  readonly isLast: boolean;
}

/** A page of data that was made elsewhere: its levels, then its values. */
export interface MadePage {
  readonly bytes: Uint8Array;
  readonly levelBytes: number;
}

const pages = new PageWriter();

/** Writes one chunk: a dictionary or none, then pages of data with their levels, then what a footer says of it. */
export class ChunkWriter {
  readonly #column: Column;
  readonly #rows: Omit<PresentValues, "values">;
  readonly #codec: Codec;
  #usedCodec: Codec | null = null;
  #encoding: keyof typeof ENCODINGS = "PLAIN";
  /** Where the data pages begin, behind the dictionary. */
  #dataStart = 0;
  #dataPages = 0;
  #valueCount = 0;

  /** One at a time: all write into the same buffers. */
  constructor(column: Column, rows: Omit<PresentValues, "values">, codec: Codec) {
    this.#column = column;
    this.#rows = rows;
    this.#codec = codec;
    pages.clear();
  }

  /** The page under way, to which a dictionary's entries are appended. */
  get page(): ByteBuffer {
    return pages.page;
  }

  /** Writes the page, which holds the entries, as the dictionary, and behind it which of them each value is. */
  writeByDictionary(entryCount: number, indexes: Int32Array): void {
    const bitWidth = indexBits(entryCount);
    this.#encoding = "RLE_DICTIONARY";
    this.#chooseCodec(pages.page.length + indexes.length * bitWidth / 8);
    pages.writeDictionary(entryCount);
    this.#dataStart = pages.byteLength;
    this.#write(this.#wholePage(indexes.length), (page) => {
      page.appendByte(bitWidth);
      appendHybrid(page, indexes, bitWidth);
    });
  }

  /** Writes values that are 0 or 1 as a page of runs, with its length in front. */
  writeBits(bits: Int32Array): void {
    this.#encoding = "RLE";
    this.#write(this.#wholePage(bits.length), (page) => {
      page.reserve(4);
      const at = page.length;
      page.length += 4;
      appendHybrid(page, bits, 1);
      page.view.setUint32(at, page.length - at - 4, true);
    });
  }

  /** Writes a page of all rows, whose values are PLAIN. */
  writePlain(valueCount: number, append: (page: ByteBuffer) => void): void {
    this.#write(this.#wholePage(valueCount), append);
  }

  /** Writes a page of some rows, whose values are PLAIN. */
  writePlainPage(rows: PageRows, append: (page: ByteBuffer) => void): void {
    this.#write(rows, append);
  }

  /** The same as `writeByDictionary`, of pages that were made elsewhere. */
  writeMadeDictionary(entryCount: number, entries: Uint8Array, valueCount: number, page: MadePage) {
    this.#encoding = "RLE_DICTIONARY";
    this.#chooseCodec(entries.length + valueCount * indexBits(entryCount) / 8);
    pages.writeDictionary(entryCount, entries);
    this.#dataStart = pages.byteLength;
    this.#writeMade(this.#wholePage(valueCount), page);
  }

  /** The same as `writeBits`, of a page that was made elsewhere. */
  writeMadeBits(valueCount: number, page: MadePage): void {
    this.#encoding = "RLE";
    this.#writeMade(this.#wholePage(valueCount), page);
  }

  /** The same as `writePlainPage`, of a page that was made elsewhere. */
  writeMadePage(rows: PageRows, page: MadePage): void {
    this.#writeMade(rows, page);
  }

  /** The chunk. @param bounds its least and greatest value, as bytes where it is text */
  finish(bounds: Statistics): EncodedChunk {
    const hasDictionary = this.#encoding === "RLE_DICTIONARY";
    const { rowCount } = this.#rows;
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
          statistics: { null_count: BigInt(rowCount - this.#valueCount), ...bounds },
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

  #wholePage(valueCount: number): PageRows {
    return { rowStart: 0, rowEnd: this.#rows.rowCount, valueCount, isLast: true };
  }

  #write(rows: PageRows, append: (page: ByteBuffer) => void): void {
    const { page } = pages;
    const { rowStart, rowEnd } = rows;
    const rowCount = rowEnd - rowStart;
    if (!this.#column.required) {
      const { levels } = this.#rows;
      if (levels === null) appendOnes(page, rowCount);
      else appendHybrid(page, levels.subarray(rowStart, rowEnd), 1);
    }
    const levelBytes = page.length;
    append(page);
    this.#writeMade(rows, { bytes: page.bytes.subarray(0, page.length), levelBytes });
  }

  #writeMade({ rowStart, rowEnd, valueCount, isLast }: PageRows, { bytes, levelBytes }: MadePage) {
    const values = rowEnd - rowStart;
    this.#chooseCodec(isLast ? bytes.length - levelBytes : Infinity);
    const encoding = ENCODINGS[this.#encoding];
    pages.writeData({ values, nulls: values - valueCount, encoding, levelBytes }, bytes);
    this.#dataPages++;
    this.#valueCount += valueCount;
  }

  /** A chunk has one codec; its first page decides. */
  #chooseCodec(bytes: number): void {
    if (this.#usedCodec !== null) return;
    this.#usedCodec = codecFor(bytes, this.#codec);
    pages.begin(this.#usedCodec);
  }
}

/** Bits of a number that names one of so many entries. */
export function indexBits(entryCount: number): number {
  return 32 - Math.clz32(entryCount - 1);
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
