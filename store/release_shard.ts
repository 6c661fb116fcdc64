import { LIMITS } from "../core/limits.ts";
import type { Database, Trx } from "./database.ts";
import { insertDeadLetters } from "./dead_letters.ts";
import { completeJob, isCompleted, returnJob } from "./lease.ts";
import { insertLedgerRows, type SettledObject } from "./ledger_rows.ts";
import { objectId } from "./object_id.ts";
import type { Queue } from "./queue.ts";
import { replaceSettled } from "./replace_settled.ts";
import { cutIntoSingles, cutOut } from "./split_shard.ts";
import { countRelease } from "./take_shard.ts";
import type { LeasedShard } from "./types.ts";

/** See {@linkcode Store.releaseShard}. */
export async function releaseShard(
  database: Database,
  queue: Queue,
  shard: LeasedShard,
  options: { readonly died: boolean; readonly suspect?: string; readonly reason?: string },
): Promise<number> {
  return await database.transact("give back a shard", async (trx) => {
    if (!options.died) {
      if (await returnJob(trx, shard)) await countRelease(trx, shard.id);
      return 0;
    }
    // A lone object at its bound was taken only to be given up: nobody died on it this time.
    const isAtBound = shard.refs.length === 1 && shard.deaths >= LIMITS.objectDeathsMax;
    const deaths = isAtBound ? shard.deaths : shard.deaths + 1;
    if (shard.refs.length > 1) {
      await returnInPieces(trx, queue, shard, deaths, options.suspect);
      return 0;
    }
    if (deaths >= LIMITS.objectDeathsMax) {
      return await giveUp(trx, shard, deaths, options.reason) ? 1 : 0;
    }
    await returnJob(trx, shard, -deaths);
    return 0;
  }, { wasApplied: () => isCompleted(database.db, shard) });
}

async function returnInPieces(
  trx: Trx,
  queue: Queue,
  shard: LeasedShard,
  deaths: number,
  suspect: string | undefined,
): Promise<void> {
  const suspects = shard.refs.filter((ref) => ref.key === suspect);
  const left = shard.refs.length - suspects.length;
  if (deaths >= LIMITS.shardDeathsMax || left === 0) {
    await cutIntoSingles(trx, queue, shard);
    return;
  }
  if (!await returnJob(trx, shard) || suspects.length === 0) return;
  await cutOut(trx, queue, shard, suspects);
  await trx.updateTable("shards").set({ object_count: left }).where("id", "=", shard.id).execute();
}

/** Makes a lone object a dead letter. @returns whether the lease held */
async function giveUp(
  trx: Trx,
  shard: LeasedShard,
  deaths: number,
  reason = "the process that held it ended without a word",
): Promise<boolean> {
  if (!await completeJob(trx, shard)) return false;
  const [ref] = shard.refs;
  const error = {
    // The stage at which a silent worker is noticed; where inside it died, `reason` may say.
    stage: "report" as const,
    message: `${deaths} workers died on this object alone: ${reason}`,
  };
  await trx.deleteFrom("planned_refs").where("shard_id", "=", shard.id).execute();
  await trx.deleteFrom("shards").where("id", "=", shard.id).execute();
  const settled: SettledObject = {
    id: objectId(shard.scope, ref.key, ref.etag),
    key: ref.key,
    etag: ref.etag,
    outcome: "dead",
    size: ref.size,
    inflatedBytes: 0,
    eventCount: 0,
    sha256: null,
    error,
    attempts: ref.attempts + deaths,
  };
  const { left } = await replaceSettled(trx, shard, [settled]);
  await insertLedgerRows(trx, shard.scope, left);
  await insertDeadLetters(trx, shard, [{
    key: ref.key,
    etag: ref.etag,
    recordIndex: null,
    stage: error.stage,
    reason: error.message,
    recordText: null,
    attempts: ref.attempts + deaths,
  }]);
  return true;
}
