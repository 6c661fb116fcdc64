import type { ColumnMetaData, RowGroup, Statistics } from "hyparquet";
import type { ByteBuffer } from "./byte_buffer.ts";
import type { Column } from "./columns.ts";
import { CODECS, ENCODINGS, numberOf, PAGE_TYPES, PARQUET_TYPES } from "./enums.ts";
import { writeColumnSchema } from "./schema.ts";
import { cutBounds } from "./text_bounds.ts";
import { ThriftWriter } from "./thrift.ts";

/** Parquet's four magic bytes, at both ends of a file. */
export const MAGIC = new TextEncoder().encode("PAR1");

/** What a column chunk takes in the footer: measured 110 to 190 bytes, statistics cut at 16 bytes. */
export const FOOTER_CHUNK_BYTES_MAX = 256;

/** What a footer takes, at most. */
export function footerBytesMax(columnCount: number, rowGroupCount: number): number {
  return 1024 + columnCount * 64 + rowGroupCount * columnCount * FOOTER_CHUNK_BYTES_MAX;
}

/** Ends a file: `FileMetaData` of parquet.thrift (apache/parquet-format), its length, and the magic bytes. */
export function appendFooter(
  out: ByteBuffer,
  columns: readonly Column[],
  rowGroups: readonly RowGroup[],
): void {
  const start = out.length;
  const thrift = new ThriftWriter(out);
  const rowCount = rowGroups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  thrift.root(() => {
    thrift.i32(1, 2);
    thrift.structList(2, [null, ...columns], (column) => {
      if (column !== null) return writeColumnSchema(thrift, column);
      thrift.binary(4, "root");
      thrift.i32(5, columns.length);
    });
    thrift.i64(3, rowCount);
    thrift.structList(4, rowGroups, (group) => writeRowGroup(thrift, group));
    thrift.binary(6, "trailsieve");
    // Each column's bounds are in the order of its type.
    thrift.structList(7, columns, () => thrift.struct(1, () => {}));
  });
  out.reserve(4);
  out.view.setUint32(out.length, out.length - start, true);
  out.length += 4;
  out.append(MAGIC);
}

function writeRowGroup(thrift: ThriftWriter, group: RowGroup): void {
  thrift.structList(1, group.columns, (chunk) => {
    thrift.i64(2, chunk.file_offset);
    thrift.struct(3, () => writeChunkMetadata(thrift, chunk.meta_data!));
  });
  thrift.i64(2, group.total_byte_size);
  thrift.i64(3, group.num_rows);
  if (group.total_compressed_size !== undefined) thrift.i64(6, group.total_compressed_size);
}

function writeChunkMetadata(thrift: ThriftWriter, data: ColumnMetaData): void {
  thrift.i32(1, numberOf(PARQUET_TYPES, data.type));
  thrift.i32List(2, data.encodings.map((encoding) => numberOf(ENCODINGS, encoding)));
  thrift.binaryList(3, data.path_in_schema);
  thrift.i32(4, numberOf(CODECS, data.codec));
  thrift.i64(5, data.num_values);
  thrift.i64(6, data.total_uncompressed_size);
  thrift.i64(7, data.total_compressed_size);
  thrift.i64(9, data.data_page_offset);
  if (data.dictionary_page_offset !== undefined) thrift.i64(11, data.dictionary_page_offset);
  const { statistics, encoding_stats: pages } = data;
  if (statistics !== undefined) thrift.struct(12, () => writeStatistics(thrift, statistics));
  if (pages !== undefined) {
    thrift.structList(13, pages, ({ page_type, encoding, count }) => {
      thrift.i32(1, numberOf(PAGE_TYPES, page_type));
      thrift.i32(2, numberOf(ENCODINGS, encoding));
      thrift.i32(3, count);
    });
  }
}

/** Exactness is named only where a bound was cut: without the field it is exact, and most are. */
function writeStatistics(thrift: ThriftWriter, statistics: Statistics): void {
  const { null_count, max_value, min_value, is_max_value_exact, is_min_value_exact } = cutBounds(
    statistics,
  );
  if (null_count !== undefined) thrift.i64(3, null_count);
  if (max_value !== undefined) thrift.binary(5, boundBytes(max_value));
  if (min_value !== undefined) thrift.binary(6, boundBytes(min_value));
  if (is_max_value_exact !== undefined) thrift.bool(7, is_max_value_exact);
  if (is_min_value_exact !== undefined) thrift.bool(8, is_min_value_exact);
}

function boundBytes(bound: NonNullable<Statistics["min_value"]>): Uint8Array {
  if (bound instanceof Uint8Array) return bound;
  if (typeof bound === "boolean") return Uint8Array.of(bound ? 1 : 0);
  if (typeof bound !== "bigint") throw new TypeError(`Cannot write a bound: it is ${typeof bound}`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, bound, true);
  return bytes;
}
