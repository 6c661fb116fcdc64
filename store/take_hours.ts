import { sql } from "kysely";
import { HOUR_MS } from "../core/hours.ts";
import { LIMITS } from "../core/limits.ts";
import type { Database } from "./database.ts";
import { type FileRow, toLakeFile } from "./lake_file_rows.ts";
import { isAlive } from "./replica.ts";
import type { HourWork } from "./types.ts";

/** A claim holds while its replica lives, and at most this long. */
const CLAIM_MS = 60 * 60_000;

interface TakenRow {
  readonly hour_ms: number;
  readonly generation: number;
  readonly failures: number;
}

interface PartRow {
  readonly hour_ms: number;
  readonly part_id: string;
  readonly path: string;
  readonly bytes: number | string;
  readonly row_start: number;
  readonly row_count: number;
}

/**
 * An hour is due 75 minutes after its end. One that has been compacted, or whose parts began to come only
 * after that (a backfill), waits until its last part is 10 minutes old or 1,000 parts wait.
 */
const DUE_AT = sql`hour + ${HOUR_MS + LIMITS.hourDueAfterMs} * interval '1 ms'`;
const IS_DUE = sql`(${DUE_AT} <= now() and (
    last_part_at <= now() - ${LIMITS.latePartsDueAfterMs} * interval '1 ms'
    or parts_waiting >= ${LIMITS.hourPartsMax}
    or (committed_generation = 0 and first_part_at < ${DUE_AT})))`;

/** See {@linkcode Store.takeDueHours}. */
export async function takeDueHours(
  database: Database,
  replicaId: string,
  { all, limit }: { readonly all: boolean; readonly limit: number },
): Promise<readonly HourWork[]> {
  return await database.transact("take due hours", async (trx) => {
    const { rows: taken } = await sql<TakenRow>`
      with due as (
        select hour from hours
        where parts_waiting > 0 and (claimed_until <= now() or not ${isAlive("claimed_by")})
          and (${all} or ${IS_DUE})
        order by hour limit ${limit} for update skip locked
      )
      update hours h set generation = h.generation + 1, claimed_by = ${replicaId}::uuid,
        claimed_until = now() + ${CLAIM_MS} * interval '1 ms'
      from due where h.hour = due.hour
      returning extract(epoch from h.hour)::float8 * 1000 as hour_ms, h.generation,
        h.failures`.execute(trx);
    if (taken.length === 0) return [];
    const hours = sql`select to_timestamp(ms / 1000) from unnest(${
      taken.map((row) => row.hour_ms)
    }::float8[]) as t(ms)`;
    const { rows: parts } = await sql<PartRow>`
      select extract(epoch from ph.hour)::float8 * 1000 as hour_ms, ph.part_id::text, p.path, p.bytes,
        ph.row_start, ph.row_count
      from part_hours ph join parts p on p.id = ph.part_id
      where ph.hour in (${hours}) order by ph.part_id`.execute(trx);
    const { rows: files } = await sql<FileRow>`
      select *, extract(epoch from hour)::float8 * 1000 as hour_ms from lake_files
      where hour in (${hours}) order by dataset, file_index`.execute(trx);
    return taken.sort((a, b) => a.hour_ms - b.hour_ms).map(({ hour_ms, generation, failures }) => ({
      hourMs: hour_ms,
      generation,
      attempt: failures + 1,
      parts: parts.filter((part) => part.hour_ms === hour_ms).map((part) => ({
        partId: part.part_id,
        path: part.path,
        bytes: Number(part.bytes),
        rowStart: part.row_start,
        rowCount: part.row_count,
      })),
      files: files.filter((file) => file.hour_ms === hour_ms).map(toLakeFile),
    }));
  });
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

/** See {@linkcode Store.releaseHour}. */
export async function releaseHour(database: Database, work: HourWork): Promise<void> {
  await database.query("give back an hour", (db) =>
    sql`update hours set claimed_until = '-infinity'
      where hour = to_timestamp(${work.hourMs}::float8 / 1000) and generation = ${work.generation}
        and committed_generation < generation`.execute(db));
}
