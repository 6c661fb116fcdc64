import { zstdDecompressSync } from "node:zlib";
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from "hyparquet";
import { type ByteColumn, columnOfValues } from "./byte_column.ts";
import type { Column } from "./columns.ts";
import { decodeChunk } from "./decode_chunk.ts";
import { type EncodedChunk, moveChunk } from "./encode.ts";
import { TrailsieveError } from "../core/errors.ts";
import type { Room } from "./room.ts";
import { asyncBuffer, readable, type TableFile } from "./table_file.ts";

export type { TableFile };

/** A column's values: numbers (ms since the epoch for timestamps), strings, booleans; null where absent. */
export type ColumnValues = unknown[];

// A byte order mark belongs to a value as every other character does.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const PARSERS = {
  timestampFromMilliseconds: (ms: bigint) => Number(ms),
  stringFromBytes: (bytes: Uint8Array) => bytes && decoder.decode(bytes),
};

/** Bytes of chunks that are read together at most. */
const READ_BYTES_MAX = 16 * 1024 * 1024;

/** Bounds of statistics are kept as they are written: one that is cut within a character is no text. */
const BOUND_PARSERS = {
  stringFromBytes: (bytes: Uint8Array) => bytes.slice(),
  timestampFromMilliseconds: (ms: bigint) => ms,
};

/** Given room for one byte more than there is, zlib ends with its first piece, and need not put pieces together. */
const COMPRESSORS = {
  ZSTD: (bytes: Uint8Array, length: number) =>
    zstdDecompressSync(bytes, { chunkSize: Math.max(length + 1, 64) }),
};

/** A row group of a file: its first row, its rows, and the bytes that they take decompressed. */
export interface RowGroupExtent {
  readonly rowStart: number;
  readonly rowCount: number;
  readonly uncompressedBytes: number;
}

/** Reads columns of one Parquet file; the footer is read once. */
export class TableReader {
  readonly rowCount: number;
  readonly rowGroups: readonly RowGroupExtent[];
  /** Names of the file's columns, in order. */
  readonly columnNames: readonly string[];
  readonly #bytes: TableFile;
  readonly #file: AsyncBuffer;
  readonly #metadata: FileMetaData;

  private constructor(bytes: TableFile, file: AsyncBuffer, metadata: FileMetaData) {
    this.#bytes = bytes;
    this.#file = file;
    this.#metadata = metadata;
    this.rowCount = Number(metadata.num_rows);
    let rowStart = 0;
    this.rowGroups = metadata.row_groups.map((group) => {
      const rowCount = Number(group.num_rows);
      rowStart += rowCount;
      return {
        rowStart: rowStart - rowCount,
        rowCount,
        uncompressedBytes: Number(group.total_byte_size),
      };
    });
    this.columnNames = parquetSchema(metadata).children.map((child) => child.element.name);
  }

  /** Throws TrailsieveError `corrupt` unless the file is Parquet. */
  static async open(file: TableFile): Promise<TableReader> {
    const buffer = asyncBuffer(file);
    const metadata = await readable(() => parquetMetadataAsync(buffer, { parsers: BOUND_PARSERS }));
    return new TableReader(file, buffer, metadata);
  }

  /** Throws TrailsieveError `corrupt` unless the file has these rows. */
  checkRange(rowStart: number, rowCount: number): void {
    if (rowStart + rowCount <= this.rowCount) return;
    throw new TrailsieveError(
      "corrupt",
      `Cannot merge rows ${rowStart} to ${rowStart + rowCount} of a part: it has ${this.rowCount}`,
      { stage: "compact" },
    );
  }

