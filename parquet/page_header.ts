/** Headers of Parquet's pages: structs of numbers in Thrift's compact form, by the field numbers of parquet.thrift. */
import { writeVarint } from "./rle_hybrid.ts";

export const PAGE = { data: 0, dictionary: 2, dataV2: 3 } as const;
export const ENCODING = { plain: 0, rle: 3, rleDictionary: 8 } as const;

/** Fields by their numbers; booleans as 0 and 1. Lists and texts are left out. */
export interface Fields {
  [field: number]: number | Fields;
}

/** Reads the header that begins at `at`. Throws Error where there is none. @returns it, and where it ends. */
export function readPageHeader(
  bytes: Uint8Array,
  at: number,
): { readonly fields: Fields; readonly end: number } {
  const reader = new CompactReader(bytes, at);
  return { fields: reader.struct(0), end: reader.at };
}

/** A nested struct of a header; empty where there is none. */
export function structOf(fields: Fields, field: number): Fields {
  const value = fields[field];
  return typeof value === "object" ? value : {};
}

/** A whole number of a header. Throws Error where it is missing, below 0, or too large to be exact. */
export function countOf(fields: Fields, field: number): number {
  const value = fields[field];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new Error("a page's header lacks a number");
  }
  return value;
}

/** Kinds of Thrift's compact protocol. */
const KIND = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
};
/** Page headers nest twice; what nests deeper is no header. */
const DEPTH_MAX = 8;

class CompactReader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  struct(depth: number): Fields {
    const fields: Fields = {};
    let field = 0;
    for (;;) {
      const head = this.#byte();
      if (head === 0) return fields;
      field = head >> 4 === 0 ? this.#zigzag() : field + (head >> 4);
      const value = this.#value(head & 15, depth);
      if (value !== null) fields[field] = value;
    }
  }

  #value(kind: number, depth: number): number | Fields | null {
    switch (kind) {
      case KIND.true:
      case KIND.false:
        return kind === KIND.true ? 1 : 0;
      case KIND.byte:
        return this.#byte();
      case KIND.i16:
      case KIND.i32:
      case KIND.i64:
        return this.#zigzag();
      case KIND.double:
        this.at += 8;
        return null;
      case KIND.binary:
        this.at += this.#varint();
        return null;
      case KIND.struct:
        if (depth < DEPTH_MAX) return this.struct(depth + 1);
    }
    throw new Error(`a page's header has a field of kind ${kind}`);
  }

  #byte(): number {
    if (this.at >= this.#bytes.length) throw new Error("a page's header is cut off");
    return this.#bytes[this.at++];
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/** A data page, version 2, as it is written. */
export interface DataPage {
  readonly values: number;
  readonly nulls: number;
  readonly encoding: number;
  readonly levelBytes: number;
  /** Bytes of levels and values. */
  readonly uncompressedBytes: number;
  readonly compressedBytes: number;
}

/** The header of a data page, version 2, of values that are compressed or in a chunk without a codec. */
export function dataPageHeader(page: DataPage): Uint8Array {
  return header(PAGE.dataV2, page, 8, [
    page.values,
    page.nulls,
    page.values,
    page.encoding,
    page.levelBytes,
    0,
  ]);
}

/** The header of a dictionary's page. */
export function dictionaryPageHeader(
  page: Pick<DataPage, "values" | "uncompressedBytes" | "compressedBytes">,
): Uint8Array {
  return header(PAGE.dictionary, page, 7, [page.values, ENCODING.plain]);
}

function header(
  type: number,
  { uncompressedBytes, compressedBytes }: Pick<DataPage, "uncompressedBytes" | "compressedBytes">,
  detailField: number,
  details: readonly number[],
): Uint8Array {
  const out = new Uint8Array(80);
  let at = 0;
  const field = (step: number, value: number) => {
    out[at++] = step << 4 | KIND.i32;
    at = writeVarint(value * 2, out, at);
  };
  for (const value of [type, uncompressedBytes, compressedBytes]) field(1, value);
  out[at++] = (detailField - 3) << 4 | KIND.struct;
  for (const value of details) field(1, value);
  return out.subarray(0, at + 2);
}
