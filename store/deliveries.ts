/**
 * The outbox. A delivery waits, is being attempted, and ends as delivered or undelivered; after an attempt
 * that failed for now it waits again. An alert is open until every one of its deliveries has ended.
 */
import { sql } from "kysely";
import { LIMITS } from "../core/limits.ts";
import { errorText } from "./columns.ts";
import type { Database, Trx } from "./database.ts";
import { deadAt, isAlive } from "./replica.ts";
import type { DeliveryEnd, PendingDelivery, Store } from "./types.ts";

/**
 * How long an attempt may last before another replica takes it for lost: a batch against a sink that only
 * runs into time-outs is cut off by its holder after a few of them.
 */
const ATTEMPT_LEASE_MS = 20 * LIMITS.deliveryTimeoutMs;

const GIVEN_UP_AT_ONCE = 1000;

/** See {@linkcode Store.takeDeliveries}. */
export async function takeDeliveries(
  database: Database,
  replicaId: string,
  sink: string,
  limit: number,
): Promise<readonly PendingDelivery[]> {
  return await database.transact("take deliveries", async (trx) => {
    await goByIndexes(trx);
    const { rows } = await sql<PendingDelivery>`
      with due as (
        select alert_id, next_at as due_at from deliveries
        where sink = ${sink} and state in ('waiting', 'attempting')
          -- No attempt waits longer: what comes later in the index need not be looked at.
          and next_at <= now() + ${ATTEMPT_LEASE_MS} * interval '1 ms'
          and (next_at <= now() or (state = 'attempting' and not ${isAlive("attempted_by")}))
        order by next_at, alert_id limit ${limit} for update skip locked
      ), taken as (
        update deliveries d set state = 'attempting', attempts = d.attempts + 1,
          maybe_sent = d.maybe_sent or d.state = 'attempting', attempted_by = ${replicaId}::uuid,
          next_at = now() + ${ATTEMPT_LEASE_MS} * interval '1 ms'
        from due where d.alert_id = due.alert_id and d.sink = ${sink}
        returning d.alert_id, d.sink, d.attempts - 1 as attempts, d.maybe_sent, due.due_at
      )
      select t.alert_id as "alertId", t.sink, a.payload, a.event_pieces as "eventPieces", a.level, a.dedup_key as "dedupKey",
        t.attempts, t.maybe_sent as "maybeSent"
      from taken t join alerts a on a.alert_id = t.alert_id
      order by t.due_at, t.alert_id`.execute(trx);
    return rows;
  }, {
    // Attempts whose taker does not know of them would wait for the end of their lease.
    wasApplied: async (rows) => rows.length > 0 && await isAttempting(database, replicaId, rows[0]),
  });
}

/**
 * Has a transaction find each row by its key, and what is due in the order of its index. What the planner knows of an
 * outbox is never true for long: taking few rows for open, it read and sorted all of them for each batch.
 */
async function goByIndexes(trx: Trx): Promise<void> {
  await sql`select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
    set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`
    .execute(trx);
}

/** Whether a delivery is in this replica's hands. */
async function isAttempting(
  database: Database,
  replicaId: string,
  { alertId, sink }: Pick<PendingDelivery, "alertId" | "sink">,
): Promise<boolean> {
  const { rows } = await sql`select 1 from deliveries
    where alert_id = ${alertId} and sink = ${sink} and state = 'attempting'
      and attempted_by = ${replicaId}::uuid`.execute(database.db);
  return rows.length === 1;
}

