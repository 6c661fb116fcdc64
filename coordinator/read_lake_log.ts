import type { LakeLogEntry } from "../store/mod.ts";
import { openExisting } from "./open_existing.ts";

export type { LakeLogEntry };

/**
 * The delivery log of the lake that a database belongs to, newest first. Throws `missing` where there is no such
 * embedded database, which opening would make, and what opening throws: `locked` where a process uses it.
 */
export async function readLakeLog(
  databaseUrl: string,
  options: { readonly limit: number; readonly sinceMs: number | null },
): Promise<readonly LakeLogEntry[]> {
  await using store = await openExisting(databaseUrl);
  return await store.lakeLog(options);
}
