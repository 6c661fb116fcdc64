/**
 * Open shards. A shard's lease is a job of pg-boss with the same id; its refs are `planned_refs`. A ref is
 * in at most one open shard because its `object_id` is the key. `releases` counts the takes that ended in
 * good order, so that takes less releases are the holders that died.
 */
export const SHARDS: readonly string[] = [
  `create table shards (
    id uuid primary key,
    object_count integer not null,
    releases integer not null default 0,
    scope text not null,
    source_url text not null
  )`,
  `create table planned_refs (
    object_id uuid primary key,
    shard_id uuid not null,
    size bigint not null,
    attempts integer not null default 0,
    key text not null,
    etag text not null
  )`,
  `create index planned_refs_shard on planned_refs (shard_id)`,
  `create table settings (
    name text primary key,
    value text not null
  )`,
];
