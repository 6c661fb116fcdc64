import { PGlite } from "@electric-sql/pglite";
import { dataDir } from "@electric-sql/pglite-prepopulatedfs";
import { Kysely, PGliteDialect } from "kysely";
import { fromPglite, type PGliteLike } from "pg-boss";
import { collectGarbage } from "../core/collect_garbage.ts";
import { TrailsieveError } from "../core/errors.ts";
import type { Connections } from "./database.ts";
import { FairPGlite } from "./fair_pglite.ts";
import { FolderLock } from "./folder_lock.ts";
import { SizedNodeFS } from "./sized_node_fs.ts";
import type { Tables } from "./tables.ts";

/**
 * Opens the embedded database in a folder, which is made if it is missing or empty, or in memory where `folder`
 * is null. Two processes on one folder would lose rows silently, so its lock is held until it is closed.
 */
export async function openEmbedded(folder: string | null): Promise<Connections> {
  const lock = folder === null ? null : new FolderLock(folder);
  try {
    const pglite = await openPGlite(folder, lock);
    const fair = new FairPGlite(pglite);
    const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: fair }) });
    const base = fromPglite(fair as unknown as PGliteLike);
    return {
      kind: "pglite",
      db,
      // The mutex of Kysely's one connection keeps other transactions out until a failed script of
      // pg-boss is rolled back.
      executeSql: (text, values) => db.connection().execute(() => base.executeSql(text, values)),
      async close() {
        try {
          if (!pglite.closed) await pglite.close();
        } finally {
          lock?.[Symbol.dispose]();
        }
      },
    };
  } catch (error) {
    lock?.[Symbol.dispose]();
    throw error;
  }
}

const START_PARAMS = [
  ...PGlite.defaultStartParams,
  // Postgres's own cache of 128 MB would be a fifth of what a run may take; files are cached outside too.
  ...["-c", "shared_buffers=16MB"],
  // Nothing analyzes the tables here, so a plan that was made while one was small would be kept when it is large.
  ...["-c", "plan_cache_mode=force_custom_plan"],
];

async function openPGlite(folder: string | null, lock: FolderLock | null): Promise<PGlite> {
  try {
    if (folder === null || lock === null) {
      return await PGlite.create({ startParams: START_PARAMS, loadDataDir: await dataDir() });
    }
    if (await lock.wasBeingMade()) await removeFolder(folder);
    return await isEmpty(folder)
      ? await makeDatabase(folder, lock)
      : await PGlite.create({ startParams: START_PARAMS, fs: new SizedNodeFS(folder) });
  } catch (error) {
    throw new TrailsieveError(
      "corrupt",
      `Cannot open the embedded database in ${folder ?? "memory"}: ${
        error instanceof Error ? error.message : String(error)
      }`,
      {
        cause: error,
        advice: "stop",
        hint: "Move the folder away to begin with an empty database, or name another one in " +
          "--database (DATABASE_URL)",
      },
    );
  }
}

/** Makes a database from a cluster that was made before: making one in WebAssembly takes seconds and 800 MB. */
async function makeDatabase(folder: string, lock: FolderLock): Promise<PGlite> {
  await lock.noteBeingMade(true);
  const pglite = await PGlite.create({
    startParams: START_PARAMS,
    fs: new SizedNodeFS(folder),
    loadDataDir: await dataDir(),
  });
  await lock.noteBeingMade(false);
  // The made cluster went through memory as a whole.
  collectGarbage();
  return pglite;
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    for await (const _entry of Deno.readDir(folder)) return false;
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}

async function removeFolder(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
