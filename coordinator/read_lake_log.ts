import { TrailsieveError } from "../core/errors.ts";
import { describeDatabase, openStore } from "../store/mod.ts";
import type { LakeLogEntry } from "../store/mod.ts";

export type { LakeLogEntry };

/**
 * The delivery log of the lake that a database belongs to, newest first. Throws `missing` where there is no such
 * embedded database, which opening would make, and what opening throws: `locked` where a process uses it.
 */
export async function readLakeLog(
  databaseUrl: string,
  options: { readonly limit: number; readonly sinceMs: number | null },
): Promise<readonly LakeLogEntry[]> {
  await refuseAbsent(databaseUrl);
  await using store = await openStore({ url: databaseUrl });
  return await store.lakeLog(options);
}

async function refuseAbsent(databaseUrl: string): Promise<void> {
  if (!databaseUrl.startsWith("pglite:")) return;
  try {
    await Deno.stat(databaseUrl.slice("pglite:".length));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) return;
    const name = describeDatabase(databaseUrl);
    throw new TrailsieveError("missing", `Cannot read the log in ${name}: it does not exist`, {
      advice: "stop",
      hint: "Name the database of poll with --database",
      cause,
    });
  }
}
