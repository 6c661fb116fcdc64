import { sql } from "kysely";
import type { Database } from "./database.ts";
import { QUEUES } from "./queue.ts";
import { isOfSources } from "./of_sources.ts";
import { isAlive } from "./replica.ts";
import type { OfSources, OfWork, OpenWork, Store } from "./types.ts";

/** See {@linkcode Store.openWork}. Reads shards, not refs: it is asked before every page of a listing. */
export async function openWork(
  database: Database,
  { sourceUrls, backfillIds, lane }: OfWork = {},
): Promise<OpenWork> {
  const isReadable = isOfSources("s.source_url", sourceUrls);
  const isAsked = backfillIds === undefined
    ? sql`true`
    : sql`s.backfill_id = any(${[...backfillIds]}::uuid[])`;
  const isInLane = lane === undefined ? sql`true` : sql`s.lane = ${lane}`;
  const { rows: [row] } = await database.query("count open work", (db) =>
    sql<OpenWork>`
      select coalesce(sum(s.object_count), 0)::int as refs, count(*)::int as shards,
        coalesce(sum(s.object_count)
          filter (where j.state < 'active' and j.start_after > now()), 0)::int as "delayedRefs",
        (count(*) filter (where j.state < 'active' and j.start_after <= now()))::int as ready,
        (count(*) filter (where j.state = 'active'))::int as held,
        extract(epoch from min(j.start_after)
          filter (where j.state < 'active' and j.start_after > now()) - now())::float8 * 1000
          as "nextReadyMs"
      from shards s
        left join pgboss.job j on j.id = s.id and j.name = any(${Object.values(QUEUES)}::text[])
      where ${isReadable} and ${isAsked} and ${isInLane}`.execute(db));
  return row;
}

/** See {@linkcode Store.hasCompany}. */
export async function hasCompany(database: Database, replicaId: string): Promise<boolean> {
  const { rows: [others] } = await database.query(
    "look for other replicas",
    (db) =>
      sql<{ count: number }>`select count(*)::int as count from replicas r
        where r.id <> ${replicaId}::uuid and ${isAlive("r.id")}`.execute(db),
  );
  return others.count > 0;
}

/** See {@linkcode Store.leftOver}. */
export async function leftOver(
  database: Database,
  replicaId: string,
  of: OfSources,
): Promise<number> {
  return await hasCompany(database, replicaId) ? 0 : (await openWork(database, of)).refs;
}

/** See {@linkcode Store.counts}. */
export async function counts(database: Database): ReturnType<Store["counts"]> {
  const { rows: [row] } = await database.query(
    "count rows",
    (db) =>
      sql<{ ledger: number; dead: number; planned: number; alerts: number }>`
      select count(*)::int as ledger, (count(*) filter (where outcome = 3))::int as dead,
        (select count(*)::int from planned_refs) as planned,
        (select count(*)::int from alerts) as alerts
      from ledger`.execute(db),
  );
  return row;
}
