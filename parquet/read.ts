import { zstdDecompressSync } from "node:zlib";
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from "hyparquet";
import type { Column } from "./columns.ts";
import { type EncodedChunk, moveChunk } from "./encode.ts";
import { TrailsieveError } from "../core/errors.ts";

/** A Parquet file in memory, or one of which ranges can be read. */
export type TableFile = Uint8Array | {
  readonly byteLength: number;
  slice(start: number, end: number): Uint8Array | Promise<Uint8Array>;
};

/** A column's values: numbers (ms since the epoch for timestamps), strings, booleans; null where absent. */
export type ColumnValues = unknown[];

// A byte order mark belongs to a value as every other character does.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const PARSERS = {
  timestampFromMilliseconds: (ms: bigint) => Number(ms),
  stringFromBytes: (bytes: Uint8Array) => bytes && decoder.decode(bytes),
};

/** Of a text that long bytes are made when it is encoded anew: as a string it would be held once more. */
const LARGE_TEXT_BYTES = 1024 * 1024;

const LARGE_AS_BYTES_PARSERS = {
  ...PARSERS,
  stringFromBytes: (bytes: Uint8Array) =>
    bytes && (bytes.length < LARGE_TEXT_BYTES ? decoder.decode(bytes) : bytes),
};

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

/** Options of {@linkcode TableReader.readColumn}. */
export interface ReadOptions {
  /** Whether texts of 1 MB or more are given as their UTF-8, as `encodeChunk` takes them. */
  readonly largeAsBytes?: boolean;
}

/** Reads columns of one Parquet file; the footer is read once. */
export class TableReader {
  readonly rowCount: number;
  readonly rowGroups: readonly RowGroupExtent[];
  /** Names of the file's columns, in order. */
  readonly columnNames: readonly string[];
  readonly #file: AsyncBuffer;
  readonly #metadata: FileMetaData;

  private constructor(file: AsyncBuffer, metadata: FileMetaData) {
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
    return new TableReader(buffer, metadata);
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
   * The row group that begins at a row, undecoded: a chunk for each of the columns, which must be the file's.
   * Throws TrailsieveError `corrupt` where they are not.
   */
  async copyRowGroup(rowStart: number, columns: readonly Column[]): Promise<EncodedChunk[]> {
    const group = this.rowGroups.findIndex((extent) => extent.rowStart === rowStart);
    const chunks = this.#metadata.row_groups[group].columns;
    const copies: EncodedChunk[] = [];
    for (const [i, column] of columns.entries()) {
      const data = chunks[i]?.meta_data;
      if (data?.path_in_schema[0] !== column.name) {
        throw new TrailsieveError("corrupt", `Cannot copy a row group: ${column.name} is missing`, {
          stage: "compact",
        });
      }
      const start = Number(data.dictionary_page_offset ?? data.data_page_offset);
      const bytes = await this.#file.slice(start, start + Number(data.total_compressed_size));
      copies.push({ bytes: new Uint8Array(bytes), chunk: moveChunk(chunks[i], -start) });
    }
    return copies;
  }

  /** The values of one column in rows `rowStart` to `rowEnd` (exclusive). Throws `corrupt`. */
  async readColumn(
    name: string,
    rowStart = 0,
    rowEnd: number = this.rowCount,
    { largeAsBytes = false }: ReadOptions = {},
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
        parsers: largeAsBytes ? LARGE_AS_BYTES_PARSERS : PARSERS,
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

/** The file as hyparquet takes it. */
export function asyncBuffer(file: TableFile): AsyncBuffer {
  return {
    byteLength: file.byteLength,
    slice(start, end = file.byteLength) {
      const bytes = file.slice(start, end);
      return bytes instanceof Uint8Array ? wholeBuffer(bytes) : bytes.then(wholeBuffer);
    },
  };
}

function wholeBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  const own = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return own ? buffer : new Uint8Array(bytes).buffer;
}

/** Runs a reading; what hyparquet throws becomes TrailsieveError `corrupt`. */
export async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof TrailsieveError) throw cause;
    throw new TrailsieveError(
      "corrupt",
      `Cannot read a Parquet file: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}