/** See {@linkcode Store.endDeliveries}. */
export async function endDeliveries(
  database: Database,
  replicaId: string,
  ends: readonly DeliveryEnd[],
): ReturnType<Store["endDeliveries"]> {
  if (ends.length === 0) return { delivered: 0, undelivered: 0 };
  return await database.transact("record deliveries", async (trx) => {
    await goByIndexes(trx);
    const ids = [...new Set(ends.map((end) => end.alertId))].sort();
    // Two replicas that end two sinks of one alert must see each other, or neither would settle it.
    await sql`select 1 from alerts where alert_id = any(${ids}::text[]) order by alert_id for update`
      .execute(trx);
    await sql`
      with held as materialized (
        select e.* from unnest(
          ${ends.map((end) => end.alertId)}::text[],
          ${ends.map((end) => end.sink)}::text[],
          ${ends.map((end) => end.kind)}::text[],
          ${ends.map((end) => errorText(end.reason))}::text[],
          ${ends.map((end) => end.kind === "later" ? end.retryAfterMs : 0)}::float8[]
        ) as e(alert_id, sink, kind, reason, retry_ms), lateral (
          select state, attempted_by from deliveries
          where alert_id = e.alert_id and sink = e.sink offset 0 for update
        ) as d
        where d.state = 'attempting' and d.attempted_by = ${replicaId}::uuid
      ), ended as (
        update deliveries d set
          state = case when e.kind <> 'later' then e.kind
            when d.attempts >= ${LIMITS.deliveryAttemptsMax} then 'undelivered' else 'waiting' end,
          next_at = now() + e.retry_ms * interval '1 ms',
          last_error = e.reason
        from held e where d.alert_id = e.alert_id and d.sink = e.sink
        returning d.alert_id, d.sink, d.state, d.attempts, d.last_error
      )
      insert into dead_letters (kind, stage, reason, attempts, alert_id, sink)
      select 'delivery', 'deliver', last_error, attempts, alert_id, sink from ended
      where state = 'undelivered' order by alert_id, sink`.execute(trx);
    return await settleAlerts(trx, ids);
  }, {
    // Done twice it changes nothing, but would count nothing either.
    wasApplied: async () => !await isAttempting(database, replicaId, ends[0]),
  });
}

/** See {@linkcode DeadLetterStore.giveUpDeliveries}. */
export async function giveUpDeliveries(database: Database, sink: string): Promise<number> {
  return await database.transact("give up deliveries", async (trx) => {
    await goByIndexes(trx);
    const { rows } = await sql<{ alert_id: string }>`
      select alert_id from deliveries where sink = ${sink} and state in ('waiting', 'attempting')
      order by alert_id limit ${GIVEN_UP_AT_ONCE}`.execute(trx);
    const ids = rows.map((row) => row.alert_id);
    // Alerts before deliveries, in one order, as where attempts end.
    await sql`select 1 from alerts where alert_id = any(${ids}::text[]) order by alert_id for update`
      .execute(trx);
    const { numAffectedRows } = await sql`update deliveries set state = 'undelivered'
      where sink = ${sink} and alert_id = any(${ids}::text[]) and state in ('waiting', 'attempting')`
      .execute(trx);
    await settleAlerts(trx, ids);
    return Number(numAffectedRows);
  });
}

/** Ends alerts whose deliveries have all ended; in a subquery for each, which no planner joins otherwise. */
async function settleAlerts(trx: Trx, ids: readonly string[]): ReturnType<Store["endDeliveries"]> {
  const { rows: [counts] } = await sql<{ delivered: number; undelivered: number }>`
    with ended as materialized (
      select alert_id, (
        select case when bool_and(d.state = 'delivered') then 'delivered'
          when bool_and(d.state in ('delivered', 'undelivered')) then 'undelivered' end
        from deliveries d where d.alert_id = i.alert_id
      ) as state
      from unnest(${ids}::text[]) as i(alert_id)
    ), settled as (
      update alerts a set state = e.state
      from ended e where a.alert_id = e.alert_id and a.state = 'open' and e.state is not null
      returning a.state
    )
    select (count(*) filter (where state = 'delivered'))::int as delivered,
      (count(*) filter (where state = 'undelivered'))::int as undelivered
    from settled`.execute(trx);
  return counts;
}

/** See {@linkcode Store.openAlerts}. */
export async function openAlerts(database: Database): Promise<number> {
  const row = await database.query(
    "count open alerts",
    (db) =>
      db.selectFrom("alerts").select((eb) => eb.fn.countAll().as("count"))
        .where("state", "=", sql.lit("open")).executeTakeFirstOrThrow(),
  );
  return Number(row.count);
}

/** See {@linkcode Store.waitingSinks}. */
export async function waitingSinks(database: Database): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query(
    "count waiting deliveries",
    (db) =>
      sql<{ sink: string; count: number }>`
      select sink, count(*)::int as count from deliveries
      where state in ('waiting', 'attempting') group by sink order by sink`.execute(db),
  );
  return new Map(rows.map((row) => [row.sink, row.count]));
}

/** See {@linkcode Store.nextDeliveryMs}. */
export async function nextDeliveryMs(
  database: Database,
  sinks: readonly string[],
): Promise<number | null> {
  const { rows: [row] } = await database.query(
    "look up the next delivery",
    (db) =>
      sql<{ ms: number | null }>`
      select extract(epoch from min(
          case when state = 'attempting' then least(next_at, ${
        deadAt("attempted_by")
      }) else next_at end
        ) - now())::float8 * 1000 as ms from deliveries
      where sink = any(${[...sinks]}::text[]) and state in ('waiting', 'attempting')`.execute(db),
  );
  return row.ms;
}
