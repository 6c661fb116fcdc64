import { sql } from "kysely";
import { batches, errorText } from "./columns.ts";
import type { Database, Trx } from "./database.ts";
import { flatten, storeDays } from "./listing_days.ts";
import { instant } from "./listing_rows.ts";
import type { NodeChange } from "./listing_types.ts";

/** See {@linkcode ListingStore.apply}. */
export async function applyChanges(
  database: Database,
  changes: readonly NodeChange[],
  nowMs: number,
): Promise<readonly number[]> {
  const days: number[] = [];
  for (const batch of batches(changes)) {
    const stored = await database.transact("move the marks of a listing", async (trx) => {
      const ids: number[] = [];
      // What was reached is written before what became of the node.
      await moveWatermarks(trx, batch);
      for (const change of batch) {
        if (change.kind === "days") ids.push(...await storeDays(trx, change, nowMs));
      }
      await endVisits(trx, batch, nowMs);
      await removeNodes(trx, batch);
      for (const change of batch) {
        if (change.kind === "flatten") await flatten(trx, change, nowMs);
        if (change.kind === "failed") {
          await sql`update listing_nodes set failures = failures + 1, claimed_by = null,
              error = ${errorText(change.error)}, due_at = ${instant(change.dueAt)}
            where id = ${change.node.id} and claim = ${change.node.claim}`.execute(trx);
        }
      }
      const released = batch.filter((change) => change.kind === "release");
      if (released.length > 0) {
        await sql`update listing_nodes n set claimed_by = null from ${held(released)}
          where n.id = c.id and n.claim = c.claim`.execute(trx);
      }
      return ids;
    });
    for (const id of stored) days.push(id);
  }
  return days;
}

/** SQL: `c(id, claim)`. */
function held(changes: readonly NodeChange[]) {
  return sql`unnest(${changes.map(({ node }) => node.id)}::bigint[],
    ${changes.map(({ node }) => node.claim)}::int[]) as c(id, claim)`;
}

async function moveWatermarks(trx: Trx, changes: readonly NodeChange[]): Promise<void> {
  const last = new Map<number, Extract<NodeChange, { kind: "progress" }>>();
  // Of several steps of one node the last is the farthest.
  for (const change of changes) if (change.kind === "progress") last.set(change.node.id, change);
  if (last.size === 0) return;
  const moved = [...last.values()];
  await sql`update listing_nodes n set watermark = greatest(n.watermark, c.watermark)
    from unnest(${moved.map(({ node }) => node.id)}::bigint[],
      ${moved.map(({ node }) => node.claim)}::int[],
      ${moved.map(({ watermark }) => watermark)}::text[]) as c(id, claim, watermark)
    where n.id = c.id and n.claim = c.claim`.execute(trx);
}

async function endVisits(trx: Trx, changes: readonly NodeChange[], nowMs: number): Promise<void> {
  const ended = changes.filter((change) => change.kind === "end");
  if (ended.length === 0) return;
  await sql`with ended as (
      update listing_nodes n set claimed_by = null, failures = 0, error = '',
        visited_at = ${instant(nowMs)}, due_at = to_timestamp(c.due / 1000),
        active_at = to_timestamp(c.active / 1000), key_count = c.keys,
        watermark = case n.kind when 'day' then greatest(n.watermark, c.watermark) else c.watermark end
      from unnest(${ended.map(({ node }) => node.id)}::bigint[],
        ${ended.map(({ node }) => node.claim)}::int[], ${ended.map((e) => e.dueAt)}::float8[],
        ${ended.map((e) => e.activeAt)}::float8[], ${ended.map((e) => e.keyCount)}::int[],
        ${ended.map((e) => e.watermark)}::text[]) as c(id, claim, due, active, keys, watermark)
      where n.id = c.id and n.claim = c.claim
      returning n.parent_id, n.active_at)
    update listing_nodes b set active_at = greatest(b.active_at, e.active_at)
    from (select parent_id, max(active_at) as active_at from ended group by parent_id) e
    where b.id = e.parent_id and b.active_at < e.active_at`.execute(trx);
}

async function removeNodes(trx: Trx, changes: readonly NodeChange[]): Promise<void> {
  const removed = changes.filter((change) => change.kind === "remove");
  if (removed.length === 0) return;
  await sql`delete from listing_nodes n using ${held(removed)}
    where n.id = c.id and n.claim = c.claim`.execute(trx);
}
