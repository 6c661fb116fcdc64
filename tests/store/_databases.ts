/** Databases for a suite that runs on both kinds: each test gets one of its own with the current schema. */
import { join } from "node:path";
import { cp } from "node:fs/promises";
import { openStore, type Store } from "../../store/mod.ts";
import type { Database } from "../../store/database.ts";
import { DatabaseStore } from "../../store/database_store.ts";
import { startTestPostgres, type TestPostgres } from "./_postgres.ts";

/** A kind of database to test on. */
export interface TestDatabases {
  readonly kind: "pglite" | "postgres";
  /** False where the machine has no Postgres; the tests are registered as ignored then. */
  readonly present: boolean;
  /** Makes a database whose schema is current. @returns its URL */
  create(): Promise<string>;
}

/** Both kinds, and how to end them after the last test. */
export async function startTestDatabases(): Promise<{
  readonly kinds: readonly TestDatabases[];
  readonly postgres: TestPostgres | null;
  stop(): Promise<void>;
}> {
  const postgres = await startTestPostgres();
  const folder = await Deno.makeTempDir({ prefix: "trailsieve-store-" });
  const template = join(folder, "template");
  let templateMade: Promise<void> | null = null;
  let created = 0;
  const embedded: TestDatabases = {
    kind: "pglite",
    present: true,
    async create() {
      templateMade ??= openStore({ url: `pglite:${template}` })
        .then((store) => store[Symbol.asyncDispose]());
      await templateMade;
      const copy = join(folder, `copy-${++created}`);
      await cp(template, copy, { recursive: true });
      return `pglite:${copy}`;
    },
  };
  return {
    kinds: [embedded, {
      kind: "postgres",
      present: postgres !== null,
      create: () => postgres!.createDatabase(),
    }],
    postgres,
    async stop() {
      await postgres?.[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The database behind a store, for tests that set clocks back and look into tables. */
export function databaseOf(store: Store): Database {
  if (!(store instanceof DatabaseStore)) throw new TypeError("this store has no database");
  return store.database;
}
