import { LIMITS } from "../core/limits.ts";
import { ACTIVITY_KEY_COLUMNS } from "./columns.ts";
import { HourOutput, mayNeedFurtherFiles, type MergedHour } from "./hour_output.ts";
import { countIn, type EncodedRows, encodeRows, readKeys } from "./merge_steps.ts";
import { type HourRows, type OrderedRows, orderRows } from "./order.ts";
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
  readonly signal?: AbortSignal;
}

/** Bytes of a row group before compression, about: bounds what is encoded at once. */
export const ROW_GROUP_BYTES_MAX = 32 * 1024 * 1024;

/** Rows of which one column is decoded at a time: bounds memory, and spares decoding shared files again. */
const SLICE_ROWS_MAX = 50_000;
const SLICE_BYTES_MAX = 2 * ROW_GROUP_BYTES_MAX;

/** Rows of one hour that become a row group, or that only the rollup counts. */
interface Group {
  readonly hour: number;
  readonly rows: Uint32Array;
  readonly isStanding: boolean;
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
 * bytes a row of all hours for their keys, one decoded column of a slice of rows, and one hour's files.
 */
export async function* mergeHours(
  hours: readonly HourInput[],
  options: MergeOptions = {},
): AsyncGenerator<MergedHour, void, void> {
  const { signal, fileBytesMax = LIMITS.lakeFileBytesMax } = options;
  const rowGroupRowsMax = options.rowGroupRowsMax ?? LIMITS.rowGroupRowsMax;
  const { rows, bounds } = await openRows(hours);
  const { orders, keys } = await orderHours(rows, bounds, signal);
  const groupsOf = (hour: number, list: Uint32Array, isStanding: boolean): Group[] =>
    rows.cut(list, rowGroupRowsMax, ROW_GROUP_BYTES_MAX).map((rows) => ({
      hour,
      rows,
      isStanding,
    }));
  const groups = orders.flatMap((order, hour) => [
    ...groupsOf(hour, order.standing, true),
    ...filesRowsOf(hours[hour], bounds[hour], order.written, fileBytesMax)
      .flatMap((list) => groupsOf(hour, list, false)),
  ]);

  let next = 0;
  let output = new HourOutput(fileBytesMax);
  for (const slice of slicesOf(rows, groups)) {
    signal?.throwIfAborted();
    const lists = slice.map((group) => group.rows);
    const { chunks, keyColumns, picks } = slice.every((group) => group.isStanding)
      ? await readKeyColumns(rows, lists)
      : await encodeRows(rows, lists);
    for (const [i, { hour, rows: groupRows, isStanding }] of slice.entries()) {
      for (; next < hour; next++, output = new HourOutput(fileBytesMax)) {
        yield output.finish(hours[next].hourMs, rowGroupRowsMax);
      }
      output.rollup.add(keyColumns, picks[i], { timesMs: keys.timesOf(groupRows) });
      if (isStanding) continue;
      const { conflicts } = orders[hour];
      output.append(chunks[i], groupRows.length, countIn(groupRows, conflicts));
    }
  }
  for (; next < hours.length; next++, output = new HourOutput(fileBytesMax)) {
    yield output.finish(hours[next].hourMs, rowGroupRowsMax);
  }
}

/** Of rows that stay only what the rollup counts is read. */
async function readKeyColumns(rows: RowSet, lists: readonly Uint32Array[]): Promise<EncodedRows> {
  const { columns, picks } = await rows.read(lists, ACTIVITY_KEY_COLUMNS);
  return { chunks: [], keyColumns: [...columns.values()], picks };
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

/** Reads the rows' times and ids and orders each hour's rows. */
async function orderHours(rows: RowSet, bounds: readonly HourRows[], signal?: AbortSignal) {
  const keys = await readKeys(rows, () => signal?.throwIfAborted());
  const orders: OrderedRows[] = [];
  for (const bound of bounds) {
    signal?.throwIfAborted();
    orders.push(await orderRows(rows, keys, bound));
  }
  return { orders, keys };
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
