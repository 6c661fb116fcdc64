import { TrailsieveError } from "../core/errors.ts";
import { describeDatabase, openStore, type Store } from "../store/mod.ts";

/**
 * Opens a database for a command that only looks into it or tends it. Throws `missing` where there is no such
 * embedded database, which opening would make, and what opening throws: `locked` where a process uses it.
 */
export async function openExisting(databaseUrl: string): Promise<Store> {
  await refuseAbsent(databaseUrl);
  return await openStore({ url: databaseUrl });
}

async function refuseAbsent(databaseUrl: string): Promise<void> {
  if (!databaseUrl.startsWith("pglite:")) return;
  try {
    await Deno.stat(databaseUrl.slice("pglite:".length));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) return;
    const name = describeDatabase(databaseUrl);
    throw new TrailsieveError("missing", `Cannot open the database ${name}: it does not exist`, {
      advice: "stop",
      hint: "Name the database of poll with --database",
      cause,
    });
  }
}
