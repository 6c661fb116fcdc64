import type { RowGroup } from "hyparquet";
import { ByteBuffer } from "./byte_buffer.ts";
import type { ByteColumn } from "./byte_column.ts";
import type { Column } from "./columns.ts";
import { type EncodedChunk, moveChunk } from "./chunk_writer.ts";
import { encodeChunk } from "./encode_chunk.ts";
import { encodeColumn } from "./encode_column.ts";
import { appendFooter, FOOTER_CHUNK_BYTES_MAX, footerBytesMax, MAGIC } from "./footer.ts";

export { type EncodedChunk, moveChunk } from "./chunk_writer.ts";
export { encodeChunk } from "./encode_chunk.ts";

/**
 * Writes one Parquet file in memory, row group by row group, and never holds more than the file so far
 * and the row group under way.
 */
export class TableWriter {
  readonly #columns: readonly Column[];
  readonly #rowGroups: RowGroup[] = [];
  readonly #file: ByteBuffer;
  readonly #hasRoom: boolean;
  #rowCount = 0;

  /**
   * @param capacityBytes room that is set aside: growing a large file holds it twice for a moment, and memory that
   * nothing was written to is none. The file then keeps this room.
   */
  constructor(columns: readonly Column[], capacityBytes = 0) {
    this.#columns = columns;
    this.#hasRoom = capacityBytes > 0;
    this.#file = this.#hasRoom ? new ByteBuffer(capacityBytes) : new ByteBuffer();
    this.#file.append(MAGIC);
  }

  /** Rows written so far. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** What the file would take if it were finished now, at most. */
  get byteLength(): number {
    return this.#file.length + footerBytesMax(this.#columns.length, this.#rowGroups.length);
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

  /** Encodes and appends some rows of columns, in the order given. No rows are no row group. */
  writeRows(columns: readonly ByteColumn[], rows: Uint32Array): void {
    if (rows.length === 0) return;
    const chunks = this.#columns.map((column, i) => encodeColumn(column, columns[i], rows).chunk);
    this.appendRowGroup(chunks, rows.length);
  }

  /** Appends a row group that is encoded already: one chunk a column, in the columns' order. */
  appendRowGroup(chunks: readonly EncodedChunk[], rowCount: number): void {
    const start = this.#file.length;
    let uncompressedSize = 0n;
    const columns = chunks.map(({ bytes, chunk }) => {
      const moved = moveChunk(chunk, this.#file.length);
      uncompressedSize += moved.meta_data?.total_uncompressed_size ?? 0n;
      this.#file.append(bytes);
      return moved;
    });
    this.#rowGroups.push({
      columns,
      total_byte_size: uncompressedSize,
      num_rows: BigInt(rowCount),
      total_compressed_size: BigInt(this.#file.length - start),
    });
    this.#rowCount += rowCount;
  }

  /** The whole file. The writer is of no use after it. */
  finish(): Uint8Array<ArrayBuffer> {
    appendFooter(this.#file, this.#columns, this.#rowGroups);
    return this.#hasRoom ? this.#file.bytes.subarray(0, this.#file.length) : this.#file.finish();
  }
}
