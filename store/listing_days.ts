import { sql } from "kysely";
import { DAY_MS } from "../core/hours.ts";
import type { Trx } from "./database.ts";
import { dayNumber, dayPrefix, instant } from "./listing_rows.ts";
import type { NodeChange } from "./listing_types.ts";

/** Stores days of a base that was listed, see {@linkcode NodeChange}. @returns their ids */
export async function storeDays(
  trx: Trx,
  { node, days, newestMs, isMixed }: Extract<NodeChange, { kind: "days" }>,
  nowMs: number,
): Promise<number[]> {
  const { rows } = await sql<{ id: number | string }>`
    insert into listing_nodes as n (kind, parent_id, scope, prefix, account, service, region, day,
      due_at, visited_at, active_at, watermark, key_count)
    select 'day', b.id, b.scope, ${dayPrefix("b.prefix", "d.day")}, b.account, b.service, b.region,
      d.day, to_timestamp(d.due / 1000), ${instant(nowMs)}, b.active_at, d.watermark, d.keys
    from listing_nodes b, unnest(${days.map((day) => day.dayMs / DAY_MS)}::int[],
      ${days.map((day) => day.dueAt)}::float8[], ${days.map((day) => day.watermark)}::text[],
      ${days.map((day) => day.keyCount)}::int[]) as d(day, due, watermark, keys)
    where b.id = ${node.baseId} and exists (select from listing_nodes h
      where h.id = ${node.id} and h.claim = ${node.claim})
    on conflict (scope, prefix, kind, start_key) do update set
      watermark = greatest(n.watermark, excluded.watermark),
      key_count = greatest(n.key_count, excluded.key_count),
      visited_at = greatest(n.visited_at, excluded.visited_at),
      due_at = case when n.due_at = '-infinity' then excluded.due_at else n.due_at end
    returning n.id`.execute(trx);
  if (newestMs !== null) {
    await sql`update listing_nodes set newest_day = greatest(newest_day, ${dayNumber(newestMs)})
      where id = ${node.id} and claim = ${node.claim}`.execute(trx);
  }
  if (isMixed) {
    await sql`insert into listing_nodes (kind, scope, prefix, account, service, region, active_at)
      select 'folder', b.scope, b.prefix, b.account, b.service, b.region, ${instant(nowMs)}
      from listing_nodes b where b.id = ${node.baseId} and exists (select from listing_nodes h
        where h.id = ${node.id} and h.claim = ${node.claim})
      on conflict do nothing`.execute(trx);
  }
  return rows.map((row) => Number(row.id));
}

/** Turns a base or a folder into a flat prefix, as visited now. */
export async function flatten(
  trx: Trx,
  { node }: Extract<NodeChange, { kind: "flatten" }>,
  nowMs: number,
): Promise<void> {
  const { rows: [taken] } = await sql<{ id: number | string; scope: string; prefix: string }>`
    select b.id, b.scope, b.prefix from listing_nodes b where b.id = ${node.baseId ?? node.id}
      and b.kind in ('base', 'folder') and exists (select from listing_nodes h
        where h.id = ${node.id} and h.claim = ${node.claim}) for update`.execute(trx);
  if (taken !== undefined) {
    // It stands for all below it from now on, the level of the same prefix and what that led to among them.
    await sql`delete from listing_nodes n where n.scope = ${taken.scope} and n.id <> ${taken.id}
      and starts_with(n.prefix, ${taken.prefix})
      and (n.kind <> 'range' or n.parent_id <> ${taken.id})`.execute(trx);
    await sql`update listing_nodes set kind = 'flat', watermark = '', claimed_by = null,
        failures = 0, error = '', visited_at = ${instant(nowMs)}, due_at = ${instant(nowMs)}
      where id = ${taken.id}`.execute(trx);
  }
  if (node.kind === "range") {
    await sql`delete from listing_nodes where id = ${node.id} and claim = ${node.claim}`.execute(
      trx,
    );
  }
}
