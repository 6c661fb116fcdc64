import { sql } from "kysely";
import type { ObjectRef } from "../core/types.ts";
import { batches } from "./columns.ts";
import type { Database, Trx } from "./database.ts";
import { objectId } from "./object_id.ts";
import type { Queue } from "./queue.ts";
import { alertsFrom } from "./suppression.ts";
import type { Lane, OfBackfill, Suppression } from "./types.ts";

/** Refs of one source that are to become one shard. */
export interface NewShard {
  readonly scope: string;
  readonly sourceUrl: string;
  readonly lane: Lane;
  readonly refs: readonly ObjectRef[];
  /** Default: none. */
  readonly suppress?: Suppression;
  readonly backfill?: OfBackfill;
  /** Whether the refs are read again, whatever the ledger says; default false. */
  readonly reread?: boolean;
}

/** See {@linkcode Store.enqueueShard}. */
export async function enqueueShard(
  database: Database,
  queue: Queue,
  shard: NewShard,
): Promise<number> {
  const shardId = crypto.randomUUID();
  return await database.transact(
    "enqueue a shard",
    (trx) => planShard(trx, queue, shard, shardId),
    {
      wasApplied: async () =>
        await database.db.selectFrom("shards").select("id").where("id", "=", shardId)
          .executeTakeFirst() !== undefined,
    },
  );
}

/**
 * Plans the refs that neither the ledger nor an open shard knows, and enqueues their shard.
 * @returns the number planned; with 0 there is no shard
 */
export async function planShard(
  trx: Trx,
  queue: Queue,
  { scope, sourceUrl, lane, refs, suppress, backfill, reread = false }: NewShard,
  shardId: string = crypto.randomUUID(),
): Promise<number> {
  const rows = refs
    .map((ref) => ({ ...ref, id: objectId(scope, ref.key, ref.etag) }))
    // One order for all, so that two callers with the same refs wait for each other instead of both.
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  let planned = 0;
  for (const batch of batches(rows)) {
    const { numAffectedRows } = await sql`
      insert into planned_refs (object_id, shard_id, size, key, etag, again)
      select r.id, ${shardId}, r.size, r.key, r.etag, ${reread || backfill?.again === true}
      from unnest(${batch.map((row) => row.id)}::uuid[], ${batch.map((row) => row.size)}::bigint[],
        ${batch.map((row) => row.key)}::text[], ${batch.map((row) => row.etag)}::text[])
        as r(id, size, key, etag)
      on conflict do nothing`.execute(trx);
    planned += Number(numAffectedRows);
  }
  if (!reread) planned -= await dropSettled(trx, shardId, backfill);
  if (planned === 0) return 0;
  await trx.insertInto("shards").values({
    id: shardId,
    object_count: planned,
    scope,
    source_url: sourceUrl,
    lane,
    alerts_from: alertsFrom(suppress),
    backfill_id: backfill?.id ?? null,
  }).execute();
  await trx.insertInto("turns").values({ lane, source_url: sourceUrl })
    .onConflict((conflict) => conflict.doNothing()).execute();
  await queue.enqueue(lane, [{ id: shardId }]);
  return planned;
}

/**
 * Takes back what is settled. The insert waits for a commit that is just deleting the same planned refs, but would
 * look into the ledger as it was before that; a statement of its own sees the ledger as it is now.
 */
async function dropSettled(
  trx: Trx,
  shardId: string,
  backfill: OfBackfill | undefined,
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from planned_refs p using ledger l
    where p.shard_id = ${shardId} and l.object_id = p.object_id ${isKnown(backfill)}`.execute(trx);
  return Number(numAffectedRows);
}

/** SQL: whether the ledger's row `l` counts. To one that reads again, only what was read since it began. */
export function isKnown(backfill: OfBackfill | undefined) {
  return backfill?.again
    ? sql`and l.done_at >= (select started_at from backfills where id = ${backfill.id})`
    : sql``;
}
