import { sql } from "kysely";
import { LIMITS } from "../core/limits.ts";
import type { Database } from "./database.ts";

/** The row of `settings` that names the replica which alone writes the lake. */
const NAME = "lake_writer";

/** See {@linkcode Store.claimLakeWriter}. */
export async function claimLakeWriter(database: Database, replicaId: string): Promise<boolean> {
  const { rows } = await database.query(
    "claim the lake",
    (db) =>
      sql`insert into settings (name, value) values (${NAME}, ${replicaId})
      on conflict (name) do update set value = excluded.value
      where settings.value = excluded.value or not exists (
        select 1 from replicas r where r.id::text = settings.value
          and r.heartbeat_at > now() - ${LIMITS.lakeWriterSilenceMs} * interval '1 ms')
      returning 1`.execute(db),
  );
  return rows.length === 1;
}
