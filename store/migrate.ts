import { type Kysely, sql } from "kysely";
import { Migrator } from "kysely/migration";
import { TrailsieveError } from "../core/errors.ts";
import { MIGRATIONS } from "../migrations/mod.ts";
import type { Database } from "./database.ts";
import { Queue, QUEUE_SCHEMA_VERSION } from "./queue.ts";
import { translateSqlError } from "./sql_errors.ts";
import type { Tables } from "./tables.ts";

/** A number that no other program on the same database is likely to lock: the bytes of "trailsv". */
const MIGRATION_LOCK = "32776860004545398";

const LATEST = Object.keys(MIGRATIONS).sort().at(-1)!;

/**
 * Brings the database to the schema of this version and returns the started queue. An up-to-date database
 * costs one statement. Of several processes that start at once on Postgres one migrates and the others wait.
 * Throws `usage` if a newer version of Trailsieve has been here.
 */
export async function openQueue(database: Database): Promise<Queue> {
  if (await isCurrent(database.db)) return await startQueue(database, false);
  if (database.kind === "pglite") return await migrate(database);
  return await database.db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK}::bigint)`.execute(connection);
    const unlock = () =>
      sql`select pg_advisory_unlock(${MIGRATION_LOCK}::bigint)`.execute(connection);
    let queue: Queue;
    try {
      queue = await isCurrent(connection)
        ? await startQueue(database, false)
        : await migrate(database);
    } catch (error) {
      await unlock().catch(() => {});
      throw error;
    }
    try {
      await unlock();
    } catch (error) {
      // The connection was cut, and the lock went with it. Nobody gets the queue, whose timers would stay.
      await queue.stop();
      throw error;
    }
    return queue;
  });
}

async function migrate(database: Database): Promise<Queue> {
  const queue = await startQueue(database, true);
  try {
    await queue.createQueues();
    await runMigrations(database.db);
    return queue;
  } catch (error) {
    await queue.stop();
    throw error;
  }
}

async function startQueue(database: Database, migrates: boolean): Promise<Queue> {
  const queue = new Queue(database, migrates);
  await queue.start();
  return queue;
}

async function runMigrations(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: {
      getMigrations: () =>
        Promise.resolve(Object.fromEntries(
          Object.entries(MIGRATIONS).map(([name, statements]) => [name, {
            async up(trx: Kysely<unknown>) {
              for (const statement of statements) await sql.raw(statement).execute(trx);
            },
          }]),
        )),
    },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw translateSqlError(error, "migrate the database");
}

/**
 * Whether both our schema and the queue's are those of this version. Throws `usage` if one is of a newer version.
 */
export async function isCurrent(db: Kysely<Tables>): Promise<boolean> {
  const { rows: [present] } = await sql<{ ours: boolean; queue: boolean }>`
    select to_regclass('kysely_migration') is not null as ours,
      to_regclass('pgboss.version') is not null as queue`.execute(db);
  const latest = present.ours
    ? (await sql<{ name: string | null }>`select max(name) as name from kysely_migration`
      .execute(db)).rows[0].name
    : null;
  const queueVersion = present.queue
    ? (await sql<{ version: number }>`select version from pgboss.version`.execute(db)).rows[0]
      ?.version ?? null
    : null;
  if ((latest !== null && latest > LATEST) || (queueVersion ?? 0) > QUEUE_SCHEMA_VERSION) {
    throw new TrailsieveError(
      "usage",
      `Cannot use the database: its schema (${latest}, queue ${queueVersion}) is newer than this version's ` +
        `(${LATEST}, queue ${QUEUE_SCHEMA_VERSION})`,
      { hint: "Run the newer version of Trailsieve that upgraded it, or name another --database" },
    );
  }
  return latest === LATEST && queueVersion === QUEUE_SCHEMA_VERSION;
}
