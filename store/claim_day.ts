import { sql } from "kysely";
import type { Database } from "./database.ts";

/** See {@linkcode Store.claimDay}. */
export async function claimDay(database: Database, name: string): Promise<boolean> {
  const { rows } = await database.query(
    "claim a day's task",
    (db) =>
      sql`insert into settings (name, value) values (${`day:${name}`}, now()::text)
      on conflict (name) do update set value = excluded.value
      where settings.value::timestamptz <= now() - interval '1 day'
      returning 1`.execute(db),
  );
  return rows.length === 1;
}
