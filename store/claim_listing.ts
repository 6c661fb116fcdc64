import { sql } from "kysely";
import type { Database } from "./database.ts";
import {
  belongsTo,
  dayNumber,
  instant,
  IS_FREE,
  isDue,
  NODE_COLUMNS,
  type NodeRow,
  toNode,
} from "./listing_rows.ts";
import { isAlive } from "./replica.ts";
import type { FailingNode, ListingNode, ListingPass, ListingStore } from "./listing_types.ts";

/** SQL: whether node `n` may be claimed now. One whose ranges are not done yet may not. */
function isClaimable(pass: ListingPass, nowMs: number, skip: readonly number[]) {
  return sql`${belongsTo(pass)} and ${isDue(pass, nowMs)} and ${IS_FREE}
    and n.id <> all(${[...skip]}::bigint[])
    and (n.kind in ('day', 'range')
      or not exists (select from listing_nodes r where r.parent_id = n.id and r.kind = 'range'))`;
}

/**
 * SQL: of a base that was never listed to its end, days that its holder does not want are left to who does. That is
 * settled with the claim: the base may have been found, or given back, after the holder's pass began.
 */
function shorten(pass: ListingPass) {
  const since = dayNumber(pass.sinceMs);
  const isShortened = sql`n.kind = 'base' and n.newest_day is null and n.since_day < ${since}::int`;
  return sql`since_day = case when ${isShortened} then ${since}::int else n.since_day end,
    watermark = case when ${isShortened} and n.watermark <=
        n.prefix || to_char(date '1970-01-01' + ${since}::int, 'YYYY/MM/DD')
      then '' else n.watermark end`;
}

/** See {@linkcode ListingStore.claim}. */
export async function claimListing(
  database: Database,
  replicaId: string,
  pass: ListingPass,
  nowMs: number,
  { limit, skip, followed = false }: Parameters<ListingStore["claim"]>[2],
): Promise<readonly ListingNode[]> {
  const isMeant = followed
    ? sql`and (n.visited_at > '-infinity' or n.kind in ('folder', 'day'))`
    : sql``;
  // Each order has an index.
  const order = sql.ref(pass.full ? "n.visited_at" : "n.due_at");
  return await database.transact("claim listings", async (trx) => {
    const { rows } = await sql<NodeRow>`
    with due as (
      select n.id from listing_nodes n
      where ${isClaimable(pass, nowMs, skip)} ${isMeant}
      order by ${order}, n.id limit ${limit} for update of n skip locked
    )
    update listing_nodes n set claimed_by = ${replicaId}::uuid, claim = n.claim + 1, ${
      shorten(pass)
    }
    from due where n.id = due.id
    returning ${NODE_COLUMNS}`.execute(trx);
    return rows.map(toNode);
  }, {
    // Nodes whose claimer does not know of them would be visited by nobody while it lives.
    wasApplied: async (nodes) => nodes.length > 0 && await isHeld(database, replicaId, nodes[0]),
  });
}

/** Whether a replica holds a node by this very claim. */
async function isHeld(
  database: Database,
  replicaId: string,
  { id, claim }: ListingNode,
): Promise<boolean> {
  const { rows } = await sql`select 1 from listing_nodes
    where id = ${id} and claim = ${claim} and claimed_by = ${replicaId}::uuid`.execute(database.db);
  return rows.length === 1;
}

/** See {@linkcode ListingStore.outlook}. */
export async function listingOutlook(
  database: Database,
  replicaId: string,
  pass: ListingPass,
  nowMs: number,
  { silentSinceMs, skip }: { readonly silentSinceMs: number; readonly skip: readonly number[] },
): ReturnType<ListingStore["outlook"]> {
  const { rows: [row] } = await database.query(
    "look for listings to come",
    (db) =>
      sql<{ retry: number | null; free: boolean; held: number; silent: number }>`
    select (select extract(epoch from min(n.due_at))::float8 * 1000 from listing_nodes n
        where ${belongsTo(pass)} and n.failures > 0 and n.due_at > ${instant(nowMs)}) as retry,
      exists (select from listing_nodes n where ${isClaimable(pass, nowMs, skip)}) as free,
      count(*)::int as held,
      (count(*) filter (where holder.heartbeat_at < ${instant(silentSinceMs)}))::int as silent
    from listing_nodes n join replicas holder on holder.id = n.claimed_by
    where ${belongsTo(pass)} and ${isDue(pass, nowMs)} and n.claimed_by <> ${replicaId}::uuid
      and ${isAlive("n.claimed_by")}`.execute(db),
  );
  return {
    isDue: row.free,
    nextRetryAt: row.retry,
    heldByOthers: row.held,
    heldSilently: row.silent,
  };
}

/** See {@linkcode ListingStore.failing}. */
export async function failingListings(
  database: Database,
  pass: ListingPass,
  limit: number,
): ReturnType<ListingStore["failing"]> {
  const { rows } = await database.query(
    "look for failing listings",
    (db) =>
      sql<FailingNode & { total: number }>`
    select n.prefix, n.error, n.failures, (count(*) over ())::int as total from listing_nodes n
    where ${belongsTo(pass)} and n.failures > 0 order by n.prefix limit ${limit}`.execute(db),
  );
  return {
    count: rows[0]?.total ?? 0,
    nodes: rows.map(({ prefix, error, failures }) => ({ prefix, error, failures })),
  };
}
