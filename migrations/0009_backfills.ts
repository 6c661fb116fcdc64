/**
 * Backfills and their plans: which key ranges one covers and how far each is listed, so that one that was
 * interrupted goes on there. A shard carries which alerts of it are suppressed (those of events before
 * `alerts_from`, whoever reads it) and whose it is; an alert, which backfill found it. A ref that is read
 * `again` has a row in the ledger already, which its commit replaces; what an interrupted one read again is
 * known by the ledger's `done_at`, which is not before the backfill's `started_at`.
 */
export const BACKFILLS: readonly string[] = [
  `create table backfills (
    id uuid primary key,
    started_at timestamptz not null default now(),
    planned_at timestamptz,
    finished_at timestamptz,
    again boolean not null,
    what text not null
  )`,
  `create table backfill_ranges (
    backfill_id uuid not null,
    place bigint generated always as identity,
    day_from timestamptz,
    day_to timestamptz,
    is_listed boolean not null default false,
    kind text not null check (kind in ('keys', 'level')),
    prefix text not null,
    listed_until text,
    primary key (backfill_id, place)
  )`,
  `create index backfill_ranges_open on backfill_ranges (backfill_id, day_from nulls first, place)
    where not is_listed`,
  `alter table shards add column alerts_from timestamptz not null default '-infinity'`,
  `alter table shards add column backfill_id uuid`,
  `create index shards_backfill on shards (backfill_id) where backfill_id is not null`,
  `alter table planned_refs add column again boolean not null default false`,
  `alter table alerts add column backfill_id uuid`,
  `create index alerts_backfill on alerts (backfill_id) where backfill_id is not null`,
];
