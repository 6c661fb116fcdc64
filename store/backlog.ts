import { sql } from "kysely";
import type { Database } from "./database.ts";
import { QUEUES } from "./queue.ts";
import type { Backlog } from "./types.ts";

/** See {@linkcode Store.backlog}. Each count reads an index of what is open, or the few shards, and no ledger. */
export async function backlog(database: Database): Promise<Backlog> {
  const { rows: [row] } = await database.query("look at what is unfinished", (db) =>
    sql<Backlog>`
      select coalesce(sum(s.object_count), 0)::int as refs, count(*)::int as shards,
        (extract(epoch from now() - min(j.created_on)))::float8 as "oldestShardSeconds",
        (select count(*)::int from alerts where state = 'open') as alerts,
        (select count(*)::int from hours where parts_waiting > 0) as hours
      from shards s
        left join pgboss.job j on j.id = s.id and j.name = any(${Object.values(QUEUES)}::text[])`
      .execute(db));
  return row;
}
