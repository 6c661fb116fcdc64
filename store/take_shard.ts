import { sql } from "kysely";
import { LIMITS } from "../core/limits.ts";
import type { Database, Trx } from "./database.ts";
import { returnJob, takeJob, type TakenShard } from "./lease.ts";
import type { Queue } from "./queue.ts";
import { suppressionOf } from "./suppression.ts";
import { cutIntoSingles } from "./split_shard.ts";
import type { LeasedShard, OfSources, PlannedRef } from "./types.ts";

/** See {@linkcode Store.takeShard}. */
export async function takeShard(
  database: Database,
  queue: Queue,
  { sourceUrls }: OfSources = {},
): Promise<LeasedShard | null> {
  while (true) {
    const job = await database.query("take a shard", (db) => takeJob(db, sourceUrls));
    if (job === null) return null;
    const taken = await database.transact(
      "read a shard",
      (trx) => readShard(trx, queue, job),
    );
    if (taken !== "returned") return taken;
  }
}

/**
 * The shard of a job just taken; `returned` if it went back into the queue in another form.
 * A shard of several objects whose holders died too often is cut into shards of one. A lone object that cost
 * a holder goes behind everything else, so that a crash that repeats itself delays nothing but its cause.
 */
async function readShard(
  trx: Trx,
  queue: Queue,
  job: TakenShard,
): Promise<LeasedShard | "returned"> {
  const { rows } = await sql<PlannedRef & { size: number | string }>`
    select key, etag, size, attempts, again from planned_refs
    where shard_id = ${job.id} order by key collate "C", etag collate "C"`.execute(trx);
  const { rows: [row] } = await sql<{ alerts_from: number; backfill_id: string | null }>`
    select extract(epoch from alerts_from)::float8 as alerts_from, backfill_id
    from shards where id = ${job.id}`.execute(trx);
  const shard: LeasedShard = {
    id: job.id,
    generation: job.generation,
    scope: job.scope,
    sourceUrl: job.sourceUrl,
    lane: job.lane,
    suppress: suppressionOf(row?.alerts_from ?? -Infinity),
    backfillId: row?.backfill_id ?? null,
    refs: rows.map((ref) => ({ ...ref, size: Number(ref.size) })),
    deaths: job.generation - job.releases,
  };
  if (shard.refs.length > 1 && shard.deaths >= LIMITS.shardDeathsMax) {
    await cutIntoSingles(trx, queue, shard);
    return "returned";
  }
  if (shard.refs.length === 1 && job.priority > -shard.deaths) {
    if (await returnJob(trx, shard, -shard.deaths)) await countRelease(trx, shard.id);
    return "returned";
  }
  return shard;
}

/** Notes that a take ended in good order. */
export async function countRelease(trx: Trx, shardId: string): Promise<void> {
  await sql`update shards set releases = releases + 1 where id = ${shardId}`.execute(trx);
}
