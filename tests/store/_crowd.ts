import { sql } from "kysely";
import type { Lane, Store } from "../../store/mod.ts";
import { databaseOf } from "./_databases.ts";

/** A source's ready shards in one lane. */
export interface Crowd {
  readonly sourceUrl: string;
  readonly lane: Lane;
  readonly shards: number;
}

/**
 * Makes many ready shards of one object each: the first is planned, the others are copies of its rows, since
 * planning thousands would take a minute.
 */
export async function crowd(store: Store, { sourceUrl, lane, shards }: Crowd): Promise<void> {
  const ref = { key: `${lane}-${sourceUrl}`, etag: "e", size: 1 };
  await store.enqueueShard({ scope: sourceUrl, sourceUrl, lane, refs: [ref] });
  await sql`
    with copies as materialized (
      select gen_random_uuid() as id from generate_series(2, ${shards})
    ), first as (
      select id from shards where lane = ${lane} and source_url = ${sourceUrl} order by place limit 1
    ), jobs as (
      insert into pgboss.job
      select (jsonb_populate_record(j, jsonb_build_object('id', c.id))).*
      from pgboss.job j join first on j.id = first.id cross join copies c
    ), refs as (
      insert into planned_refs (object_id, shard_id, size, key, etag)
      select gen_random_uuid(), id, 1, id::text, 'e' from copies
    )
    insert into shards (id, object_count, scope, source_url, lane)
    select id, 1, ${sourceUrl}, ${sourceUrl}, ${lane} from copies`.execute(databaseOf(store).db);
}
