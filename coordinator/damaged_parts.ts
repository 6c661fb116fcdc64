import { describeError } from "../core/errors.ts";
import type { LakeFormat } from "../core/lake_paths.ts";
import { logOf } from "../core/log.ts";
import type { LakeStore } from "../objects/mod.ts";
import type { HourPart, HourWork, Store } from "../store/mod.ts";
import type { MergeWorker } from "./merge_worker.ts";
import type { RunReport } from "./run_report.ts";

const log = logOf("compact");

/** What looking for damaged parts works with. */
export interface DamagedPartsOptions {
  readonly store: Store;
  readonly lake: LakeStore;
  readonly format: LakeFormat;
  readonly worker: MergeWorker;
  readonly report: RunReport;
  readonly signal: AbortSignal;
}

/**
 * After a round of compaction failed since a file could not be read, looks which of its parts are to blame: those whose file is gone, or that cannot
 * be merged alone. Each is named and made a dead letter, so that its hours go on without it.
 * @returns whether there were any
 */
export async function setAsideDamaged(
  works: readonly HourWork[],
  options: DamagedPartsOptions,
): Promise<boolean> {
  const { store, lake, report, signal } = options;
  let found = false;
  for (const [path, parts] of partsByPath(works)) {
    if (signal.aborted) break;
    const reason = await damageOf(path, parts, options);
    if (reason === null) continue;
    const uri = `${lake.url}${path}`;
    found = true;
    // Another isolate that merges hours of the same part may have been first.
    if (!await store.setAsidePart({ partId: parts[0].part.partId, uri, reason })) continue;
    report.damagedParts++;
    log.error(
      `Gave up on the part ${uri}: ${reason}. Its hours are compacted without it; ` +
        "`deadletters redrive` reads its objects again",
    );
  }
  return found;
}

interface PartOfHour {
  readonly hourMs: number;
  readonly part: HourPart;
}

function partsByPath(works: readonly HourWork[]): Map<string, PartOfHour[]> {
  const parts = new Map<string, PartOfHour[]>();
  for (const { hourMs, parts: ofHour } of works) {
    for (const part of ofHour) {
      const same = parts.get(part.path);
      if (same === undefined) parts.set(part.path, [{ hourMs, part }]);
      else same.push({ hourMs, part });
    }
  }
  return parts;
}

/** What is wrong with a part; null for a sound one, and for one that cannot be reached now. */
async function damageOf(
  path: string,
  parts: readonly PartOfHour[],
  { lake, format, worker, signal }: DamagedPartsOptions,
): Promise<string | null> {
  let file: Awaited<ReturnType<LakeStore["get"]>>;
  try {
    file = await lake.get(path, { signal });
  } catch {
    return null;
  }
  if (file === null) return "its file is gone";
  const hours = parts.map(({ hourMs, part: { rowStart, rowCount } }) => ({
    hourMs,
    isLarge: false,
    parts: [{ file: 0, rowStart, rowCount }],
    existing: [],
    standing: [],
    standingActivity: null,
  }));
  try {
    await worker.merge({ kind: "merge", format, files: [file.bytes], hours }, {
      onMerged() {},
    });
    return null;
  } catch (error) {
    return describeError(error);
  }
}
