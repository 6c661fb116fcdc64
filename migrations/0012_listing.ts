/**
 * What is to be listed of the sources in buckets, and when. A `folder` is one level, a `base` has folders of days
 * below, a `day` is one of them, a `flat` prefix has no days, a `range` is a piece of a base or flat prefix whose
 * first listing is shared. `day`, `since_day` and `newest_day` count days since 1970-01-01; a base without
 * `newest_day` was never listed to its end. Keys are compared as S3 does, by their bytes.
 */
export const LISTING: readonly string[] = [
  `create table listing_nodes (
    id bigint generated always as identity primary key,
    parent_id bigint,
    due_at timestamptz not null default '-infinity',
    visited_at timestamptz not null default '-infinity',
    active_at timestamptz not null,
    claim integer not null default 0,
    failures integer not null default 0,
    key_count integer not null default 0,
    day integer,
    since_day integer,
    newest_day integer,
    claimed_by uuid,
    kind text not null check (kind in ('folder', 'flat', 'base', 'day', 'range')),
    scope text not null,
    prefix text collate "C" not null,
    start_key text collate "C" not null default '',
    end_key text collate "C" not null default '',
    watermark text collate "C" not null default '',
    account text,
    service text,
    region text,
    error text not null default ''
  )`,
  `create unique index listing_nodes_place on listing_nodes (scope, prefix, kind, start_key)`,
  `create index listing_nodes_due on listing_nodes (scope, due_at)`,
  `create index listing_nodes_bases on listing_nodes (scope, newest_day) where kind = 'base'`,
  `create index listing_nodes_ranges on listing_nodes (parent_id) where kind = 'range'`,
  `create index listing_nodes_failing on listing_nodes (scope) where failures > 0`,
];
