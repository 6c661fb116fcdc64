import { sql } from "kysely";
import type { Database } from "./database.ts";

/** See {@linkcode Store.namedParts}. */
export async function namedParts(
  database: Database,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await database.query(
    "look up parts",
    (db) =>
      sql<{ path: string }>`select path from parts where path = any(${[...paths]}::text[])`
        .execute(db),
  );
  return new Set(rows.map((row) => row.path));
}

/** See {@linkcode Store.sparedParts}. */
export async function sparedParts(database: Database, limit: number): Promise<readonly string[]> {
  const { rows } = await database.query(
    "look up spared parts",
    (db) =>
      sql<{ path: string }>`select path from parts where hours_left = 0 order by id limit ${limit}`
        .execute(db),
  );
  return rows.map((row) => row.path);
}

/** See {@linkcode Store.forgetParts}. */
export async function forgetParts(database: Database, paths: readonly string[]): Promise<void> {
  await database.query(
    "forget parts",
    (db) =>
      sql`delete from parts where path = any(${[...paths]}::text[]) and hours_left = 0`.execute(db),
  );
}
