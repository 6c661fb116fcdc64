import { constants, zstdCompressSync } from "node:zlib";
import type { ColumnChunk, RowGroup, SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { relieveMemory } from "../core/collect_garbage.ts";
import { LIMITS } from "../core/limits.ts";
import type { Column } from "./columns.ts";
import { isMostlyDistinct, textBytes } from "./text_bytes.ts";

/** Parquet's four magic bytes, at both ends of a file. */
const MAGIC = new TextEncoder().encode("PAR1");

/** What a column chunk takes in the footer: measured 110 to 190 bytes, statistics cut at 16 bytes. */
const FOOTER_CHUNK_BYTES_MAX = 256;

/** A file's buffer grows by at most this, so that little of it is ever unused. */
const GROWTH_BYTES_MAX = 16 * 1024 * 1024;

/** One column of one row group, encoded and compressed: it can be put into any file of the same column. */
export interface EncodedChunk {
  readonly bytes: Uint8Array;
  /** Its metadata, with offsets counted from the start of `bytes`. */
  readonly chunk: ColumnChunk;
}

/** What every chunk is written into first: a new buffer for each would be garbage twice the chunk's size. */
let scratch = new ByteWriter();

function emptyScratch(): ByteWriter {
  if (scratch.buffer.byteLength > GROWTH_BYTES_MAX) scratch = new ByteWriter();
  scratch.offset = 0;
  scratch.index = 0;
  return scratch;
}

/**
 * Encodes one column's values for a row group, zstd level 1, with a dictionary where that halves the bytes.
 * Throws where a required value is null or a value is not of the column's type.
 * @param codec the lake is written in the default alone; docs/performance.md says why
 */
export function encodeChunk(
  column: Column,
  values: readonly unknown[],
  codec: "ZSTD" | "SNAPPY" = "ZSTD",
): EncodedChunk {
  const writer = emptyScratch();
  const parquet = new ParquetWriter({
    writer,
    schema: schemaOf([column]),
    // Small hours have many columns without a value, and starting the compressor costs more than these.
    codec: values.every((value) => value === null) ? "UNCOMPRESSED" : codec,
    compressors: { ZSTD: compress },
  });
  const isText = column.type === "string" || column.type === "json";
  const isPlain = isText && isMostlyDistinct(values);
  const physical = isPlain
    ? textBytes(values)
    : column.type === "int64"
    ? values.map((v) => BigInt(v as number))
    : values;
  parquet.write({
    columnData: [{
      name: column.name,
      data: physical as unknown[],
      // Left to itself the library judges by a sample, which misses values that repeat far apart.
      encoding: isPlain ? "PLAIN" : isText ? "RLE_DICTIONARY" : undefined,
      // Bounds of JSON text prune nothing, and comparing long texts is dear.
      statistics: column.type !== "json",
      offsetIndex: false,
    }],
    rowGroupSize: Math.max(values.length, 1),
  });
  const written = writer.getBytes();
  // A large chunk keeps the buffer for its own, so that it is not there twice.
  const isLarge = written.length > GROWTH_BYTES_MAX;
  if (isLarge) {
    scratch = new ByteWriter();
    // Its page and what the compressor gave go before a file takes it up.
    relieveMemory();
  }
  const bytes = isLarge ? written.subarray(MAGIC.length) : written.slice(MAGIC.length);
  return { bytes, chunk: moveChunk(parquet.row_groups[0].columns[0], -MAGIC.length) };
}

/**
 * Writes one Parquet file in memory, row group by row group, and never holds more than the file so far
 * and the row group under way.
 */
export class TableWriter {
  readonly #columns: readonly Column[];
  readonly #rowGroups: RowGroup[] = [];
  #buffer = new ArrayBuffer(64 * 1024);
  readonly #hasRoom: boolean;
  #length = 0;
  #rowCount = 0;

  /**
   * @param capacityBytes room that is set aside: growing a large file holds it twice for a moment, and memory that
   * nothing was written to is none. The file then keeps this room.
   */
  constructor(columns: readonly Column[], capacityBytes = 0) {
    this.#columns = columns;
    this.#hasRoom = capacityBytes > 0;
    if (this.#hasRoom) this.#buffer = new ArrayBuffer(capacityBytes);
    this.#append(MAGIC);
  }

  /** Rows written so far. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** What the file would take if it were finished now, at most. */
  get byteLength(): number {
    return this.#length + footerBytesMax(this.#columns.length, this.#rowGroups.length);
  }

  /** What the file would take with this row group too, at most. */
  byteLengthWith(chunks: readonly EncodedChunk[]): number {
    return chunks.reduce((sum, { bytes }) => sum + bytes.length + FOOTER_CHUNK_BYTES_MAX, 0) +
      this.byteLength;
  }

  /**
   * Encodes and appends a row group. No rows are no row group.
   * @param values for each column its values, `rowCount` of them
   */
  writeRowGroup(values: readonly (readonly unknown[])[], rowCount: number): void {
    if (rowCount === 0) return;
    this.appendRowGroup(this.#columns.map((column, i) => encodeChunk(column, values[i])), rowCount);
  }

  /** Appends a row group that is encoded already: one chunk a column, in the columns' order. */
  appendRowGroup(chunks: readonly EncodedChunk[], rowCount: number): void {
    const start = this.#length;
    let uncompressedSize = 0n;
    const columns = chunks.map(({ bytes, chunk }) => {
      const moved = moveChunk(chunk, this.#length);
      uncompressedSize += moved.meta_data?.total_uncompressed_size ?? 0n;
      this.#append(bytes);
      return moved;
    });
    this.#rowGroups.push({
      columns,
      total_byte_size: uncompressedSize,
      num_rows: BigInt(rowCount),
      total_compressed_size: BigInt(this.#length - start),
    });
    this.#rowCount += rowCount;
  }

  /** The whole file. The writer is of no use after it. */
  finish(): Uint8Array<ArrayBuffer> {
    const writer = new ByteWriter();
    const parquet = new ParquetWriter({
      writer,
      schema: schemaOf(this.#columns),
      createdBy: "trailsieve",
    });
    parquet.row_groups = this.#rowGroups;
    parquet.num_rows = BigInt(this.#rowCount);
    parquet.finish();
    this.#append(writer.getBytes().subarray(MAGIC.length));
    return this.#hasRoom
      ? new Uint8Array(this.#buffer, 0, this.#length)
      : new Uint8Array(this.#buffer.transfer(this.#length));
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#buffer.byteLength) {
      const room = Math.min(this.#buffer.byteLength, GROWTH_BYTES_MAX);
      // A transfer frees the old buffer at once; a copy would keep both until the next collection.
      this.#buffer = this.#buffer.transfer(Math.max(this.#buffer.byteLength + room, needed));
    }
    new Uint8Array(this.#buffer).set(bytes, this.#length);
    this.#length = needed;
  }
}

function footerBytesMax(columnCount: number, rowGroupCount: number): number {
  return 1024 + columnCount * 64 + rowGroupCount * columnCount * FOOTER_CHUNK_BYTES_MAX;
}

function compress(bytes: Uint8Array): Uint8Array {
  const params = { [constants.ZSTD_c_compressionLevel]: 1 };
  if (bytes.length < LIMITS.largeRecordBytes) return zstdCompressSync(bytes, { params });
  relieveMemory();
  // Given room for all that it may write (ZSTD_compressBound), zlib does not put pieces together.
  const chunkSize = bytes.length + Math.ceil(bytes.length / 256) + 64;
  return zstdCompressSync(bytes, { params, chunkSize });
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

/**
 * Parquet's schema of a table. Timestamps carry `isAdjustedToUTC`, without which DuckDB reads them as local
 * time; JSON is plain UTF-8, so that no reader parses and rewrites it.
 */
function schemaOf(columns: readonly Column[]): SchemaElement[] {
  const leaves = columns.map((column): SchemaElement => {
    const common = {
      name: column.name,
      repetition_type: column.required ? "REQUIRED" as const : "OPTIONAL" as const,
    };
    switch (column.type) {
      case "timestamp":
        return {
          ...common,
          type: "INT64",
          converted_type: "TIMESTAMP_MILLIS",
          logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
        };
      case "string":
      case "json":
        return {
          ...common,
          type: "BYTE_ARRAY",
          converted_type: "UTF8",
          logical_type: { type: "STRING" },
        };
      case "bool":
        return { ...common, type: "BOOLEAN" };
      case "int64":
        return { ...common, type: "INT64" };
      default:
        throw column.type satisfies never;
    }
  });
  return [{ name: "root", num_children: leaves.length }, ...leaves];
}
