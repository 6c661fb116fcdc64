/** Small inputs that the cases share. */
import { sql } from "kysely";
import { sha256Hex } from "../../core/ids.ts";
import type { Alert, ObjectRef } from "../../core/types.ts";
import type { LeasedShard, NewPart, ObjectResult, ShardResult, Store } from "../../store/mod.ts";
import { databaseOf } from "./_databases.ts";

export const SCOPE = "s3://trail/";

/** Refs as CloudTrail names them, in the order of their keys. */
export function refsOf(count: number, { from = 0, etag = "a".repeat(32) } = {}): ObjectRef[] {
  return Array.from({ length: count }, (_, i) => ({
    key: "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/111122223333_CloudTrail_eu-west-1_" +
      `20261120T0005Z_${String(from + i).padStart(16, "0")}.json.gz`,
    etag,
    size: 1000 + i,
  }));
}

/** Plans the refs as one shard. @returns how many were planned */
export function enqueue(
  store: Store,
  refs: readonly ObjectRef[],
  lane: "live" | "backfill" = "live",
): Promise<number> {
  return store.enqueueShard({ scope: SCOPE, sourceUrl: `${SCOPE}prefix/`, lane, refs });
}

/** Plans the refs and takes the shard, which must be the only one. */
export async function enqueueAndTake(
  store: Store,
  refs: readonly ObjectRef[],
): Promise<LeasedShard> {
  await enqueue(store, refs);
  const shard = await store.takeShard();
  if (shard === null) throw new Error("no shard could be taken");
  return shard;
}

/** The result of an object that was read: 10 events, 5,000 bytes inflated. */
export function doneResult(ref: ObjectRef): ObjectResult {
  return {
    key: ref.key,
    etag: ref.etag,
    size: ref.size,
    outcome: "done",
    inflatedBytes: 5000,
    eventCount: 10,
    sha256: new Uint8Array(32).fill(7),
    error: null,
  };
}

/** The result of an object that failed for now. */
export function failedResult(ref: ObjectRef, retryAfterMs = 0): ObjectResult {
  return {
    ...doneResult(ref),
    outcome: "failed",
    inflatedBytes: 0,
    eventCount: 0,
    sha256: null,
    error: { stage: "fetch", message: "503 SlowDown" },
    retryAfterMs,
  };
}

/** A shard's result: every object done, but for what is given. */
export function resultOf(
  shard: Pick<LeasedShard, "refs">,
  changes: Partial<ShardResult> = {},
): ShardResult {
  return {
    objects: shard.refs.map(doneResult),
    rejected: [],
    alerts: [],
    parts: [],
    sinks: ["stdout"],
    suppress: { all: false, beforeMs: null },
    ...changes,
  };
}

export function alertOf(name: string, changes: Partial<Alert> = {}): Alert {
  return {
    alertId: sha256Hex(name),
    ruleId: "root-use",
    level: "high",
    dedupKey: "root-use:111122223333:arn",
    eventId: name,
    eventTimeMs: Date.UTC(2026, 10, 20, 6),
    payload: `{"alert_id":"${name}"}`,
    ...changes,
  };
}

/** A part whose rows belong to the hours given, 100 to each. */
export function partOf(name: string, hours: readonly number[]): NewPart {
  return {
    path: `_work/parts/${name}.parquet`,
    bytes: 4096,
    etag: `etag-${name}`,
    hours: hours.map((hourMs, i) => ({ hourMs, rowStart: i * 100, rowCount: 100 })),
  };
}

/** The result of the shard with this index: every object done, one alert, one part. */
export function commitOf(shard: Pick<LeasedShard, "refs">, index: number): ShardResult {
  return resultOf(shard, {
    alerts: [alertOf(`alert-${index}`)],
    parts: [partOf(`part-${index}`, [0])],
  });
}

/** Plans, takes and commits one object with this result. */
export async function commitOne(
  store: Store,
  name: string,
  changes: Partial<ShardResult>,
): Promise<void> {
  const shard = await enqueueAndTake(store, [{ key: name, etag: "e", size: 1 }]);
  await store.commitShard(shard, resultOf(shard, changes));
}

/** Lets every lease run out, as if its holder had fallen silent a minute ago. */
export async function expireLeases(store: Store): Promise<void> {
  await sql`update pgboss.job set heartbeat_on = now() - interval '1 minute' where state = 'active'`
    .execute(databaseOf(store).db);
}

/** Turns the clock of every lease held to so many seconds after its last heartbeat; below zero it lasts longer. */
export async function ageLeases(store: Store, seconds: number): Promise<void> {
  await sql`update pgboss.job set heartbeat_on = clock_timestamp() - ${seconds} * interval '1s'
    where state = 'active'`.execute(databaseOf(store).db);
}

/** How long ago the heartbeat of the only lease was, in seconds. */
export async function leaseAge(store: Store): Promise<number> {
  const { rows } = await sql<{ age: string }>`
    select extract(epoch from clock_timestamp() - heartbeat_on) as age from pgboss.job
    where state = 'active'`.execute(databaseOf(store).db);
  return Number(rows[0].age);
}

/** Takes a shard as soon as there is one; gives up after 15 s. */
export async function takeSoon(store: Store): Promise<LeasedShard> {
  const deadline = performance.now() + 15_000;
  while (performance.now() < deadline) {
    const shard = await store.takeShard();
    if (shard !== null) return shard;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("no shard could be taken for 15 s");
}

/** Takes everything out of the tables, and the jobs out of the queue. */
export async function emptyTables(store: Store): Promise<void> {
  const { db } = databaseOf(store);
  await sql`truncate key_heads, ledger, dead_letters, shards, turns, planned_refs, settings, alerts,
    alert_pieces, deliveries,
    parts, part_hours, hours, lake_files, lake_log, lake_days, backfills,
    backfill_ranges, listing_nodes`.execute(db);
  await sql`delete from pgboss.job`.execute(db);
}

/** What a statement returns, for looking into tables. */
export async function rowsOf(
  store: Store,
  statement: string,
): Promise<readonly Record<string, unknown>[]> {
  return (await sql.raw<Record<string, unknown>>(statement).execute(databaseOf(store).db)).rows;
}

/** Has the schedule of listing go by days below the samples' folder of a region, all of them long closed. */
export async function listByDays(store: Store, scope: string): Promise<void> {
  await rowsOf(
    store,
    `insert into listing_nodes (active_at, kind, scope, prefix, newest_day)
      values (now(), 'base', '${scope}', 'AWSLogs/111122223333/CloudTrail/eu-west-1/', 20000)`,
  );
}
