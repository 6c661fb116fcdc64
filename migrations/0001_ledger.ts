/**
 * The ledger: one row for each (object, ETag) that is settled for good. Kept below 250 bytes an object, so
 * columns stand in the order of their alignment, nothing is null, and the part of a key that whole folders
 * share is stored once. `object_id` is the first half of the SHA-256 of scope, key and ETag. `done_at` has
 * a block range index of a few pages, enough to delete by day.
 */
export const LEDGER: readonly string[] = [
  `create table key_heads (
    head_hash uuid primary key,
    id integer generated always as identity unique,
    scope text not null,
    head text not null
  )`,
  `create table ledger (
    object_id uuid primary key,
    done_at timestamptz not null default now(),
    size bigint not null,
    inflated_bytes bigint not null,
    head_id integer not null,
    event_count integer not null,
    outcome smallint not null check (outcome in (1, 2, 3)),
    attempts smallint not null,
    name text not null,
    etag bytea not null,
    sha256 bytea not null,
    error text not null
  )`,
  `create index ledger_done_at on ledger using brin (done_at)`,
  // An MD5 ETag is stored as its 16 bytes, any other as its text behind one or two zero bytes.
  `create view ledger_objects as
    select
      h.scope,
      h.head || l.name as key,
      case when length(l.etag) = 16 then encode(l.etag, 'hex')
        else convert_from(ltrim(l.etag, '\\x00'::bytea), 'UTF8') end as etag,
      case l.outcome when 1 then 'done' when 2 then 'skipped' else 'dead' end as outcome,
      l.event_count,
      l.size,
      l.inflated_bytes,
      nullif(encode(l.sha256, 'hex'), '') as sha256,
      l.attempts,
      nullif(l.error, '') as error,
      l.done_at
    from ledger l join key_heads h on h.id = l.head_id`,
  `create table dead_letters (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    object_id uuid not null,
    scope text not null,
    key text not null,
    etag text not null,
    record_index integer,
    stage text not null,
    reason text not null,
    record_text text
  )`,
  `create index dead_letters_object on dead_letters (object_id)`,
];
