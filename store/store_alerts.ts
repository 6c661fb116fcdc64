import { sql } from "kysely";
import { relieveMemory } from "../core/collect_garbage.ts";
import type { Alert } from "../core/types.ts";
import { storePieces } from "./alert_pieces.ts";
import { batches, cleanText } from "./columns.ts";
import type { Trx } from "./database.ts";
import type { ShardResult } from "./types.ts";

/**
 * Stores the alerts whose ids are new, with one delivery for each sink. Of an id that is stored already
 * nothing changes: the first one wins. An alert that no sink waits for is stored as suppressed.
 */
export async function storeAlerts(
  trx: Trx,
  { alerts, sinks, suppress }: Pick<ShardResult, "alerts" | "sinks" | "suppress">,
  backfillId: string | null,
): Promise<{ readonly raised: number; readonly suppressed: number }> {
  const stateOf = (alert: Alert) =>
    suppress.all || sinks.length === 0 ||
      (suppress.beforeMs !== null && alert.eventTimeMs < suppress.beforeMs)
      ? "suppressed"
      : "open";
  const all = batches(alerts, (alert) => alert.payload);
  let some = nextOf(all);
  if (some === undefined) return { raised: 0, suppressed: 0 };
  let following = nextOf(all);
  await waitForTurn(trx, { isShared: following === undefined });
  let raised = 0;
  let suppressed = 0;
  while (some !== undefined) {
    // One order for all, so that two commits with the same alerts wait for each other instead of both.
    const batch = some.toSorted((a, b) => (a.alertId < b.alertId ? -1 : 1));
    const { rows: [counts] } = await sql<{ raised: number; suppressed: number; long: string[] }>`
      with raised as (
        insert into alerts (alert_id, event_time, state, rule_id, level, dedup_key, event_id, payload,
          event_pieces, backfill_id)
        select r.alert_id, to_timestamp(r.event_ms / 1000), r.state, r.rule_id, r.level, r.dedup_key,
          r.event_id, r.payload, r.event_pieces, ${backfillId}::uuid
        from unnest(
          ${batch.map((alert) => alert.alertId)}::text[],
          ${batch.map((alert) => alert.eventTimeMs)}::float8[],
          ${batch.map(stateOf)}::text[],
          ${batch.map((alert) => cleanText(alert.ruleId))}::text[],
          ${batch.map((alert) => alert.level)}::text[],
          ${batch.map((alert) => cleanText(alert.dedupKey))}::text[],
          ${batch.map((alert) => cleanText(alert.eventId))}::text[],
          ${batch.map((alert) => cleanText(alert.payload))}::text[],
          ${batch.map((alert) => alert.eventPieces?.length ?? 0)}::integer[]
        ) as r(alert_id, event_ms, state, rule_id, level, dedup_key, event_id, payload, event_pieces)
        on conflict do nothing
        returning alert_id, state, event_pieces
      ), waiting as (
        insert into deliveries (alert_id, sink)
        select raised.alert_id, sink from raised, unnest(${[...sinks]}::text[]) as s(sink)
        where state = 'open'
      )
      select count(*)::int as raised,
        (count(*) filter (where state = 'suppressed'))::int as suppressed,
        coalesce(array_agg(alert_id order by alert_id) filter (where event_pieces > 0), '{}') as long
      from raised`.execute(trx);
    for (const id of counts.long) {
      await storePieces(trx, id, batch.find((alert) => alert.alertId === id)!.eventPieces!);
    }
    raised += counts.raised;
    suppressed += counts.suppressed;
    // A shard's alerts may be all of its events: what their statements leave comes to 200 MB.
    relieveMemory();
    some = following;
    following = nextOf(all);
  }
  return { raised, suppressed };
}

function nextOf<T>(values: Iterator<T>): T | undefined {
  const { done, value } = values.next();
  return done === true ? undefined : value;
}

/** Names the turns of storing alerts among advisory locks: any number will do that is taken for nothing else. */
const ALERTS_TURN = 6083217746190452n;

/**
 * Waits until alerts may be stored, to the end of the transaction. Commits with one batch of alerts store beside each
 * other; one with several stores alone. Without that, two that have the same alerts in different batches take rows
 * from each other: Postgres sees it after a second and ends one, which meets the same again in its next attempt.
 */
async function waitForTurn(trx: Trx, { isShared }: { isShared: boolean }): Promise<void> {
  const lock = sql.raw(isShared ? "pg_advisory_xact_lock_shared" : "pg_advisory_xact_lock");
  await sql`select ${lock}(${ALERTS_TURN}::bigint)`.execute(trx);
}
