/**
 * The lake's pointers. A part may hold rows of several event hours; `hours_left` counts those that still
 * need it. `hours` has a row for each hour that ever had parts: the claim of its compactor with its
 * generation, and what says whether it is due, so that finding due hours reads no parts.
 */
export const LAKE: readonly string[] = [
  `create table parts (
    id bigint generated always as identity primary key,
    stored_at timestamptz not null default now(),
    bytes bigint not null,
    hours_left integer not null,
    path text not null unique,
    etag text not null
  )`,
  `create index parts_spared on parts (id) where hours_left = 0`,
  `create table part_hours (
    hour timestamptz not null,
    part_id bigint not null,
    row_start integer not null,
    row_count integer not null,
    primary key (hour, part_id)
  )`,
  `create table hours (
    hour timestamptz primary key,
    first_part_at timestamptz not null,
    last_part_at timestamptz not null,
    claimed_until timestamptz not null default '-infinity',
    generation integer not null default 0,
    committed_generation integer not null default 0,
    parts_waiting integer not null
  )`,
  `create index hours_waiting on hours (hour) where parts_waiting > 0`,
  `create table lake_files (
    dataset text not null check (dataset in ('events', 'activity')),
    hour timestamptz not null,
    file_index integer not null,
    path text not null unique,
    etag text not null,
    row_count bigint not null,
    conflicts bigint not null,
    bytes bigint not null,
    written_at timestamptz not null default now(),
    primary key (hour, dataset, file_index)
  )`,
];
