/** The lake's tables as Parquet and as JSON lines: pure, bytes in and bytes out. */
export { type ByteRange, chunkRanges } from "./chunk_ranges.ts";
export { boolColumn, type ByteColumn, gapOf, valueAt } from "./byte_column.ts";
export * from "./columns.ts";
export * from "./s3_view_columns.ts";
export { type Codec, ZSTD } from "./codec.ts";
export { encodeChunk, type EncodedChunk, TableWriter } from "./encode.ts";
export { decodeJsonl, encodeJsonl } from "./jsonl.ts";
export { type ColumnValues, readTable, type TableFile, TableReader } from "./read.ts";
export { type EventRow, MADE_ID_PREFIX, recordFromRow } from "./record.ts";
export type { MergedFile, MergedHour } from "./hour_output.ts";
export { type LargeHourInput, type LargeHourOutput, mergeLargeHour } from "./merge_large.ts";
export {
  type HourInput,
  mergeHour,
  mergeHours,
  type MergeOptions,
  type MergePart,
} from "./merge.ts";