  /**
   * A row group undecoded: a chunk for each of the columns. What lies together in the file is read together.
   * Throws TrailsieveError `corrupt` where the file lacks one.
   */
  async readChunks(group: number, columns: readonly Column[]): Promise<EncodedChunk[]> {
    const found = columns.map((column) => this.#chunkOf(group, column));
    const ranges: { start: number; end: number; bytes?: Uint8Array }[] = [];
    const inFile = found.toSorted((a, b) => a.start - b.start);
    for (const { start, end } of inFile) {
      const last = ranges.at(-1);
      if (last?.end === start && end - last.start <= READ_BYTES_MAX) last.end = end;
      else ranges.push({ start, end });
    }
    for (const range of ranges) range.bytes = await this.#slice(range.start, range.end);
    return found.map(({ chunk, start, end }) => {
      const range = ranges.find((range) => range.start <= start && end <= range.end)!;
      const bytes = range.bytes!.subarray(start - range.start, end - range.start);
      return { bytes, chunk: moveChunk(chunk, -start) };
    });
  }

  /**
   * A chunk of this file's row group as bytes of values, in some room or, where it is encoded in a way that this
   * program does not write, beside it. Throws TrailsieveError `corrupt`.
   */
  async decode(
    { bytes, chunk }: EncodedChunk,
    column: Column,
    group: number,
    room?: Room,
  ): Promise<ByteColumn> {
    const { rowStart, rowCount } = this.rowGroups[group];
    const decoded = await readable(async () =>
      decodeChunk(bytes, chunk.meta_data!, column, this.#isOptional(column), room) ??
        columnOfValues(
          column,
          await this.readColumn(column.name, rowStart, rowStart + rowCount),
        )
    );
    // Rows are numbered by their row groups: one beyond a column would be read from behind it.
    const { codes } = decoded;
    const problem = codes.length !== rowCount
      ? `${codes.length} of ${rowCount} rows`
      : column.required && codes.includes(-1)
      ? "a null"
      : null;
    if (problem === null) return decoded;
    throw new TrailsieveError(
      "corrupt",
      `Cannot read a Parquet file: ${column.name} has ${problem}`,
      { stage: "compact" },
    );
  }

  /** Columns of a row group as bytes of values. Throws TrailsieveError `corrupt`. */
  async readByteColumns(group: number, columns: readonly Column[]): Promise<ByteColumn[]> {
    const decoded: ByteColumn[] = [];
    for (const [i, chunk] of (await this.readChunks(group, columns)).entries()) {
      decoded.push(await this.decode(chunk, columns[i], group));
    }
    return decoded;
  }

  #chunkOf(group: number, { name }: Column) {
    const chunk = this.#metadata.row_groups[group].columns.find((chunk) =>
      chunk.meta_data?.path_in_schema[0] === name
    );
    if (chunk === undefined) {
      throw new TrailsieveError("corrupt", `Cannot read a row group: ${name} is missing`, {
        stage: "compact",
      });
    }
    const data = chunk.meta_data!;
    const start = Number(data.dictionary_page_offset ?? data.data_page_offset);
    return { chunk, start, end: start + Number(data.total_compressed_size) };
  }

  #isOptional({ name }: Column): boolean {
    const element = this.#metadata.schema.find((element) => element.name === name);
    return element?.repetition_type !== "REQUIRED";
  }

  async #slice(start: number, end: number): Promise<Uint8Array> {
    const bytes = this.#bytes instanceof Uint8Array
      ? this.#bytes.subarray(start, end)
      : await this.#bytes.slice(start, end);
    if (bytes.length === end - start) return bytes;
    throw new TrailsieveError("corrupt", "Cannot read a Parquet file: it ends before a chunk", {
      stage: "compact",
    });
  }

  /** The values of one column in rows `rowStart` to `rowEnd` (exclusive). Throws `corrupt`. */
  async readColumn(
    name: string,
    rowStart = 0,
    rowEnd: number = this.rowCount,
  ): Promise<ColumnValues> {
    const values: ColumnValues = new Array(Math.max(rowEnd - rowStart, 0)).fill(null);
    if (values.length === 0) return values;
    await readable(() =>
      parquetRead({
        file: this.#file,
        metadata: this.#metadata,
        columns: [name],
        rowStart,
        rowEnd,
        compressors: COMPRESSORS,
        parsers: PARSERS,
        onChunk(chunk) {
          const from = Math.max(chunk.rowStart, rowStart);
          const to = Math.min(chunk.rowEnd, rowEnd);
          for (let row = from; row < to; row++) {
            const value = chunk.columnData[row - chunk.rowStart] ?? null;
            values[row - rowStart] = typeof value === "bigint" ? Number(value) : value;
          }
        },
      })
    );
    return values;
  }
}

/**
 * Reads rows of a Parquet file, column by column.
 * @param options `columns`: names, default all; `rowStart`, `rowEnd` (exclusive): default all rows
 * @returns the number of rows read and, for each column in the order asked for, its values.
 * Throws TrailsieveError `corrupt` where the file cannot be read.
 */
export async function readTable(
  file: TableFile,
  options: { readonly columns?: readonly string[]; readonly rowStart?: number; rowEnd?: number } =
    {},
): Promise<{ readonly rowCount: number; readonly values: readonly ColumnValues[] }> {
  const reader = await TableReader.open(file);
  const rowStart = Math.min(options.rowStart ?? 0, reader.rowCount);
  const rowEnd = Math.max(Math.min(options.rowEnd ?? reader.rowCount, reader.rowCount), rowStart);
  const values: ColumnValues[] = [];
  for (const name of options.columns ?? reader.columnNames) {
    values.push(await reader.readColumn(name, rowStart, rowEnd));
  }
  return { rowCount: rowEnd - rowStart, values };
}
