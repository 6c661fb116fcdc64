/**
 * A lease is an active job. pg-boss does not fence: its `complete` and `touch` take anyone who knows the id.
 * So a holder proves itself here by the job's `retry_count`, which grows with each take.
 */
import { type Kysely, sql } from "kysely";
import { TrailsieveError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Database, Trx } from "./database.ts";
import { isOfSources } from "./of_sources.ts";
import { QUEUES } from "./queue.ts";
import type { Tables } from "./tables.ts";
import type { LeasedShard } from "./types.ts";

/** What names a lease. */
export type Lease = Pick<LeasedShard, "id" | "generation" | "lane">;

/** A lease just taken, with what stands in its shard's row. */
export interface TakenShard extends Lease {
  readonly priority: number;
  readonly releases: number;
  readonly scope: string;
  readonly sourceUrl: string;
}

/**
 * Takes the shard whose turn it is, among those of these sources whose time has come: a shard that its taker
 * cannot read would come first again and again. One statement, so that a taker that is stopped half-way holds
 * up nobody. @returns null where there is none
 */
export async function takeJob(
  db: Kysely<Tables>,
  sourceUrls: readonly string[] | undefined,
): Promise<TakenShard | null> {
  const sources = sourceUrls === undefined ? sql`null` : sql`(
    select coalesce(array_agg(distinct t.source_url), '{}') from turns t
    where ${isOfSources("t.source_url", sourceUrls)})`;
  const { rows: [row] } = await sql<TakenShard>`
    select taken_id as id, taken_lane as lane, generation, taken_priority as priority,
      taken_releases as releases, taken_scope as scope, taken_source as "sourceUrl"
    from take_shard(${sources}::text[], ${LIMITS.liveTurnsMax}::int)`.execute(db);
  return row ?? null;
}

/** The error of a result that outlived its lease. */
export function fenced(action: string, state: string): TrailsieveError {
  return new TrailsieveError("fenced", `Cannot ${action}: ${state}`);
}

/**
 * Completes the job if the lease still holds, which also locks the job's row until the transaction ends.
 * @returns whether it held
 */
export async function completeJob(trx: Trx, lease: Lease): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update pgboss.job set state = 'completed', completed_on = now()
    where ${holds(lease)}`.execute(trx);
  return numAffectedRows === 1n;
}

/**
 * Puts the job back into its queue if the lease still holds.
 * @param priority where it stands from now on: below zero it comes after all others
 * @returns whether it held
 */
export async function returnJob(trx: Trx, lease: Lease, priority?: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update pgboss.job
    set state = 'retry', heartbeat_on = null, start_after = now(),
      priority = coalesce(${priority ?? null}::int, priority)
    where ${holds(lease)}`.execute(trx);
  if (numAffectedRows !== 1n) return false;
  if (priority !== undefined) {
    await trx.updateTable("shards").set({ priority }).where("id", "=", lease.id).execute();
  }
  return true;
}

/**
 * Renews the lease. One that ran out may still be renewed as long as nobody else took the shard. pg-boss ends a job
 * 24 h after its start, which would count as a death of a holder that only waits for its lake: so it starts anew.
 * @returns whether it is still ours
 */
export async function renewLease(db: Kysely<Tables>, lease: Lease): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update pgboss.job set heartbeat_on = clock_timestamp(), started_on = clock_timestamp()
    where ${isOurs(lease)}`.execute(db);
  return numAffectedRows === 1n;
}

/**
 * Renews every lease. Only for the embedded database, all of whose leases are this process's, after a transaction that
 * kept their heartbeats waiting.
 */
export async function renewAllLeases(trx: Trx): Promise<void> {
  await sql`update pgboss.job set heartbeat_on = clock_timestamp()
    where state = 'active' and heartbeat_on is not null`.execute(trx);
}

/** Whether the holder of this generation completed the job, for a commit whose answer got lost. */
export async function isCompleted(db: Kysely<Tables>, lease: Lease): Promise<boolean> {
  const { rows } = await sql`
    select 1 from pgboss.job
    where name = ${QUEUES[lease.lane]} and id = ${lease.id} and state = 'completed'
      and retry_count = ${lease.generation}`.execute(db);
  return rows.length === 1;
}

/**
 * Frees every lease, claim and delivery attempt at once. Only for the embedded database at its start, where
 * whoever held them cannot be alive.
 */
export async function freeAllLeases(database: Database): Promise<void> {
  await database.transact("free the leases of the process before", async (trx) => {
    await sql`update pgboss.job set state = 'retry', heartbeat_on = null, start_after = now()
      where state = 'active'`.execute(trx);
    await sql`update hours set claimed_until = '-infinity' where claimed_until > now()`
      .execute(trx);
    await sql`update deliveries set next_at = now() where state = 'attempting'`.execute(trx);
  });
}

function isOurs(lease: Lease) {
  return sql`name = ${QUEUES[lease.lane]} and id = ${lease.id} and state = 'active'
    and retry_count = ${lease.generation}`;
}

/** Time is the database's, and that of the statement: a transaction's `now()` stands still. */
function holds(lease: Lease) {
  return sql`${isOurs(lease)}
    and heartbeat_on + heartbeat_seconds * interval '1s' > clock_timestamp()`;
}
