/**
 * A look into the ledger that leaves no trace: no schema is made or changed, no replica enters, no lease is taken.
 * The embedded database changes its own files when it is opened, so a copy of it is opened.
 */
import { cp } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, sql } from "kysely";
import type { ObjectRef } from "../core/types.ts";
import { batches } from "./columns.ts";
import { isKnown } from "./enqueue_shard.ts";
import { FolderLock } from "./folder_lock.ts";
import { isCurrent } from "./migrate.ts";
import { objectId } from "./object_id.ts";
import { describeDatabase } from "./open_store.ts";
import { openPostgres } from "./open_postgres.ts";
import { translateSqlError } from "./sql_errors.ts";
import type { Tables } from "./tables.ts";
import type { OfBackfill } from "./types.ts";

/** What the ledger knows. */
export interface LedgerView extends AsyncDisposable {
  /**
   * Of these refs, those that the ledger has. To a backfill that reads again, those that it has read again already,
   * if an earlier run of it was interrupted.
   */
  known(scope: string, refs: readonly ObjectRef[], backfill: OfBackfill): Promise<Set<ObjectRef>>;
}

/**
 * Opens the look. @returns null where there is no database yet
 * Throws `unreachable`, `denied` or `missing` if it cannot be read, `locked` if another process uses the embedded
 * one, `usage` if a newer version of Trailsieve has upgraded it.
 */
export async function viewLedger(url: string): Promise<LedgerView | null> {
  const stack = new AsyncDisposableStack();
  try {
    const db = url.startsWith("pglite:")
      ? await openCopy(url.slice("pglite:".length), stack)
      : openRemote(url, stack);
    if (db === null) return null;
    await isCurrent(db);
    const { rows: [present] } = await sql<{ ledger: boolean; backfills: boolean }>`
      select to_regclass('ledger') is not null as ledger,
        to_regclass('backfills') is not null as backfills`.execute(db);
    return {
      async known(scope, refs, backfill) {
        if (!present.ledger || (backfill.again && !present.backfills)) return new Set();
        return await lookUp(db, scope, refs, backfill);
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw translateSqlError(error, `read the database ${describeDatabase(url)}`);
  }
}

function openRemote(url: string, stack: AsyncDisposableStack): Kysely<Tables> {
  const connections = openPostgres(url);
  stack.defer(async () => {
    await connections.db.destroy();
    await connections.close();
  });
  return connections.db;
}

async function openCopy(
  folder: string,
  stack: AsyncDisposableStack,
): Promise<Kysely<Tables> | null> {
  if (!await exists(folder)) return null;
  const copy = await Deno.makeTempDir({ prefix: "trailsieve-ledger-" });
  stack.defer(() => Deno.remove(copy, { recursive: true }));
  {
    // Taking a lock whose file is absent would make the file; then nobody can hold it either.
    using _lock = await exists(`${folder}.lock`) ? new FolderLock(folder) : null;
    await cp(folder, copy, { recursive: true });
  }
  const pglite = await PGlite.create({ dataDir: copy });
  stack.defer(() => pglite.close());
  return new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function lookUp(
  db: Kysely<Tables>,
  scope: string,
  refs: readonly ObjectRef[],
  backfill: OfBackfill,
): Promise<Set<ObjectRef>> {
  const known = new Set<ObjectRef>();
  // One that has finished reads everything once more when it is run again.
  const isOpen = backfill.again
    ? sql`and exists (select 1 from backfills where id = ${backfill.id} and finished_at is null)`
    : sql``;
  for (const batch of batches(refs)) {
    const byId = new Map(batch.map((ref) => [objectId(scope, ref.key, ref.etag), ref]));
    const { rows } = await sql<{ object_id: string }>`
      select object_id from ledger l
      where object_id = any(${[...byId.keys()]}::uuid[]) ${isKnown(backfill)} ${isOpen}`.execute(
      db,
    );
    for (const { object_id } of rows) known.add(byId.get(object_id)!);
  }
  return known;
}
