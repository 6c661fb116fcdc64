import { hourOf } from "../core/hours.ts";
import { LIMITS } from "../core/limits.ts";
import { ACTIVITY_KEY_COLUMNS, EVENT_COLUMNS } from "./columns.ts";
import { judgeClusters } from "./distinct.ts";
import { encodeChunk, type EncodedChunk } from "./encode.ts";
import { HourOutput, mayNeedFurtherFiles, type MergedFile } from "./hour_output.ts";
import { KeyTable } from "./key_table.ts";
import { ROW_GROUP_BYTES_MAX } from "./merge.ts";
import { type ColumnValues, type TableFile, TableReader } from "./read.ts";
import { type RowRange, RowSet } from "./row_set.ts";

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

const ROLLUP_NAMES = new Set(ACTIVITY_KEY_COLUMNS.map(({ name }) => name));

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
  const output = new HourOutput(fileBytesMax, { hasRoom: true });
  const { dropped, conflicts } = await judge(ranges, rows, keys, input.standing);
  await countStanding(output, input);

  const files = [...input.existing, ...input.parts.map(({ file }) => file)];
  const rangesFirst = mayNeedFurtherFiles(files, fileBytesMax) ? input.existing.length : 0;
  const bounds = { rowGroupRowsMin, rowGroupRowsMax, rangesFirst };
  for (const run of runsOf(rows, ranges, dropped, bounds)) {
    const order = run.rows.slice().sort((a, b) => keys.compare(a, b));
    const times = Array.from(order, (row) => keys.timesMs[row]);
    const { chunks, rollupKeys } = run.copied === null
      ? await encodeRun(rows, order)
      : await copyRun(rows, order, run.copied);
    output.rollup.add(rollupKeys, times);
    const runConflicts = order.reduce((sum, row) => sum + (conflicts.has(row) ? 1 : 0), 0);
    output.append(chunks, order.length, runConflicts);
    input.onProgress?.();
    for (const file of output.takeFiles()) yield { kind: "file", ...file };
  }
  const { events, activity } = output.finish(input.hourMs, rowGroupRowsMax);
  for (const file of events) yield { kind: "file", ...file };
  yield { kind: "activity", ...activity };
}

/** The existing file comes first, so that what replaces it holds its rows before anything else is written. */
async function openRanges({ existing, parts }: LargeHourInput): Promise<RowRange[]> {
  const readers = new Map<TableFile, TableReader>();
  const open = async (file: TableFile) => {
    const reader = readers.get(file) ?? await TableReader.open(file);
    readers.set(file, reader);
    return reader;
  };
  const ranges: RowRange[] = [];
  for (const file of existing) {
    const reader = await open(file);
    ranges.push({ reader, rowStart: 0, rowCount: reader.rowCount });
  }
  for (const { file, rowStart, rowCount } of parts) {
    const reader = await open(file);
    reader.checkRange(rowStart, rowCount);
    ranges.push({ reader, rowStart, rowCount });
  }
  return ranges;
}

async function readKeys(rows: RowSet, onProgress?: () => void): Promise<KeyTable> {
  const keys = new KeyTable(rows.count);
  const all = Uint32Array.from({ length: rows.count }, (_, i) => i);
  for (const piece of rows.cut(all, LIMITS.rowGroupRowsMax, ROW_GROUP_BYTES_MAX)) {
    const selection = rows.select([piece]);
    const [times] = await selection.read("event_time");
    const [ids] = await selection.read("event_id");
    keys.add(times as number[], ids as string[]);
    onProgress?.();
  }
  return keys;
}

/** Which rows repeat others, of the hour's standing files too, and which are kept beside another content. */
async function judge(
  ranges: readonly RowRange[],
  rows: RowSet,
  keys: KeyTable,
  standing: readonly TableFile[],
) {
  const clusters = keys.sharedIds(0, rows.count);
  const clusterOf = new Map(clusters.map((cluster) => [cluster[0], cluster]));
  const hits: RowRange[] = [];
  const hitTimes: number[] = [];
  let next = rows.count;
  if (standing.length > 0 && rows.count > 0) {
    const find = keys.finder();
    for (const file of standing) {
      const reader = await TableReader.open(file);
      for (const { rowStart, rowCount } of reader.rowGroups) {
        const ids = await reader.readColumn("event_id", rowStart, rowStart + rowCount);
        const firsts = ids.map((id) => find(id as string));
        if (firsts.every((first) => first < 0)) continue;
        const times = await reader.readColumn("event_time", rowStart, rowStart + rowCount);
        firsts.forEach((first, i) => {
          if (first < 0) return;
          hitTimes.push(times[i] as number);
          let cluster = clusterOf.get(first);
          if (cluster === undefined) {
            clusterOf.set(first, cluster = [first]);
            clusters.push(cluster);
          }
          cluster.push(next++);
          const last = hits.at(-1);
          if (last?.reader === reader && last.rowStart + last.rowCount === rowStart + i) {
            hits[hits.length - 1] = { ...last, rowCount: last.rowCount + 1 };
          } else hits.push({ reader, rowStart: rowStart + i, rowCount: 1 });
        });
      }
    }
  }
  const isStanding = (row: number) => row >= rows.count;
  const judged = hits.length === 0 ? rows : new RowSet([...ranges, ...hits]);
  const { repeated, conflicting } = await judgeClusters(judged, clusters, isStanding);
  const conflicts = new Set<number>();
  for (const cluster of clusters) {
    const kept = cluster.filter((row) => conflicting.has(row));
    // In a day's file one id may stand in several hours; a conflict is within one. Standing rows come first.
    const hours = new Set<number>();
    for (const row of [...kept.filter(isStanding), ...kept.filter((row) => !isStanding(row))]) {
      const hourMs = hourOf(isStanding(row) ? hitTimes[row - rows.count] : keys.timesMs[row]);
      if (hours.has(hourMs) && !isStanding(row)) conflicts.add(row);
      hours.add(hourMs);
    }
  }
  return { dropped: repeated, conflicts };
}

