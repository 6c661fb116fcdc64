import { LIMITS } from "../core/limits.ts";
import { HourOutput, mayNeedFurtherFiles, type MergedHour } from "./hour_output.ts";
import { countIn, encodeRows, readActivityKeys, readKeys } from "./merge_steps.ts";
import type { KeyTable } from "./key_table.ts";
import { type HourRows, orderRows } from "./order.ts";
import { type TableFile, TableReader } from "./read.ts";
import { type RowRange, RowSet } from "./row_set.ts";

/** Rows of a part file that belong to one event hour. */
export interface MergePart {
  readonly file: TableFile;
  readonly rowStart: number;
  readonly rowCount: number;
}

/** What an hour is to be merged from. A file that several hours share must be the same object in each. */
export interface HourInput {
  readonly hourMs: number;
  readonly parts: readonly MergePart[];
  /** Files of the hour that the merged ones replace. */
  readonly existing: readonly TableFile[];
  /** Files of the hour that stay as they are: the merged files hold only what these lack. */
  readonly standing?: readonly TableFile[];
}

/** Bounds of merging; the defaults are those of `LIMITS`. */
export interface MergeOptions {
  /** Bytes of one file; a single row group above it gets a file of its own. */
  readonly fileBytesMax?: number;
  readonly rowGroupRowsMax?: number;
  /** Told before every piece of work, some megabytes of it. */
  readonly onProgress?: () => void;
  readonly signal?: AbortSignal;
}

/** Bytes of a row group before compression, about: bounds what is encoded at once. */
export const ROW_GROUP_BYTES_MAX = 32 * 1024 * 1024;

/** Rows of which one column is decoded at a time: bounds memory, and spares decoding shared files again. */
const SLICE_ROWS_MAX = 100_000;
const SLICE_BYTES_MAX = 2 * ROW_GROUP_BYTES_MAX;

/** How many times smaller rows mostly are once they are packed, at least; where they are not, their file grows. */
const PACKED_FACTOR = 3;

/** Rows of one hour that become a row group, or that only the rollup counts. */
interface Group {
  readonly output: HourOutput;
  readonly rows: Uint32Array;
  readonly isStanding: boolean;
  /** As in `OrderedRows`. */
  readonly conflicts: ReadonlySet<number>;
  /** By rows of the hour those that they were taken to repeat. */
  readonly repeats: ReadonlyMap<number, readonly number[]>;
}

/**
 * Merges the parts and existing files of one event hour into one row per distinct event, with the hour's
 * rollup. The same rows give the same rows in the same order, however they are spread over parts.
 * Throws TrailsieveError `corrupt` where a file cannot be read, and the signal's reason on abort.
 */
export async function mergeHour(input: HourInput, options?: MergeOptions): Promise<MergedHour> {
  for await (const merged of mergeHours([input], options)) return merged;
  throw new Error("unreachable: each hour gives one result");
}

/**
 * Merges several hours, in their order; part files that they share are decoded together. Memory: about 80
 * bytes a row of all hours for their keys, one decoded column of a slice of rows, and a few hours' files.
 */
export async function* mergeHours(
  hours: readonly HourInput[],
  options: MergeOptions = {},
): AsyncGenerator<MergedHour, void, void> {
  const { rows, bounds } = await openRows(hours);
  const onProgress = () => {
    options.signal?.throwIfAborted();
    options.onProgress?.();
  };
  const keys = await readKeys(rows, onProgress);
  for (const batch of batchesOf(rows, hours, bounds)) {
    // That rows of one id are equal is found out on the way, and is hardly ever wrong.
    const trying = { ...options, onProgress };
    yield* await mergeBatch(rows, keys, batch, { ...trying, isTrusting: true }) ??
      (await mergeBatch(rows, keys, batch, { ...trying, isTrusting: false }))!;
  }
}

/** An hour to merge and where its rows are. */
interface BatchHour {
  readonly input: HourInput;
  readonly bounds: HourRows;
}

