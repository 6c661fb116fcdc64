import { LIMITS } from "../core/limits.ts";
import { type ByteColumn, int64At } from "./byte_column.ts";
import { ACTIVITY_COLUMNS, ACTIVITY_KEY_COLUMNS, EVENT_COLUMNS } from "./columns.ts";
import { judgeLarge } from "./judge_large.ts";
import { HourOutput, mayNeedFurtherFiles, type MergedFile } from "./hour_output.ts";
import { ROW_GROUP_BYTES_MAX } from "./merge.ts";
import { countIn, encodeRows, readKeys, TIME_COLUMN } from "./merge_steps.ts";
import { type TableFile, TableReader } from "./read.ts";
import { type RowRange, RowSet, rowsFrom } from "./row_set.ts";

/** Rows of a part file that belong to the hour. */
interface LargePart {
  readonly file: TableFile;
  readonly rowStart: number;
  readonly rowCount: number;
}

/** A large hour, whose files are read by ranges. */
export interface LargeHourInput {
  readonly hourMs: number;
  /** Rows to add, all together at most `LIMITS.largeMergeRowsMax`. */
  readonly parts: readonly LargePart[];
  /** The hour's file that the merged ones replace. */
  readonly existing: readonly TableFile[];
  /** Files of the hour that stay as they are: the merged files hold only what these lack. */
  readonly standing: readonly TableFile[];
  /** The rollup of the rows of `standing`; null where it must be counted again. */
  readonly standingActivity: TableFile | null;
  /** Told after every run: garbage may be collected. */
  readonly onProgress?: () => void;
}

/** What merging a large hour gives: its files one by one, its rollup last. */
export type LargeHourOutput =
  | ({ readonly kind: "file" } & MergedFile)
  | { readonly kind: "activity"; readonly bytes: Uint8Array<ArrayBuffer>; readonly rows: number };

/** Options of {@linkcode mergeLargeHour}; the defaults are those of `LIMITS`. */
export interface MergeLargeOptions {
  readonly fileBytesMax?: number;
  readonly rowGroupRowsMin?: number;
  readonly rowGroupRowsMax?: number;
}

/**
 * Merges an hour that is too large to be sorted as a whole. Its ids are read first; then its files are gone through
 * once, in their order: a row group that is large enough and loses no row is copied undecoded, the rest is encoded
 * anew in runs of a row group, sorted by event time within. Memory: 16 bytes and the id a row to add, one column of
 * a run, one output file and the rollup.
 * Throws TrailsieveError `corrupt` where a file cannot be read; what reading throws passes.
 */
export async function* mergeLargeHour(
  input: LargeHourInput,
  options: MergeLargeOptions = {},
): AsyncGenerator<LargeHourOutput, void, void> {
  const { fileBytesMax = LIMITS.lakeFileBytesMax } = options;
  const { rowGroupRowsMin = LIMITS.rowGroupRowsMin, rowGroupRowsMax = LIMITS.rowGroupRowsMax } =
    options;
  const ranges = await openRanges(input);
  const rows = new RowSet(ranges);
  const keys = await readKeys(rows, input.onProgress);
  const output = new HourOutput(fileBytesMax, fileBytesMax);
  const { dropped, conflicts } = await judgeLarge(ranges, rows, keys, input);
  await countStanding(output, input);

  const files = [...input.existing, ...input.parts.map(({ file }) => file)];
  const rangesFirst = mayNeedFurtherFiles(files, fileBytesMax) ? input.existing.length : 0;
  const bounds = { rowGroupRowsMin, rowGroupRowsMax, rangesFirst };
  for (const run of runsOf(rows, ranges, dropped, bounds)) {
    const order = run.copied === null ? keys.sorted(run.rows) : run.rows;
    const { chunks, keys: counted } = run.copied === null
      ? await encodeRun(rows, order)
      : await copyRun(run.copied);
    output.rollup.add(counted, { timesMs: keys.timesOf(order) });
    output.append(chunks, order.length, countIn(order, conflicts));
    input.onProgress?.();
    for (const file of output.takeFiles()) yield { kind: "file", ...file };
  }
  const { events, activity } = output.finish(input.hourMs, rowGroupRowsMax);
  for (const file of events) yield { kind: "file", ...file };
  yield { kind: "activity", ...activity };
}

/** The existing file comes first, so that what replaces it holds its rows before anything else is written. */
async function openRanges({ existing, parts }: LargeHourInput): Promise<RowRange[]> {
  const files = [...new Set([...existing, ...parts.map(({ file }) => file)])];
  const opened = await Promise.all(
    files.map(async (file) => [file, await TableReader.open(file)] as const),
  );
  const readers = new Map(opened);
  const whole = existing.map((file): RowRange => {
    const reader = readers.get(file)!;
    return { reader, rowStart: 0, rowCount: reader.rowCount };
  });
  return [
    ...whole,
    ...parts.map(({ file, rowStart, rowCount }): RowRange => {
      const reader = readers.get(file)!;
      reader.checkRange(rowStart, rowCount);
      return { reader, rowStart, rowCount };
    }),
  ];
}