/** Rows that become a row group; `copied` is the range that is it as it is. */
interface Run {
  readonly rows: Uint32Array;
  readonly copied: RowRange | null;
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
  let gathered: number[] = [];
  let bytes = 0;
  const flush = function* (): Generator<Run> {
    if (gathered.length > 0) yield { rows: Uint32Array.from(gathered), copied: null };
    gathered = [];
    bytes = 0;
  };
  let first = 0;
  for (const [i, { reader, rowStart, rowCount }] of ranges.entries()) {
    if (i === rangesFirst) yield* flush();
    for (const group of reader.rowGroups) {
      const from = Math.max(rowStart, group.rowStart);
      const to = Math.min(rowStart + rowCount, group.rowStart + group.rowCount);
      if (from >= to) continue;
      const rows = Array.from({ length: to - from }, (_, i) => first + i);
      first += rows.length;
      const kept = rows.filter((row) => !dropped.has(row));
      const isLarge = group.rowCount >= rowGroupRowsMin ||
        group.uncompressedBytes >= ROW_GROUP_BYTES_MAX / 2;
      if (kept.length === group.rowCount && isLarge) {
        // What was gathered goes on behind it: order is kept within row groups, not between them.
        const copied = { reader, rowStart: group.rowStart, rowCount: group.rowCount };
        yield { rows: Uint32Array.from(kept), copied };
        continue;
      }
      for (const row of kept) {
        const rowBytes = set.bytesOf(row);
        if (gathered.length >= rowGroupRowsMax || bytes + rowBytes > ROW_GROUP_BYTES_MAX) {
          yield* flush();
        }
        gathered.push(row);
        bytes += rowBytes;
      }
    }
  }
  yield* flush();
}

async function encodeRun(rows: RowSet, order: Uint32Array) {
  const selection = rows.select([order]);
  const chunks: EncodedChunk[] = [];
  const keys = new Map<string, ColumnValues>();
  for (const column of EVENT_COLUMNS) {
    const isKey = ROLLUP_NAMES.has(column.name);
    const [values] = await selection.read(column.name, { largeAsBytes: !isKey });
    if (isKey) keys.set(column.name, values);
    chunks.push(encodeChunk(column, values));
  }
  return { chunks, rollupKeys: ACTIVITY_KEY_COLUMNS.map(({ name }) => keys.get(name)!) };
}

/** Only what the rollup counts is decoded. */
async function copyRun(rows: RowSet, order: Uint32Array, copied: RowRange) {
  const selection = rows.select([order]);
  const rollupKeys: ColumnValues[] = [];
  for (const { name } of ACTIVITY_KEY_COLUMNS) rollupKeys.push((await selection.read(name))[0]);
  return { chunks: await copied.reader.copyRowGroup(copied.rowStart, EVENT_COLUMNS), rollupKeys };
}

/** Rows of standing files are counted in the rollup, though nothing is written for them. */
async function countStanding(
  output: HourOutput,
  { standing, standingActivity }: LargeHourInput,
): Promise<void> {
  if (standingActivity !== null) {
    const reader = await TableReader.open(standingActivity);
    for (const { rowStart, rowCount } of reader.rowGroups) {
      const read = (name: string) => reader.readColumn(name, rowStart, rowStart + rowCount);
      const keys: ColumnValues[] = [];
      for (const { name } of ACTIVITY_KEY_COLUMNS) keys.push(await read(name));
      const counts = await read("event_count") as number[];
      const first = await read("first_event_time") as number[];
      output.rollup.addCounts(keys, counts, first, await read("last_event_time") as number[]);
    }
    return;
  }
  for (const file of standing) {
    const reader = await TableReader.open(file);
    for (const { rowStart, rowCount } of reader.rowGroups) {
      const read = (name: string) => reader.readColumn(name, rowStart, rowStart + rowCount);
      const keys: ColumnValues[] = [];
      for (const { name } of ACTIVITY_KEY_COLUMNS) keys.push(await read(name));
      output.rollup.add(keys, await read("event_time") as number[]);
    }
  }
}
