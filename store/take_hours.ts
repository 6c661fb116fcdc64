import { type RawBuilder, sql } from "kysely";
import { type LakePeriod, PERIOD_MS } from "../core/lake_paths.ts";
import { LIMITS } from "../core/limits.ts";
import { lockBinding } from "./bind_lake.ts";
import type { Database, Trx } from "./database.ts";
import { type FileRow, toLakeFile } from "./lake_file_rows.ts";
import { claimsOf } from "./lake_periods.ts";
import { isAlive } from "./replica.ts";
import type { HourPart, HourWork, TakeHoursOptions } from "./types.ts";

/** A claim holds while its replica lives, and at most this long. */
const CLAIM_MS = 60 * 60_000;
const CLAIMED_UNTIL = sql`now() + ${CLAIM_MS} * interval '1 ms'`;

/** Days taken at a time: one has as many parts as 24 hours. */
const DAYS_AT_ONCE = 2;

interface TakenRow {
  readonly start_ms: number;
  readonly generation: number;
  readonly failures: number;
}

interface PartRow {
  /** The start of the hour or day that was taken. */
  readonly start_ms: number;
  readonly hour_ms: number;
  readonly part_id: string;
  readonly path: string;
  readonly bytes: number | string;
  readonly row_start: number;
  readonly row_count: number;
}

/**
 * An hour is due 75 minutes after its end, a day 75 minutes after its own. One that has been compacted, or whose
 * parts began to come only after that (a backfill), waits until its last part is 10 minutes old or 1,000 parts
 * wait. The columns are those of `hours`, or their sums over a day.
 */
function isDue(period: LakePeriod, start: RawBuilder<unknown>, committed: RawBuilder<unknown>) {
  const dueAt = sql`${start} + ${PERIOD_MS[period] + LIMITS.hourDueAfterMs} * interval '1 ms'`;
  return sql`(${dueAt} <= now() and (
    last_part_at <= now() - ${LIMITS.latePartsDueAfterMs} * interval '1 ms'
    or parts_waiting >= ${LIMITS.hourPartsMax}
    or (${committed} = 0 and first_part_at < ${dueAt})))`;
}

/** See {@linkcode Store.takeDueHours}. */
export async function takeDueHours(
  database: Database,
  replicaId: string,
  { all, limit, except = [] }: TakeHoursOptions,
): Promise<readonly HourWork[]> {
  return await database.transact("take due hours", async (trx) => {
    // Also keeps two replicas from choosing a cadence for one day at the same time.
    const cadence = (await lockBinding(trx))?.cadence ?? "hourly";
    const take: Take = { replicaId, cadence, all, limit, except };
    const hours = await takeHours(trx, take);
    const days = await takeDays(trx, take);
    const works = [
      ...await readWorks(trx, "hour", hours),
      ...await readWorks(trx, "day", days),
    ];
    return works.sort((a, b) => a.hourMs - b.hourMs);
  }, {
    // A claim whose taker does not know of it would last for as long as the taker lives.
    wasApplied: async ([work]) => {
      if (work === undefined) return false;
      const { table, key } = claimsOf(work);
      const { rows } = await sql`select 1 from ${table}
        where ${key} = to_timestamp(${work.hourMs}::float8 / 1000)
          and generation = ${work.generation} and claimed_by = ${replicaId}::uuid`
        .execute(database.db);
      return rows.length === 1;
    },
  });
}

interface Take extends Required<TakeHoursOptions> {
  readonly replicaId: string;
  readonly cadence: "hourly" | "daily";
}

/** SQL: whether a start is none of those that are left out. */
function isWanted(start: RawBuilder<unknown>, { except }: Take) {
  return sql`extract(epoch from ${start})::float8 * 1000 <> all(${except}::float8[])`;
}

async function takeHours(trx: Trx, take: Take): Promise<readonly TakenRow[]> {
  const { rows } = await sql<TakenRow>`
    with due as (
      select h.hour from hours h
      left join lake_days d on d.day = date_trunc('day', h.hour, 'UTC')
      where parts_waiting > 0 and coalesce(d.cadence, ${take.cadence}) = 'hourly'
        and (h.claimed_until <= now() or not ${isAlive("h.claimed_by")})
        and (${take.all} or ${isDue("hour", sql`hour`, sql`h.committed_generation`)})
        and ${isWanted(sql`h.hour`, take)}
      order by h.hour limit ${take.limit} for update of h skip locked
    )
    update hours h set generation = h.generation + 1, claimed_by = ${take.replicaId}::uuid,
      claimed_until = ${CLAIMED_UNTIL}
    from due where h.hour = due.hour
    returning extract(epoch from h.hour)::float8 * 1000 as start_ms, h.generation, h.failures`
    .execute(trx);
  await sql`
    insert into lake_days (day, cadence)
    select distinct date_trunc('day', to_timestamp(ms / 1000), 'UTC'), 'hourly'
    from unnest(${rows.map((row) => row.start_ms)}::float8[]) as t(ms)
    on conflict do nothing`.execute(trx);
  return rows;
}

