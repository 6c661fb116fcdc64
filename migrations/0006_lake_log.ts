/**
 * The delivery log of the lake: a row for each file that was written, or that could not be. `period_start` and
 * `period` say which hour or day the file is of; `failures` counts what an hour's next row is the attempt after.
 */
export const LAKE_LOG: readonly string[] = [
  `create table lake_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    period_start timestamptz not null,
    row_count bigint not null,
    bytes bigint not null,
    duration_ms integer not null,
    attempt integer not null,
    period text not null check (period in ('hour', 'day')),
    dataset text not null check (dataset in ('events', 'activity')),
    path text not null,
    error text
  )`,
  `alter table hours add column failures integer not null default 0`,
];
