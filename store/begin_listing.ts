import { sql } from "kysely";
import { LIMITS } from "../core/limits.ts";
import type { Database, Trx } from "./database.ts";
import { belongsTo, dayNumber, dayPrefix, instant } from "./listing_rows.ts";
import type { ListingPass, ListingStore } from "./listing_types.ts";

const CLOSED_MS = LIMITS.listClosedDaysMs;

/** See {@linkcode ListingStore.begin}. */
export async function beginListing(
  database: Database,
  pass: ListingPass,
  nowMs: number,
): ReturnType<ListingStore["begin"]> {
  return await database.transact("begin a listing", async (trx) => {
    await makeRoot(trx, pass, nowMs);
    await reopen(trx, pass, nowMs);
    await makeNewDays(trx, pass, nowMs);
    // One look for each kind, since each has an index that answers it.
    const { rows: [{ first }] } = await sql<{ first: boolean }>`
      select exists (select from listing_nodes n where n.kind = 'range' and ${belongsTo(pass)})
        or exists (select from listing_nodes n
          where n.kind = 'base' and n.newest_day is null and ${belongsTo(pass)})
        or exists (select from listing_nodes n where n.due_at = '-infinity'
          and n.kind in ('folder', 'flat') and n.visited_at = '-infinity' and ${belongsTo(pass)})
        as first`.execute(trx);
    return { isFirst: first };
  });
}

/** The root is looked at in every pass: it costs one request, and whatever is new begins there. */
async function makeRoot(trx: Trx, { scope, prefix }: ListingPass, nowMs: number): Promise<void> {
  await sql`insert into listing_nodes (kind, scope, prefix, active_at)
    select 'folder', ${scope}, ${prefix}, ${instant(nowMs)}
    where not exists (select from listing_nodes where scope = ${scope} and prefix = ${prefix}
      and kind in ('folder', 'flat', 'base'))
    on conflict do nothing`.execute(trx);
  await sql`update listing_nodes set due_at = least(due_at, ${instant(nowMs)})
    where scope = ${scope} and prefix = ${prefix} and kind = 'folder'`.execute(trx);
}

/** Whoever asks for earlier days than a base was begun with gets them as a range of their own. */
async function reopen(trx: Trx, pass: ListingPass, nowMs: number): Promise<void> {
  const since = dayNumber(pass.sinceMs);
  const { rows } = await sql<{ id: number; was: number }>`
    with old as (select n.id, n.since_day as was from listing_nodes n
      where n.kind = 'base' and n.since_day > ${since} and ${belongsTo(pass)} for update)
    update listing_nodes b set since_day = ${since} from old where b.id = old.id
    returning b.id, old.was`.execute(trx);
  if (rows.length === 0) return;
  const reopened = sql`unnest(${rows.map((row) => Number(row.id))}::bigint[],
    ${rows.map((row) => row.was)}::int[]) as o(id, was)`;
  await sql`insert into listing_nodes (kind, parent_id, scope, prefix, account, service, region,
      start_key, end_key, active_at)
    select 'range', n.id, n.scope, n.prefix, n.account, n.service, n.region,
      ${since <= 0 ? sql`''` : sql`rtrim(${dayPrefix("n.prefix", "n.since_day")}, '/')`},
      rtrim(${dayPrefix("n.prefix", "o.was")}, '/'), ${instant(nowMs)}
    from listing_nodes n join ${reopened} on o.id = n.id
    on conflict (scope, prefix, kind, start_key)
      do update set end_key = greatest(listing_nodes.end_key, excluded.end_key)`.execute(trx);
  // The range lists the last 30 days among them once; late objects are looked for as in any other closed day.
  await sql`insert into listing_nodes (kind, parent_id, scope, prefix, account, service, region,
      day, active_at, visited_at, due_at)
    select 'day', n.id, n.scope, ${dayPrefix("n.prefix", "d.day")}, n.account, n.service, n.region,
      d.day, n.active_at, ${instant(nowMs)},
      least(end_of.last, ${instant(nowMs)} + greatest(interval '1 hour', ${
    instant(nowMs)
  } - end_of.day))
    from listing_nodes n join ${reopened} on o.id = n.id,
      generate_series(greatest(${since}::int, ${
    dayNumber(nowMs - CLOSED_MS)
  }::int), o.was - 1) as d(day),
      lateral (select ${instant(0)} + (d.day + 1) * interval '1 day' as day,
        ${instant(CLOSED_MS)} + (d.day + 1) * interval '1 day' as last) as end_of
    where end_of.last > ${instant(nowMs)}
    on conflict do nothing`.execute(trx);
}

/**
 * The days since the last one that a base has: arithmetic, no listing. A new day is as quick as its base is busy.
 * One that began and ended while nobody looked is visited at least once.
 */
async function makeNewDays(trx: Trx, pass: ListingPass, nowMs: number): Promise<void> {
  const today = dayNumber(nowMs);
  await sql`with old as (select n.id, n.newest_day as was from listing_nodes n
      where n.kind = 'base' and n.newest_day < ${today} and ${belongsTo(pass)} for update),
    turned as (update listing_nodes b set newest_day = ${today} from old where b.id = old.id
      returning b.*, old.was)
    insert into listing_nodes (kind, parent_id, scope, prefix, account, service, region, day, active_at)
    select 'day', t.id, t.scope, ${dayPrefix("t.prefix", "d.day")}, t.account, t.service,
      t.region, d.day, t.active_at
    from turned t, generate_series(t.was + 1, ${today}::int) as d(day)
    on conflict do nothing`.execute(trx);
}