/** @returns the hours, or null where rows that were taken for equal are not */
async function mergeBatch(
  rows: RowSet,
  keys: KeyTable,
  batch: readonly BatchHour[],
  options: MergeOptions & { readonly isTrusting: boolean; readonly onProgress: () => void },
): Promise<MergedHour[] | null> {
  const { onProgress, fileBytesMax = LIMITS.lakeFileBytesMax, isTrusting } = options;
  const rowGroupRowsMax = options.rowGroupRowsMax ?? LIMITS.rowGroupRowsMax;
  const groups: Group[] = [];
  const outputs = batch.map(({ bounds: { standingEnd, to } }) =>
    new HourOutput(fileBytesMax, rows.bytesBetween(standingEnd, to) / PACKED_FACTOR)
  );
  for (const [i, { input, bounds }] of batch.entries()) {
    onProgress();
    const { standing, written, conflicts, assumed } = await orderRows(
      rows,
      keys,
      bounds,
      isTrusting,
    );
    const repeats = new Map(assumed.map(([kept, ...others]) => [kept, others]));
    const add = (list: Uint32Array, isStanding: boolean) => {
      for (const piece of rows.cut(list, rowGroupRowsMax, ROW_GROUP_BYTES_MAX)) {
        groups.push({ output: outputs[i], rows: piece, isStanding, conflicts, repeats });
      }
    };
    add(standing, true);
    filesRowsOf(input, bounds, written, fileBytesMax).forEach((list) => add(list, false));
  }
  for (const slice of slicesOf(rows, groups)) {
    onProgress();
    const lists = slice.map((group) => group.rows);
    // Of rows that stay only what the rollup counts is read.
    const encoded = slice[0].isStanding
      ? { chunks: [], keys: await readActivityKeys(rows, lists) }
      : await encodeRows(rows, lists, pairsOf(slice), onProgress);
    if (encoded === null) return null;
    for (const [i, { output, rows: ofGroup, isStanding, conflicts }] of slice.entries()) {
      output.rollup.add(encoded.keys[i], { timesMs: keys.timesOf(ofGroup) });
      if (!isStanding) {
        output.append(encoded.chunks[i], ofGroup.length, countIn(ofGroup, conflicts));
      }
    }
  }
  return batch.map(({ input }, i) => outputs[i].finish(input.hourMs, rowGroupRowsMax));
}

/** Rows that were taken for equal: each that is written with each that is not, one behind the other. */
function pairsOf(slice: readonly Group[]): Uint32Array {
  const pairs: number[] = [];
  for (const { rows, repeats } of slice) {
    if (repeats.size === 0) continue;
    for (const row of rows) for (const other of repeats.get(row) ?? []) pairs.push(row, other);
  }
  return Uint32Array.from(pairs);
}

/** Rows to be written, in order; where they may need several files, rows of the replaced one before all others. */
function filesRowsOf(
  { existing, parts }: HourInput,
  { existingEnd }: HourRows,
  written: Uint32Array,
  fileBytesMax: number,
): readonly Uint32Array[] {
  const files = [...existing, ...parts.map(({ file }) => file)];
  if (existing.length === 0 || !mayNeedFurtherFiles(files, fileBytesMax)) return [written];
  return [written.filter((row) => row < existingEnd), written.filter((row) => row >= existingEnd)];
}

/** Puts all hours' rows under one numbering: for each hour its standing rows, then the others. */
async function openRows(hours: readonly HourInput[]) {
  const readers = new Map<TableFile, TableReader>();
  const ranges: RowRange[] = [];
  let row = 0;
  const add = async (file: TableFile, rowStart = 0, rowCount?: number) => {
    const reader = readers.get(file) ?? await TableReader.open(file);
    readers.set(file, reader);
    const count = rowCount ?? reader.rowCount;
    reader.checkRange(rowStart, count);
    ranges.push({ reader, rowStart, rowCount: count });
    row += count;
  };
  const bounds: HourRows[] = [];
  for (const { standing = [], existing, parts } of hours) {
    const from = row;
    for (const file of standing) await add(file);
    const standingEnd = row;
    for (const file of existing) await add(file);
    const existingEnd = row;
    for (const { file, rowStart, rowCount } of parts) await add(file, rowStart, rowCount);
    bounds.push({ from, standingEnd, existingEnd, to: row });
  }
  return { rows: new RowSet(ranges), bounds };
}

/** Consecutive hours that are encoded together; one by itself where it has as many rows. */
function* batchesOf(
  set: RowSet,
  hours: readonly HourInput[],
  bounds: readonly HourRows[],
): Generator<BatchHour[]> {
  let batch: BatchHour[] = [];
  let rows = 0;
  let bytes = 0;
  for (const [i, { from, to }] of bounds.entries()) {
    const hourBytes = set.bytesBetween(from, to);
    const full = rows + to - from > SLICE_ROWS_MAX || bytes + hourBytes > SLICE_BYTES_MAX;
    if (batch.length > 0 && full) {
      yield batch;
      batch = [];
      rows = 0;
      bytes = 0;
    }
    batch.push({ input: hours[i], bounds: bounds[i] });
    rows += to - from;
    bytes += hourBytes;
  }
  if (batch.length > 0) yield batch;
}

/** Consecutive groups of a bounded number of rows; standing rows apart, since little of them is read. */
function* slicesOf(set: RowSet, groups: readonly Group[]): Generator<Group[]> {
  let slice: Group[] = [];
  let rows = 0;
  let bytes = 0;
  for (const group of groups) {
    const groupBytes = group.rows.reduce((sum, row) => sum + set.bytesOf(row), 0);
    const full = rows + group.rows.length > SLICE_ROWS_MAX || bytes + groupBytes > SLICE_BYTES_MAX;
    if (slice.length > 0 && (full || slice[0].isStanding !== group.isStanding)) {
      yield slice;
      slice = [];
      rows = 0;
      bytes = 0;
    }
    slice.push(group);
    bytes += groupBytes;
    rows += group.rows.length;
  }
  if (slice.length > 0) yield slice;
}
