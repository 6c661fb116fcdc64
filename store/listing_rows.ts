import { sql } from "kysely";
import { DAY_MS } from "../core/hours.ts";
import { isAlive } from "./replica.ts";
import type { ListingKind, ListingNode, ListingPass } from "./listing_types.ts";

/** A row of `listing_nodes` as it is read. */
export interface NodeRow {
  readonly id: number | string;
  readonly claim: number;
  readonly kind: ListingKind;
  readonly parent_id: number | string | null;
  readonly prefix: string;
  readonly start_key: string;
  readonly end_key: string;
  readonly watermark: string;
  readonly day: number | null;
  readonly since_day: number | null;
  readonly active_ms: number;
  readonly failures: number;
  readonly key_count: number;
  readonly dated: boolean | null;
  readonly listed: boolean;
}

/** SQL: the columns of {@linkcode NodeRow}, of the table or alias `n`. */
export const NODE_COLUMNS =
  sql`n.id, n.claim, n.kind, n.parent_id, n.prefix, n.start_key, n.end_key,
  n.watermark, n.day, n.since_day, n.failures, n.key_count,
  (select p.kind = 'base' from listing_nodes p where p.id = n.parent_id) as dated,
  case n.kind when 'base' then n.newest_day is not null else n.visited_at > '-infinity' end as listed,
  extract(epoch from n.active_at)::float8 * 1000 as active_ms`;

/** A row as the coordinator sees it. */
export function toNode(row: NodeRow): ListingNode {
  return {
    id: Number(row.id),
    claim: row.claim,
    kind: row.kind,
    parentId: row.parent_id === null ? null : Number(row.parent_id),
    prefix: row.prefix,
    startKey: row.start_key,
    endKey: row.end_key,
    watermark: row.watermark,
    dayMs: row.day === null ? null : row.day * DAY_MS,
    sinceMs: row.since_day === null || row.since_day <= 0 ? null : row.since_day * DAY_MS,
    isListed: row.listed,
    activeAt: row.active_ms,
    failures: row.failures,
    keyCount: row.key_count,
    baseId: row.kind === "base" ? Number(row.id) : row.dated ? Number(row.parent_id) : null,
  };
}

/** SQL: an instant given in ms since the epoch, infinite ones included. */
export function instant(ms: number) {
  return sql`to_timestamp(${ms}::float8 / 1000)`;
}

/** Days since 1970-01-01 of a day's start; 0 for none, which is before every day that has objects. */
export function dayNumber(dayMs: number | null): number {
  return dayMs === null ? 0 : Math.floor(dayMs / DAY_MS);
}

/** SQL: the prefix of a day below a base. */
export function dayPrefix(base: string, day: string) {
  return sql`${sql.ref(base)} || to_char(date '1970-01-01' + ${sql.ref(day)}, 'YYYY/MM/DD/')`;
}

/** SQL: whether node `n` belongs to the source and to what the pass reads of it. */
export function belongsTo(pass: ListingPass) {
  const { accounts, regions } = pass;
  const named = accounts.length > 0 || regions.length > 0;
  return sql`n.scope = ${pass.scope} and starts_with(n.prefix, ${pass.prefix})
    and (${accounts.length === 0} or n.account is null or n.account = any(${[...accounts]}::text[]))
    and (${regions.length === 0} or n.region is null or n.region = any(${[...regions]}::text[]))
    and (${!named} or n.service is null or starts_with(n.service, 'CloudTrail'))
    and (n.day is null or n.day >= ${dayNumber(pass.sinceMs)})
    and (n.kind <> 'range' or n.end_key = '' or ${pass.sinceMs === null}
      or n.end_key > n.prefix || to_char(date '1970-01-01' + ${
    dayNumber(pass.sinceMs)
  }::int, 'YYYY/MM/DD'))`;
}

/** SQL: whether node `n` is to be visited by the pass, whoever holds it. */
export function isDue(pass: ListingPass, nowMs: number) {
  // With everything listed, a base lists its days.
  const due = pass.full ? sql`n.kind <> 'day'` : sql`n.due_at <= ${instant(nowMs)}`;
  return sql`${due} and n.visited_at <= ${instant(pass.freshMs)}
    and (n.failures = 0 or n.due_at <= ${instant(nowMs)})`;
}

/** SQL: whether nobody who lives holds node `n`. */
export const IS_FREE = sql`(n.claimed_by is null or not ${isAlive("n.claimed_by")})`;
