import type { Statistics } from "hyparquet";
import { ChunkWriter, type EncodedChunk } from "./chunk_writer.ts";
import { type Codec, ZSTD } from "./codec.ts";
import type { Column } from "./columns.ts";
import { dictionaryOf } from "./dictionary.ts";
import { appendPlainInt64s, appendPlainTexts, plainPageEnd, type Text } from "./plain.ts";
import {
  bitsOf,
  integersOf,
  type PresentValues,
  presentValues,
  textsOf,
} from "./present_values.ts";
import { TextBounds } from "./text_bounds.ts";

/** Bytes of a page of texts, about: bounds what a reader holds of a chunk uncompressed. */
const PAGE_BYTES_MAX = 1024 * 1024;

/** With a greater share of distinct texts a dictionary would not halve the column. */
const TEXT_DISTINCT_MAX = 1 / 2;
/** Times are sorted: unless there are very few of them, zstd alone makes them smaller than a dictionary does. */
const INTEGER_DISTINCT_MAX = 1 / 16;

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
  const rows = presentValues(column, values);
  const chunk = new ChunkWriter(column, rows, codec);
  return chunk.finish(writeValues(chunk, column, rows));
}

/** Writes the pages. @returns the bounds of the values. */
function writeValues(chunk: ChunkWriter, column: Column, rows: PresentValues): Statistics {
  const { values } = rows;
  if (values.length === 0) {
    chunk.writePlain(0, () => {});
    return {};
  }
  switch (column.type) {
    case "string": {
      const bounds = new TextBounds();
      writeTexts(chunk, rows, textsOf(column, values), bounds);
      return bounds.bounds;
    }
    case "json":
      // Bounds of JSON text prune nothing.
      writeTexts(chunk, rows, textsOf(column, values), null);
      return {};
    case "timestamp":
    case "int64":
      return writeIntegers(chunk, integersOf(column, values));
    case "bool": {
      const bits = bitsOf(column, values);
      chunk.writeBits(bits);
      return { min_value: !bits.includes(0), max_value: bits.includes(1) };
    }
    default:
      throw column.type satisfies never;
  }
}

function writeTexts(
  chunk: ChunkWriter,
  rows: PresentValues,
  texts: readonly Text[],
  bounds: TextBounds | null,
): void {
  const dictionary = areStrings(texts) ? dictionaryOf(texts, TEXT_DISTINCT_MAX) : null;
  if (dictionary !== null) {
    const { entries, indexes } = dictionary;
    appendPlainTexts(chunk.page, entries, 0, entries.length);
    bounds?.add(chunk.page, 0);
    return chunk.writeByDictionary(entries.length, indexes);
  }
  let rowStart = 0;
  for (let from = 0; from < texts.length;) {
    const to = plainPageEnd(texts, from, PAGE_BYTES_MAX);
    const valueCount = to - from;
    const isLast = to === texts.length;
    const rowEnd = isLast ? rows.rowCount : rowAfter(rows, rowStart, valueCount);
    chunk.writePlainPage({ rowStart, rowEnd, valueCount, isLast }, (page) => {
      const start = page.length;
      appendPlainTexts(page, texts, from, to);
      bounds?.add(page, start);
    });
    from = to;
    rowStart = rowEnd;
  }
}

function writeIntegers(chunk: ChunkWriter, values: readonly number[]): Statistics {
  let [min, max] = [values[0], values[0]];
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    if (value < min) min = value;
    else if (value > max) max = value;
  }
  const dictionary = dictionaryOf(values, INTEGER_DISTINCT_MAX);
  if (dictionary === null) {
    chunk.writePlain(values.length, (page) => appendPlainInt64s(page, values));
  } else {
    appendPlainInt64s(chunk.page, dictionary.entries);
    chunk.writeByDictionary(dictionary.entries.length, dictionary.indexes);
  }
  return { min_value: BigInt(min), max_value: BigInt(max) };
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
