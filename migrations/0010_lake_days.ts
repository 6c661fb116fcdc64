/**
 * The days of the lake. A day's cadence is fixed when its first hour is claimed, before any of its files is
 * written, so that a day never has files of both. The claim of a daily file's compactor stands here, as that of an
 * hour's in `hours`; which hours of it have parts says `hours` in both cases.
 */
export const LAKE_DAYS: readonly string[] = [
  `create table lake_days (
    day timestamptz primary key,
    claimed_until timestamptz not null default '-infinity',
    claimed_by uuid,
    generation integer not null default 0,
    committed_generation integer not null default 0,
    failures integer not null default 0,
    cadence text not null check (cadence in ('hourly', 'daily'))
  )`,
  `insert into lake_days (day, cadence)
    select distinct date_trunc('day', hour, 'UTC'), 'hourly' from hours where generation > 0`,
];
