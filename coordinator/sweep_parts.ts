import { PARTS_FOLDER } from "../core/lake_paths.ts";
import { LIMITS } from "../core/limits.ts";
import { logOf } from "../core/log.ts";
import type { LakeStore } from "../objects/mod.ts";
import type { Store } from "../store/mod.ts";

const log = logOf("compact");

/**
 * Removes parts that no row names, because the commit that was to name them never came, once they are older than
 * any commit under way can be. Stops between pages when the signal aborts. @returns how many it removed
 */
export async function sweepParts(
  store: Store,
  lake: LakeStore,
  options: { readonly signal: AbortSignal; readonly now?: number },
): Promise<number> {
  const before = (options.now ?? Date.now()) - LIMITS.orphanPartMs;
  let removed = 0;
  for await (const page of lake.list(`${PARTS_FOLDER}/`, { signal: options.signal })) {
    const old = page.filter(({ modifiedAt }) => modifiedAt < before).map(({ path }) => path);
    if (old.length === 0) continue;
    const named = await store.namedParts(old);
    for (const path of old) {
      if (named.has(path)) continue;
      await lake.delete(path, { signal: options.signal });
      removed++;
    }
  }
  if (removed > 0) log.info(`Removed ${removed} parts of commits that never came`);
  return removed;
}
