/**
 * What of Parquet's enums the lake's files use, by the names that hyparquet gives them, with their numbers in
 * parquet.thrift of apache/parquet-format.
 */
export const PARQUET_TYPES = { BOOLEAN: 0, INT64: 2, BYTE_ARRAY: 6 } as const;
export const ENCODINGS = { PLAIN: 0, RLE: 3, RLE_DICTIONARY: 8 } as const;
export const CODECS = { UNCOMPRESSED: 0, SNAPPY: 1, ZSTD: 6 } as const;
export const PAGE_TYPES = { DICTIONARY_PAGE: 2, DATA_PAGE_V2: 3 } as const;
export const REPETITION = { REQUIRED: 0, OPTIONAL: 1 } as const;
export const CONVERTED_TYPES = { UTF8: 0, TIMESTAMP_MILLIS: 9 } as const;

/** The number of a name that was read from a file. Throws where no file of the lake has it. */
export function numberOf(numbers: Readonly<Record<string, number>>, name: string): number {
  const number = numbers[name];
  if (number === undefined) throw new TypeError(`Cannot write a Parquet file: it has ${name}`);
  return number;
}
