import { sql } from "kysely";
import { sortByCodePoints } from "../core/json_text.ts";
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
  // The refs come as one text: a thousand rows of five columns cost more to take apart than to find.
  const { rows: [row] } = await sql<
    { alerts_from: number; backfill_id: string | null; refs: string | null }
  >`
    select extract(epoch from s.alerts_from)::float8 as alerts_from, s.backfill_id, (
      select json_agg(json_build_array(p.key, p.etag, p.size, p.attempts, p.again))::text
      from planned_refs p where p.shard_id = s.id) as refs
    from shards s where s.id = ${job.id}`.execute(trx);
  const shard: LeasedShard = {
    id: job.id,
    generation: job.generation,
    scope: job.scope,
    sourceUrl: job.sourceUrl,
    lane: job.lane,
    suppress: suppressionOf(row?.alerts_from ?? -Infinity),
    backfillId: row?.backfill_id ?? null,
    refs: refsOf(row?.refs ?? "[]"),
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

function refsOf(json: string): PlannedRef[] {
  const rows: [string, string, number, number, boolean][] = JSON.parse(json);
  const refs = rows.map(([key, etag, size, attempts, again]) => (
    { key, etag, size, attempts, again }
  ));
  // NUL, which neither holds, comes before everything else.
  return sortByCodePoints(refs, ({ key, etag }) => `${key}\0${etag}`);
}

/** Notes that a take ended in good order. */
export async function countRelease(trx: Trx, shardId: string): Promise<void> {
  await sql`update shards set releases = releases + 1 where id = ${shardId}`.execute(trx);
}
