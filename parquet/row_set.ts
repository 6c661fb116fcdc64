import type { ColumnValues, ReadOptions, TableReader } from "./read.ts";

/** Some rows of an opened file, in the file's order. */
export interface RowRange {
  readonly reader: TableReader;
  readonly rowStart: number;
  readonly rowCount: number;
}

/** A row group of a file: what is decoded as a whole whenever one of its rows is needed. */
interface Block {
  readonly reader: TableReader;
  readonly rowStart: number;
  /** Bytes of a row when decompressed, on average. */
  readonly rowBytes: number;
}

/**
 * Rows of several files under one numbering, from 0, in the order of their ranges. Holds 8 bytes a row and
 * no values: these are read a column at a time.
 */
export class RowSet {
  readonly count: number;
  readonly #blocks: Block[] = [];
  readonly #blockOf: Uint32Array;
  readonly #rowInBlock: Uint32Array;

  constructor(ranges: readonly RowRange[]) {
    this.count = ranges.reduce((sum, { rowCount }) => sum + rowCount, 0);
    this.#blockOf = new Uint32Array(this.count);
    this.#rowInBlock = new Uint32Array(this.count);
    const blockIds = new Map<TableReader, number[]>();
    let row = 0;
    for (const { reader, rowStart, rowCount } of ranges) {
      let ids = blockIds.get(reader);
      if (ids === undefined) {
        ids = reader.rowGroups.map((group) =>
          this.#blocks.push({
            reader,
            rowStart: group.rowStart,
            rowBytes: group.uncompressedBytes / Math.max(group.rowCount, 1),
          }) - 1
        );
        blockIds.set(reader, ids);
      }
      reader.rowGroups.forEach((group, i) => {
        const from = Math.max(rowStart, group.rowStart) - group.rowStart;
        const to = Math.min(rowStart + rowCount - group.rowStart, group.rowCount);
        for (let inBlock = from; inBlock < to; inBlock++) {
          this.#blockOf[row] = ids[i];
          this.#rowInBlock[row++] = inBlock;
        }
      });
    }
  }

  /** Bytes of a row when decompressed, about: the average of its row group. */
  bytesOf(row: number): number {
    return this.#blocks[this.#blockOf[row]].rowBytes;
  }

  /** Cuts rows, in their order, into pieces of at most so many rows and, unless it is one row, so many bytes. */
  cut(rows: Uint32Array, rowsMax: number, bytesMax: number): Uint32Array[] {
    const pieces: Uint32Array[] = [];
    let from = 0;
    let bytes = 0;
    for (let i = 0; i < rows.length; i++) {
      const rowBytes = this.bytesOf(rows[i]);
      if (i > from && (i - from >= rowsMax || bytes + rowBytes > bytesMax)) {
        pieces.push(rows.subarray(from, i));
        from = i;
        bytes = 0;
      }
      bytes += rowBytes;
    }
    if (from < rows.length) pieces.push(rows.subarray(from));
    return pieces;
  }

  /** Prepares reading columns of some rows, given as lists of row numbers. */
  select(lists: readonly Uint32Array[]): Selection {
    const extents = new Map<number, { from: number; to: number }>();
    for (const rows of lists) {
      for (const row of rows) {
        const inBlock = this.#rowInBlock[row];
        const extent = extents.get(this.#blockOf[row]);
        if (extent === undefined) {
          extents.set(this.#blockOf[row], { from: inBlock, to: inBlock + 1 });
        } else if (inBlock < extent.from) extent.from = inBlock;
        else if (inBlock >= extent.to) extent.to = inBlock + 1;
      }
    }
    return { read: (name, options) => this.#read(name, lists, extents, options) };
  }

  async #read(
    name: string,
    lists: readonly Uint32Array[],
    extents: ReadonlyMap<number, { readonly from: number; readonly to: number }>,
    options?: ReadOptions,
  ): Promise<ColumnValues[]> {
    const decoded: ColumnValues[] = [];
    const offsets: number[] = [];
    for (const [id, { from, to }] of extents) {
      const { reader, rowStart } = this.#blocks[id];
      decoded[id] = await reader.readColumn(name, rowStart + from, rowStart + to, options);
      offsets[id] = from;
    }
    return lists.map((rows) => {
      const values: ColumnValues = new Array(rows.length);
      for (let i = 0; i < rows.length; i++) {
        const id = this.#blockOf[rows[i]];
        values[i] = decoded[id][this.#rowInBlock[rows[i]] - offsets[id]];
      }
      return values;
    });
  }
}

/** Rows whose columns can be read one after the other. */
export interface Selection {
  /** For each list of the selection the column's values in the list's order. */
  read(name: string, options?: ReadOptions): Promise<ColumnValues[]>;
}
