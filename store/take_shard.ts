import { sql } from "kysely";
import { LIMITS } from "../core/limits.ts";
import type { Database, Trx } from "./database.ts";
import { returnJob, takeJob, type TakenShard } from "./lease.ts";
import type { Queue } from "./queue.ts";
import { cutIntoSingles } from "./split_shard.ts";
import type { Lane, LeasedShard, OfSources, PlannedRef } from "./types.ts";

/** The lane that is asked first at the next take; backfill gets one turn in ten even while live work waits. */
export class LaneTurns {
  #liveInARow = 0;

  order(): readonly Lane[] {
    return this.#liveInARow >= 9 ? ["backfill", "live"] : ["live", "backfill"];
  }

  took(lane: Lane): void {
    this.#liveInARow = lane === "live" ? this.#liveInARow + 1 : 0;
  }
}

/** See {@linkcode Store.takeShard}. */
export async function takeShard(
  database: Database,
  queue: Queue,
  turns: LaneTurns,
  { sourceUrls }: OfSources = {},
): Promise<LeasedShard | null> {
  while (true) {
    const lanes = turns.order();
    const taken = await database.transact("take a shard", async (trx) => {
      for (const lane of lanes) {
        const job = await takeJob(trx, lane, sourceUrls);
        if (job !== null) return await readShard(trx, queue, job);
      }
      return null;
    });
    if (taken === null) return null;
    if (taken === "returned") continue;
    turns.took(taken.lane);
    return taken;
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
    select key, etag, size, attempts from planned_refs
    where shard_id = ${job.id} order by key collate "C", etag collate "C"`.execute(trx);
  const shard: LeasedShard = {
    id: job.id,
    generation: job.generation,
    scope: job.scope,
    sourceUrl: job.sourceUrl,
    lane: job.lane,
    refs: rows.map((ref) => ({ ...ref, size: Number(ref.size) })),
    deaths: job.generation - job.releases,
  };
  if (shard.refs.length > 1 && shard.deaths >= LIMITS.shardDeathsMax) {
    await cutIntoSingles(trx, queue, shard);
    return "returned";
  }
  if (shard.refs.length === 1 && job.priority > -shard.deaths) {
    await returnJob(trx, shard, -shard.deaths);
    await countRelease(trx, shard.id);
    return "returned";
  }
  return shard;
}

/** Notes that a take ended in good order. */
export async function countRelease(trx: Trx, shardId: string): Promise<void> {
  await sql`update shards set releases = releases + 1 where id = ${shardId}`.execute(trx);
}
