import { type LakeFormat, parseLakeFilePath, WORK_FOLDER } from "../core/lake_paths.ts";
import { logOf } from "../core/log.ts";
import type { LakeStore } from "../objects/mod.ts";
import type { Store } from "../store/mod.ts";

/** Files of one kind that are named; of more their number is told. */
const NAMED_MAX = 5;

const log = logOf("lake");

/**
 * Names what lies in the lake and is none of its files. It is left alone; but below `events/` and `activity/`
 * whoever reads all files there reads it too. A folder is looked at whenever it is asked for, a bucket, where a
 * thousand files cost a request, once a day for all replicas.
 */
export async function nameForeignFiles(
  store: Store,
  lake: LakeStore,
  format: LakeFormat,
  signal: AbortSignal,
): Promise<void> {
  if (lake.kind === "s3" && !await store.claimDay("foreign_files")) return;
  const read: string[] = [];
  const beside: string[] = [];
  for await (const page of lake.list("", { signal })) {
    for (const { path } of page) {
      if (path.startsWith(`${WORK_FOLDER}/`) || parseLakeFilePath(path)?.format === format) {
        continue;
      }
      (isReadWithEvents(path) ? read : beside).push(path);
    }
  }
  if (read.length > 0) {
    log.warn(
      `Files in ${lake.url} that are not the lake's are read by whoever reads all of events/ or activity/: ` +
        `${nameSome(read)}. They are left alone; move them away`,
    );
  }
  if (beside.length > 0) {
    log.info(`Left alone what is not the lake's in ${lake.url}: ${nameSome(beside)}`);
  }
}

/** Athena reads every file below a table's location, whatever its name ends in. */
function isReadWithEvents(path: string): boolean {
  return /^(events|activity)\//.test(path);
}

function nameSome(paths: readonly string[]): string {
  const more = paths.length - NAMED_MAX;
  return paths.slice(0, NAMED_MAX).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
