import type { LakeFormat } from "../core/lake_paths.ts";
import { LIMITS } from "../core/limits.ts";
import type { HourPart, HourWork, LakeFile } from "../store/mod.ts";

/** Hours of a round, and those for which it has no room. */
export interface RoundChoice {
  /** Whether the round is one hour that is too large to be sorted as a whole. */
  readonly isLarge: boolean;
  readonly works: readonly HourWork[];
  readonly leftOut: readonly HourWork[];
}

/** Rows up to which a round is not made smaller: beginning one costs as much. */
const SHARED_ROWS_MIN = 30_000;

/**
 * Chooses as many of the hours as fit a round. A large hour is a round by itself, and with several isolates its turn
 * comes when no other hour is left, since nothing else is merged beside it.
 * @param isolates how many share the hours: none takes more than its part of them
 */
export function chooseRound(
  works: readonly HourWork[],
  format: LakeFormat,
  isolates: number,
): RoundChoice {
  const fitting = format === "parquet" ? works.filter((work) => !isLarge(work)) : works;
  if (fitting.length === 0 || (isolates === 1 && fitting[0] !== works[0])) {
    return { isLarge: works.length > 0, works: works.slice(0, 1), leftOut: works.slice(1) };
  }
  const allRows = fitting.reduce((sum, work) => sum + rowsOf(work), 0);
  const rowsMax = Math.min(
    LIMITS.sortedMergeRowsMax / isolates,
    Math.max(SHARED_ROWS_MIN, Math.ceil(allRows / isolates)),
  );
  // Two isolates have the room that those of shards had.
  const bytesMax = LIMITS.sortedMergeBytesMax * Math.min(1, 2 / isolates);
  const chosen: HourWork[] = [];
  const paths = new Set<string>();
  let rows = 0;
  let bytes = 0;
  for (const work of fitting) {
    const workRows = rowsOf(work);
    const newBytes = bytesOfNew(work.parts, paths);
    const fits = bytes + newBytes <= bytesMax && rows + workRows <= rowsMax;
    if (chosen.length > 0 && !fits) continue;
    chosen.push(work);
    rows += workRows;
    bytes += newBytes;
    for (const { path } of work.parts) paths.add(path);
  }
  const isChosen = new Set(chosen);
  return { isLarge: false, works: chosen, leftOut: works.filter((work) => !isChosen.has(work)) };
}

function bytesOfNew(parts: readonly HourPart[], known: ReadonlySet<string>): number {
  const fresh = new Map(parts.map((part) => [part.path, part.bytes]));
  let bytes = 0;
  for (const [path, size] of fresh) if (!known.has(path)) bytes += size;
  return bytes;
}

/** Whether an hour is too large to be sorted as a whole. */
function isLarge(work: HourWork): boolean {
  const partBytes = new Map(work.parts.map(({ path, bytes }) => [path, bytes]));
  const fileBytes = eventFiles(work).map(({ bytes }) => bytes);
  const bytes = [...partBytes.values(), ...fileBytes].reduce((sum, size) => sum + size, 0);
  return rowsOf(work) > LIMITS.sortedMergeRowsMax || bytes > LIMITS.sortedMergeBytesMax;
}

function rowsOf(work: HourWork): number {
  const partRows = work.parts.reduce((sum, { rowCount }) => sum + rowCount, 0);
  return eventFiles(work).reduce((sum, { rows }) => sum + rows, partRows);
}

/** The files that hold an hour's rows. */
export function eventFiles(work: HourWork): LakeFile[] {
  return work.files.filter(({ dataset }) => dataset === "events");
}
