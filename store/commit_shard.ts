import { sql } from "kysely";
import { LIMITS } from "../core/limits.ts";
import type { Database, Trx } from "./database.ts";
import { type GivenUp, insertDeadLetters } from "./dead_letters.ts";
import { completeJob, fenced, isCompleted, renewAllLeases } from "./lease.ts";
import { insertLedgerRows, type SettledObject } from "./ledger_rows.ts";
import { nameParts } from "./name_parts.ts";
import { objectId } from "./object_id.ts";
import type { Queue } from "./queue.ts";
import { alertsFrom } from "./suppression.ts";
import { replaceSettled } from "./replace_settled.ts";
import { storeAlerts } from "./store_alerts.ts";
import type { CommitCounts, LeasedShard, ObjectResult, ShardResult } from "./types.ts";

/** See {@linkcode Store.commitShard}. */
export async function commitShard(
  database: Database,
  queue: Queue,
  shard: LeasedShard,
  result: ShardResult,
): Promise<CommitCounts> {
  const { settled, retried } = sortResults(shard, result.objects);
  const letters = deadLettersOf(settled, result);
  return await database.transact("commit a shard", async (trx) => {
    const startedAt = performance.now();
    if (!await completeJob(trx, shard)) throw fenced("commit a shard", "its lease is lost");
    if (retried.length > 0) await planAgain(trx, queue, shard, retried);
    await deletePlanned(trx, shard, settled, retried.length);
    const { left, kept } = await replaceSettled(trx, shard, settled);
    const sums = await insertLedgerRows(trx, shard.scope, left);
    if (letters.length > 0) await insertDeadLetters(trx, shard, letters);
    const alerts = await storeAlerts(trx, result, shard.backfillId);
    await nameParts(trx, shard, result.parts);
    // Tens of thousands of alerts hold the one connection for seconds.
    if (database.kind === "pglite" && performance.now() - startedAt > LIMITS.heartbeatMs) {
      await renewAllLeases(trx);
    }
    return {
      done: sums.done,
      skipped: sums.skipped + kept,
      dead: sums.dead,
      retried: retried.length,
      alertsRaised: alerts.raised,
      alertsSuppressed: alerts.suppressed,
      eventsRead: sums.events,
      eventsRejected: result.rejected.reduce((sum, { count = 1 }) => sum + count, 0),
      compressedBytes: sums.compressedBytes,
      inflatedBytes: sums.inflatedBytes,
    };
  }, { wasApplied: () => isCompleted(database.db, shard) });
}

/** Objects that are settled, failed ones at their bound among them as dead, and those to be tried again. */
function sortResults(
  shard: LeasedShard,
  objects: readonly ObjectResult[],
): { readonly settled: SettledObject[]; readonly retried: ObjectResult[] } {
  const before = new Map(shard.refs.map((ref) => [`${ref.key}\0${ref.etag}`, ref.attempts]));
  const settled: SettledObject[] = [];
  const retried: ObjectResult[] = [];
  for (const object of objects) {
    const { key, etag, outcome } = object;
    const attempts = (before.get(`${key}\0${etag}`) ?? 0) + 1;
    if (outcome === "failed" && attempts < LIMITS.objectAttemptsMax) {
      retried.push(object);
    } else {
      const id = objectId(shard.scope, key, etag);
      settled.push({ ...object, id, outcome: outcome === "failed" ? "dead" : outcome, attempts });
    }
  }
  return { settled, retried };
}

function deadLettersOf(settled: readonly SettledObject[], result: ShardResult): GivenUp[] {
  return [
    ...settled.filter((object) => object.outcome === "dead").map((object) => ({
      key: object.key,
      etag: object.etag,
      recordIndex: null,
      stage: object.error?.stage ?? "report",
      reason: object.error?.message ?? "no reason was given",
      recordText: null,
      attempts: object.attempts,
    })),
    ...result.rejected.map((record) => ({
      key: record.key,
      etag: record.etag,
      recordIndex: record.index,
      stage: "parse",
      reason: record.reason,
      recordText: record.text,
      attempts: null,
    })),
  ];
}

/** Moves failed refs into a new shard that starts after the longest of their delays. */
async function planAgain(
  trx: Trx,
  queue: Queue,
  shard: LeasedShard,
  retried: readonly ObjectResult[],
): Promise<void> {
  const id = crypto.randomUUID();
  const { numAffectedRows } = await sql`
    update planned_refs set shard_id = ${id}, attempts = attempts + 1
    where shard_id = ${shard.id} and object_id = any(${
    retried.map((object) => objectId(shard.scope, object.key, object.etag))
  }::uuid[])`.execute(trx);
  if (numAffectedRows !== BigInt(retried.length)) {
    throw fenced("commit a shard", "an object that failed is not planned in it");
  }
  await trx.insertInto("shards").values({
    id,
    object_count: retried.length,
    scope: shard.scope,
    source_url: shard.sourceUrl,
    lane: shard.lane,
    alerts_from: alertsFrom(shard.suppress),
    backfill_id: shard.backfillId,
  }).execute();
  const startAfterMs = Math.max(...retried.map((object) => object.retryAfterMs ?? 0));
  await queue.enqueue(shard.lane, [{ id, startAfterMs }]);
}

/** Deletes the shard and its refs, which must be exactly the settled objects and those that were planned again. */
async function deletePlanned(
  trx: Trx,
  shard: LeasedShard,
  settled: readonly SettledObject[],
  retried: number,
): Promise<void> {
  const { rows: [row] } = await sql<{ object_count: number }>`
    delete from shards where id = ${shard.id} returning object_count`.execute(trx);
  const { numAffectedRows } = await sql`
    delete from planned_refs
    where object_id = any(${settled.map(({ id }) => id)}::uuid[]) and shard_id = ${shard.id}`
    .execute(trx);
  if (numAffectedRows !== BigInt(settled.length)) {
    throw fenced("commit a shard", "an object is not planned in it, or reported twice");
  }
  const unreported = (row?.object_count ?? 0) - retried - settled.length;
  if (unreported !== 0) {
    throw fenced("commit a shard", `${unreported} of its objects were not reported`);
  }
}
