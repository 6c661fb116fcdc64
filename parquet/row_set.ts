import { type ByteColumn, narrowColumn } from "./byte_column.ts";
import type { Column } from "./columns.ts";
import { joinColumns, type RowExtent } from "./join_columns.ts";
import { kernelRoom } from "./kernel_room.ts";
import type { TableReader } from "./read.ts";

/** Rows picked from several sources: for each row its source's number, and its place there. */
export interface Picks {
  readonly sources: Uint32Array;
  readonly rows: Uint32Array;
}

/** Some rows of an opened file, in the file's order. */
export interface RowRange {
  readonly reader: TableReader;
  readonly rowStart: number;
  readonly rowCount: number;
}

/** A row group of a file: what is decoded as a whole whenever one of its rows is needed. */
interface Block {
  readonly reader: TableReader;
  readonly group: number;
  /** Bytes of a row when decompressed, on average. */
  readonly rowBytes: number;
}

/**
 * Rows of several files under one numbering, from 0, in the order of their ranges. Holds 8 bytes a row and
 * no values: these are read when they are selected.
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
        ids = reader.rowGroups.map((extent, group) =>
          this.#blocks.push({
            reader,
            group,
            rowBytes: extent.uncompressedBytes / Math.max(extent.rowCount, 1),
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

  /** Bytes of rows from one on to another (exclusive) when decompressed, about. */
  bytesBetween(from: number, to: number): number {
    let bytes = 0;
    for (let row = from; row < to; row++) bytes += this.bytesOf(row);
    return bytes;
  }

  /** Cuts rows, in their order, into pieces of at most so many rows and, unless it is one row, so many bytes. */
  cut(rows: Uint32Array, rowsMax: number, bytesMax: number): Uint32Array[] {
    const pieces: Uint32Array[] = [];
    // Of one length, so that no short piece is left at the end.
    const allBytes = rows.reduce((sum, row) => sum + this.bytesOf(row), 0);
    const count = Math.ceil(Math.max(rows.length / rowsMax, allBytes / bytesMax));
    const pieceRows = Math.ceil(rows.length / count);
    let from = 0;
    let bytes = 0;
    for (let i = 0; i < rows.length; i++) {
      const rowBytes = this.bytesOf(rows[i]);
      if (i > from && (i - from >= pieceRows || bytes + rowBytes > bytesMax)) {
        pieces.push(rows.subarray(from, i));
        from = i;
        bytes = 0;
      }
      bytes += rowBytes;
    }
    if (from < rows.length) pieces.push(rows.subarray(from));
    return pieces;
  }

  /**
   * Reads columns of some rows, given as lists of row numbers. Each row group that has one of them is read and decoded
   * once; of one that has few of them no more than these is kept.
   */
  async read(lists: readonly Uint32Array[], columns: readonly Column[]): Promise<PickedRows> {
    const { blocks, sourceOf, firstOf } = this.#plan(lists);
    const sources: ByteColumn[][] = columns.map(() => new Array(blocks.length));
    const readBlock = async ({ block, from, to, isNarrow }: BlockPlan, source: number) => {
      const { reader, group } = this.#blocks[block];
      for (const [i, chunk] of (await reader.readChunks(group, columns)).entries()) {
        const decoded = await reader.decode(chunk, columns[i], group);
        sources[i][source] = isNarrow ? narrowColumn(decoded, from, to) : decoded;
      }
    };
    await Promise.all(blocks.map(readBlock));
    const picks = lists.map((rows) => ({
      sources: rows.map((row) => sourceOf[this.#blockOf[row]]),
      rows: rows.map((row) => this.#rowInBlock[row] - firstOf[this.#blockOf[row]]),
    }));
    return { columns: new Map(columns.map(({ name }, i) => [name, sources[i]])), picks };
  }

  /** Chooses rows, given as lists of row numbers, whose columns are then read. */
  select(lists: readonly Uint32Array[]): RowSelection {
    const { blocks } = this.#plan(lists);
    const offsets = new Int32Array(this.#blocks.length);
    let rowCount = 0;
    for (const { block, from, to } of blocks) {
      offsets[block] = rowCount - from;
      rowCount += to - from;
    }
    const places = lists.map((rows) => {
      const list = new Uint32Array(rows.length);
      for (let i = 0; i < rows.length; i++) {
        list[i] = offsets[this.#blockOf[rows[i]]] + this.#rowInBlock[rows[i]];
      }
      return list;
    });
    return { blocks: blocks.map((plan) => ({ ...this.#blocks[plan.block], ...plan })), places };
  }

  /** Which row groups to read for some rows; by block its number among these, and its first row that is kept. */
  #plan(lists: readonly Uint32Array[]) {
    const sourceOf = new Int32Array(this.#blocks.length).fill(-1);
    const firstOf = new Uint32Array(this.#blocks.length);
    const blocks: BlockPlan[] = [];
    for (const rows of lists) {
      for (const row of rows) {
        const block = this.#blockOf[row];
        const inBlock = this.#rowInBlock[row];
        if (sourceOf[block] < 0) {
          sourceOf[block] = blocks.length;
          blocks.push({ block, from: inBlock, to: inBlock + 1, isNarrow: false });
          continue;
        }
        const plan = blocks[sourceOf[block]];
        if (inBlock < plan.from) plan.from = inBlock;
        else if (inBlock >= plan.to) plan.to = inBlock + 1;
      }
    }
    for (const plan of blocks) {
      const { reader, group } = this.#blocks[plan.block];
      plan.isNarrow = plan.to - plan.from < reader.rowGroups[group].rowCount * NARROW_SHARE_MAX;
      if (plan.isNarrow) firstOf[plan.block] = plan.from;
    }
    return { blocks, sourceOf, firstOf };
  }
}

/** With fewer of a row group's rows, what is needed is copied, so that the rest can go. */
const NARROW_SHARE_MAX = 0.5;

/** A row group to read, and the extent of its rows that are needed. */
interface BlockPlan {
  readonly block: number;
  from: number;
  to: number;
  isNarrow: boolean;
}

/** Row groups that hold the rows of some lists, and where these lie. */
export interface RowSelection {
  readonly blocks:
    readonly (RowExtent & { readonly reader: TableReader; readonly group: number })[];
  /** For each list the places of its rows among the extents of the blocks, one behind the other. */
  readonly places: readonly Uint32Array[];
}

/**
 * Reads columns of a selection undecoded, then decodes one at a time and joins its row groups. Each column is valid until
 * the next one is asked for, here or of another selection. Throws TrailsieveError `corrupt` where it cannot be read.
 */
export async function* readJoined(
  { blocks }: RowSelection,
  columns: readonly Column[],
): AsyncGenerator<readonly [Column, ByteColumn], void, void> {
  const chunks = await Promise.all(
    blocks.map(({ reader, group }) => reader.readChunks(group, columns)),
  );
  for (const [c, column] of columns.entries()) {
    const decoded: ByteColumn[] = [];
    kernelRoom.clear();
    for (const [b, { reader, group }] of blocks.entries()) {
      decoded.push(await reader.decode(chunks[b][c], column, group, kernelRoom));
    }
    yield [column, joinColumns(column, decoded, blocks, kernelRoom)];
  }
}

/** Columns of picked rows. */
export interface PickedRows {
  /** For each column, by name, what its rows were read from. */
  readonly columns: ReadonlyMap<string, readonly ByteColumn[]>;
  /** For each list its rows. */
  readonly picks: readonly Picks[];
}

/** So many consecutive row numbers. */
export function rowsFrom(first: number, count: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let i = 0; i < count; i++) rows[i] = first + i;
  return rows;
}
