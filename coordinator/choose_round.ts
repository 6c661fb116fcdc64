import type { LakeFormat } from "../core/lake_paths.ts";
import { LIMITS } from "../core/limits.ts";
import type { HourPart, HourWork, LakeFile } from "../store/mod.ts";

/** Hours of a round, and those for which it has no room. */
export interface RoundChoice {
  /** Whether the round is one hour that is too large to be sorted as a whole. */
  readonly isLarge: boolean;
  /** Whether nothing may be merged beside it. */
  readonly isAlone: boolean;
  /** Bytes of parts that are read; what comes beyond waits for another round. */
  readonly partBytesMax: number;
  readonly works: readonly HourWork[];
  readonly leftOut: readonly HourWork[];
}

/** Rows up to which a round is not made smaller: beginning one costs as much. */
const SHARED_ROWS_MIN = 30_000;

/**
 * Chooses as many of the hours as fit a round. A large hour is a round by itself, and with several isolates its turn
 * comes when no other hour is left, since nothing else is merged beside it. So it is with hours whose parts, in which
 * many hours have few rows, are more than an isolate's share: one isolate then has the room of two.
 * @param isolates how many share the hours: none takes more than its part of them
 */
export function chooseRound(
  works: readonly HourWork[],
  format: LakeFormat,
  isolates: number,
): RoundChoice {
  const { sortedMergeRowsMax: rowsMax, sortedMergeBytesMax: bytesMax } = LIMITS;
  const fitting = format === "parquet" ? works.filter((work) => fits(work, bytesMax)) : works;
  if (fitting.length === 0 || (isolates === 1 && fitting[0] !== works[0])) {
    const wide = isolates === 1 ? [] : works.filter((work) => fits(work, 2 * bytesMax));
    const isLarge = works.length > 0 && wide.length === 0;
    const chosen = isLarge ? works.slice(0, 1) : takeHours(wide, rowsMax, 2 * bytesMax);
    return choiceOf(works, chosen, { isLarge, isAlone: true, partBytesMax: 2 * bytesMax });
  }
  // Two isolates have the room that those of shards had before.
  const share = Math.min(1, 2 / isolates);
  const allRows = fitting.reduce((sum, work) => sum + rowsOf(work), 0);
  const evenRows = Math.max(SHARED_ROWS_MIN, Math.ceil(allRows / isolates));
  const chosen = takeHours(fitting, Math.min(rowsMax / isolates, evenRows), bytesMax * share);
  return choiceOf(works, chosen, { isLarge: false, isAlone: false, partBytesMax: bytesMax });
}

function choiceOf(
  works: readonly HourWork[],
  chosen: readonly HourWork[],
  kind: Pick<RoundChoice, "isLarge" | "isAlone" | "partBytesMax">,
): RoundChoice {
  const isChosen = new Set(chosen);
  return { ...kind, works: chosen, leftOut: works.filter((work) => !isChosen.has(work)) };
}

/** The first hours, one at least, that come to no more than so many rows and bytes of parts. */
function takeHours(works: readonly HourWork[], rowsMax: number, bytesMax: number): HourWork[] {
  const chosen: HourWork[] = [];
  const paths = new Set<string>();
  let rows = 0;
  let bytes = 0;
  for (const work of works) {
    const workRows = rowsOf(work);
    const newBytes = bytesOfNew(work.parts, paths);
    const hasRoom = bytes + newBytes <= bytesMax && rows + workRows <= rowsMax;
    if (chosen.length > 0 && !hasRoom) continue;
    chosen.push(work);
    rows += workRows;
    bytes += newBytes;
    for (const { path } of work.parts) paths.add(path);
  }
  return chosen;
}

function bytesOfNew(parts: readonly HourPart[], known: ReadonlySet<string>): number {
  const fresh = new Map(parts.map((part) => [part.path, part.bytes]));
  let bytes = 0;
  for (const [path, size] of fresh) if (!known.has(path)) bytes += size;
  return bytes;
}

/** Whether an hour can be sorted as a whole, with so many bytes of parts and files. */
function fits(work: HourWork, bytesMax: number): boolean {
  const partBytes = new Map(work.parts.map(({ path, bytes }) => [path, bytes]));
  const fileBytes = eventFiles(work).map(({ bytes }) => bytes);
  const bytes = [...partBytes.values(), ...fileBytes].reduce((sum, size) => sum + size, 0);
  return rowsOf(work) <= LIMITS.sortedMergeRowsMax && bytes <= bytesMax;
}

function rowsOf(work: HourWork): number {
  const partRows = work.parts.reduce((sum, { rowCount }) => sum + rowCount, 0);
  return eventFiles(work).reduce((sum, { rows }) => sum + rows, partRows);
}

/** The files that hold an hour's rows. */
export function eventFiles(work: HourWork): LakeFile[] {
  return work.files.filter(({ dataset }) => dataset === "events");
}