/** Rows that become a row group; `copied` is the row group that is it as it is. */
interface Run {
  readonly rows: Uint32Array;
  readonly copied: CopiedGroup | null;
}

interface CopiedGroup {
  readonly reader: TableReader;
  readonly group: number;
}

/** How rows are cut into runs: `rangesFirst` ranges have theirs before all others. */
interface RunBounds extends Required<Omit<MergeLargeOptions, "fileBytesMax">> {
  readonly rangesFirst: number;
}

function* runsOf(
  set: RowSet,
  ranges: readonly RowRange[],
  dropped: ReadonlySet<number>,
  { rowGroupRowsMin, rowGroupRowsMax, rangesFirst }: RunBounds,
): Generator<Run> {
  // Two row groups of rows, so that the last two can share what is left over for a third, short one.
  const gathered = new Uint32Array(2 * rowGroupRowsMax);
  let count = 0;
  let bytes = 0;
  const flush = function* (): Generator<Run> {
    const pieces = set.cut(gathered.slice(0, count), rowGroupRowsMax, ROW_GROUP_BYTES_MAX);
    for (const rows of pieces) yield { rows, copied: null };
    count = 0;
    bytes = 0;
  };
  const flushFirst = function* (): Generator<Run> {
    let taken = 0;
    let takenBytes = 0;
    while (taken < count && taken < rowGroupRowsMax) {
      const rowBytes = set.bytesOf(gathered[taken]);
      if (taken > 0 && takenBytes + rowBytes > ROW_GROUP_BYTES_MAX) break;
      taken++;
      takenBytes += rowBytes;
    }
    yield { rows: gathered.slice(0, taken), copied: null };
    gathered.copyWithin(0, taken, count);
    count -= taken;
    bytes -= takenBytes;
  };
  let first = 0;
  for (const [i, { reader, rowStart, rowCount }] of ranges.entries()) {
    if (i === rangesFirst) yield* flush();
    for (const [group, extent] of reader.rowGroups.entries()) {
      const from = Math.max(rowStart, extent.rowStart);
      const to = Math.min(rowStart + rowCount, extent.rowStart + extent.rowCount);
      if (from >= to) continue;
      const rows = rowsFrom(first, to - from);
      first += rows.length;
      const kept = dropped.size === 0 ? rows : rows.filter((row) => !dropped.has(row));
      const isLarge = extent.rowCount >= rowGroupRowsMin ||
        extent.uncompressedBytes >= ROW_GROUP_BYTES_MAX / 2;
      if (kept.length === extent.rowCount && isLarge) {
        // What was gathered goes on behind it: order is kept within row groups, not between them.
        yield { rows: kept, copied: { reader, group } };
        continue;
      }
      for (const row of kept) {
        const rowBytes = set.bytesOf(row);
        const isFull = count === gathered.length || bytes + rowBytes > 2 * ROW_GROUP_BYTES_MAX;
        if (isFull && count > 0) yield* flushFirst();
        gathered[count++] = row;
        bytes += rowBytes;
      }
    }
  }
  yield* flush();
}

async function encodeRun(rows: RowSet, order: Uint32Array) {
  const { chunks: [chunks], keys: [keys] } = (await encodeRows(rows, [order]))!;
  return { chunks, keys };
}

/** Only what the rollup counts is decoded. */
async function copyRun({ reader, group }: CopiedGroup) {
  const chunks = await reader.readChunks(group, EVENT_COLUMNS);
  const keys: ByteColumn[] = [];
  for (const column of ACTIVITY_KEY_COLUMNS) {
    const place = EVENT_COLUMNS.findIndex(({ name }) => name === column.name);
    keys.push(await reader.decode(chunks[place], column, group));
  }
  return { chunks, keys };
}

/** Rows of standing files are counted in the rollup, though nothing is written for them. */
async function countStanding(
  output: HourOutput,
  { standing, standingActivity }: LargeHourInput,
): Promise<void> {
  const counted = standingActivity === null
    ? [TIME_COLUMN]
    : ACTIVITY_COLUMNS.slice(ACTIVITY_KEY_COLUMNS.length);
  for (const file of standingActivity === null ? standing : [standingActivity]) {
    const reader = await TableReader.open(file);
    for (const group of reader.rowGroups.keys()) {
      const keys = await reader.readByteColumns(group, ACTIVITY_KEY_COLUMNS);
      const numbers = (await reader.readByteColumns(group, counted)).map(numbersOf);
      const [timesMs, lastMs, counts] = numbers.length === 1
        ? numbers
        : [numbers[1], numbers[2], numbers[0]];
      output.rollup.add(keys, { timesMs, lastMs, counts });
    }
  }
}

function numbersOf({ codes, view, starts }: ByteColumn): Float64Array {
  const numbers = new Float64Array(codes.length);
  for (let row = 0; row < codes.length; row++) numbers[row] = int64At(view, starts[codes[row]]);
  return numbers;
}