async function takeDays(trx: Trx, take: Take): Promise<readonly TakenRow[]> {
  const { rows } = await sql<TakenRow>`
    with waiting as (
      select date_trunc('day', hour, 'UTC') as day, min(first_part_at) as first_part_at,
        max(last_part_at) as last_part_at, sum(parts_waiting) as parts_waiting
      from hours where parts_waiting > 0 group by 1
    ), due as (
      select w.day from waiting w left join lake_days d on d.day = w.day
      where coalesce(d.cadence, ${take.cadence}) = 'daily'
        and (d.day is null or d.claimed_until <= now() or not ${isAlive("d.claimed_by")})
        and (${take.all} or ${isDue("day", sql`w.day`, sql`coalesce(d.committed_generation, 0)`)})
        and ${isWanted(sql`w.day`, take)}
      order by w.day limit ${Math.min(take.limit, DAYS_AT_ONCE)}
    )
    insert into lake_days as d (day, cadence, generation, claimed_by, claimed_until)
    select day, 'daily', 1, ${take.replicaId}::uuid, ${CLAIMED_UNTIL} from due
    on conflict (day) do update set generation = d.generation + 1,
      claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until
    returning extract(epoch from day)::float8 * 1000 as start_ms, generation, failures`
    .execute(trx);
  return rows;
}

async function readWorks(
  trx: Trx,
  period: LakePeriod,
  taken: readonly TakenRow[],
): Promise<HourWork[]> {
  if (taken.length === 0) return [];
  const starts = taken.map((row) => row.start_ms);
  const { rows: parts } = await sql<PartRow>`
    select s.start_ms, extract(epoch from ph.hour)::float8 * 1000 as hour_ms, ph.part_id::text, p.path, p.bytes,
      ph.row_start, ph.row_count
    from unnest(${starts}::float8[]) as s(start_ms)
    join part_hours ph on ph.hour >= to_timestamp(s.start_ms / 1000)
      and ph.hour < to_timestamp((s.start_ms + ${PERIOD_MS[period]}) / 1000)
    join parts p on p.id = ph.part_id
    order by ph.part_id, ph.hour`.execute(trx);
  const { rows: files } = await sql<FileRow>`
    select lf.*, extract(epoch from lf.hour)::float8 * 1000 as hour_ms
    from unnest(${starts}::float8[]) as s(start_ms)
    join lake_files lf on lf.hour = to_timestamp(s.start_ms / 1000)
    order by lf.dataset, lf.file_index`.execute(trx);
  const partsOf = Map.groupBy(parts, (row) => row.start_ms);
  const filesOf = Map.groupBy(files, (row) => row.hour_ms);
  return taken.map(({ start_ms: hourMs, generation, failures }) => ({
    hourMs,
    period,
    generation,
    attempt: failures + 1,
    parts: (partsOf.get(hourMs) ?? []).map(toHourPart),
    files: (filesOf.get(hourMs) ?? []).map(toLakeFile),
  }));
}

function toHourPart(row: PartRow): HourPart {
  return {
    partId: row.part_id,
    hourMs: row.hour_ms,
    path: row.path,
    bytes: Number(row.bytes),
    rowStart: row.row_start,
    rowCount: row.row_count,
  };
}

/** See {@linkcode Store.openHours}. */
export async function openHours(database: Database): Promise<number> {
  const { rows: [row] } = await database.query(
    "count open hours",
    (db) =>
      sql<{ count: number }>`select count(*)::int as count from hours where parts_waiting > 0`
        .execute(db),
  );
  return row.count;
}

/** See {@linkcode Store.releaseHours}. */
export async function releaseHours(database: Database, works: readonly HourWork[]): Promise<void> {
  for (const [period, list] of Map.groupBy(works, (work) => work.period)) {
    const { table, key } = claimsOf({ period });
    await database.query(
      "give back hours",
      (db) =>
        sql`update ${table} as held set claimed_until = '-infinity'
        from unnest(${list.map((work) => work.hourMs)}::float8[],
          ${list.map((work) => work.generation)}::int[]) as r(start_ms, generation)
        where ${key} = to_timestamp(r.start_ms / 1000) and held.generation = r.generation
          and held.committed_generation < held.generation`.execute(db),
    );
  }
}
