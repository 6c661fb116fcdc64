import { sql } from "kysely";
import { batches } from "./columns.ts";
import type { Trx } from "./database.ts";
import { completeJob } from "./lease.ts";
import { alertsFrom } from "./suppression.ts";
import { objectId } from "./object_id.ts";
import type { Queue } from "./queue.ts";
import type { LeasedShard, PlannedRef } from "./types.ts";

/** Cuts a held shard into shards of one object each and completes its job. @returns whether the lease held */
export async function cutIntoSingles(
  trx: Trx,
  queue: Queue,
  shard: LeasedShard,
): Promise<boolean> {
  if (!await completeJob(trx, shard)) return false;
  await cutOut(trx, queue, shard, shard.refs);
  await trx.deleteFrom("shards").where("id", "=", shard.id).execute();
  return true;
}

/** Moves refs of a held shard into shards of one object each, which have lost no holder yet. */
export async function cutOut(
  trx: Trx,
  queue: Queue,
  shard: LeasedShard,
  refs: readonly PlannedRef[],
): Promise<void> {
  for (const batch of batches(refs)) {
    const singles = batch.map((ref) => ({
      id: crypto.randomUUID() as string,
      objectId: objectId(shard.scope, ref.key, ref.etag),
    }));
    await sql`
      with cut as (
        update planned_refs p set shard_id = r.shard_id
        from unnest(${singles.map((one) => one.objectId)}::uuid[],
          ${singles.map((one) => one.id)}::uuid[]) as r(object_id, shard_id)
        where p.object_id = r.object_id
        returning p.shard_id
      )
      insert into shards (id, object_count, scope, source_url, lane, alerts_from, backfill_id)
      select shard_id, 1, ${shard.scope}, ${shard.sourceUrl}, ${shard.lane},
        ${alertsFrom(shard.suppress)}::timestamptz, ${shard.backfillId}::uuid from cut`.execute(
      trx,
    );
    await queue.enqueue(shard.lane, singles);
  }
}
