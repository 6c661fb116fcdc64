/** New nodes: what levels, bases and long listings lead to. */
import { sql } from "kysely";
import { batches } from "./columns.ts";
import type { Database } from "./database.ts";
import { dayNumber, instant } from "./listing_rows.ts";
import type { ListingNode, ListingPass, NewPlace } from "./listing_types.ts";

/** See {@linkcode ListingStore.addFolders}. */
export async function addFolders(
  database: Database,
  scope: string,
  places: readonly NewPlace[],
  nowMs: number,
): Promise<number> {
  let added = 0;
  for (const batch of batches(places)) {
    const { numAffectedRows } = await database.query("store new folders", (db) =>
      sql`
      insert into listing_nodes (kind, scope, prefix, account, service, region, active_at)
      select 'folder', ${scope}, p.prefix, p.account, p.service, p.region, ${instant(nowMs)}
      from unnest(${batch.map((one) => one.prefix)}::text[], ${
        batch.map((one) => one.account)
      }::text[], ${batch.map((one) => one.service)}::text[], ${
        batch.map((one) => one.region)
      }::text[]) as p(prefix, account, service, region)
      where not exists (select from listing_nodes n where n.scope = ${scope}
        and n.prefix = p.prefix collate "C" and n.kind in ('folder', 'flat', 'base'))
      on conflict do nothing`.execute(db));
    added += Number(numAffectedRows);
  }
  return added;
}

/** See {@linkcode ListingStore.addBase}. */
export async function addBase(
  database: Database,
  { scope, sinceMs }: ListingPass,
  { prefix, account, service, region }: NewPlace,
  nowMs: number,
  { replaces }: { readonly replaces: ListingNode | null },
): Promise<boolean> {
  return await database.transact("store a base", async (trx) => {
    const { numAffectedRows } = await sql`
      insert into listing_nodes (kind, scope, prefix, account, service, region, since_day, active_at)
      select 'base', ${scope}, ${prefix}, ${account}, ${service}, ${region},
        ${dayNumber(sinceMs)}, ${instant(nowMs)}
      where not exists (select from listing_nodes where scope = ${scope} and prefix = ${prefix}
        and kind = 'flat')
      on conflict do nothing`.execute(trx);
    if (replaces !== null) {
      await sql`delete from listing_nodes where id = ${replaces.id} and claim = ${replaces.claim}`
        .execute(trx);
    }
    return Number(numAffectedRows) > 0;
  });
}

/** See {@linkcode ListingStore.makeFlat}. */
export async function makeFlat(
  database: Database,
  { scope }: ListingPass,
  node: ListingNode,
): Promise<void> {
  await database.transact("make a prefix flat", async (trx) => {
    await sql`delete from listing_nodes where scope = ${scope} and id <> ${node.id}
      and starts_with(prefix, ${node.prefix})`.execute(trx);
    await sql`update listing_nodes set kind = 'flat', watermark = '', due_at = '-infinity',
        visited_at = '-infinity', claimed_by = null, failures = 0, error = ''
      where id = ${node.id} and claim = ${node.claim}`.execute(trx);
  });
}

/** See {@linkcode ListingStore.addRanges}. */
export async function addRanges(
  database: Database,
  node: ListingNode,
  ranges: readonly { readonly startKey: string; readonly endKey: string }[],
  nowMs: number,
): Promise<void> {
  await database.query("store key ranges", (db) =>
    sql`
    insert into listing_nodes (kind, parent_id, scope, prefix, account, service, region,
      start_key, end_key, active_at)
    select 'range', coalesce(${
      node.kind === "range" ? node.parentId : null
    }::bigint, n.id), n.scope,
      n.prefix, n.account, n.service, n.region, r.start_key, r.end_key, ${instant(nowMs)}
    from listing_nodes n, unnest(${ranges.map((range) => range.startKey)}::text[],
      ${ranges.map((range) => range.endKey)}::text[]) as r(start_key, end_key)
    where n.id = ${node.id} and n.claim = ${node.claim}
    on conflict do nothing`.execute(db));
}
