import { sql } from "kysely";
import { LIMITS } from "../core/limits.ts";
import type { Database, Trx } from "./database.ts";
import { claimsOf } from "./lake_periods.ts";
import type { FailedLakeWrite, HourWork, LakeFile, LakeLogEntry, LakeWrite } from "./types.ts";

/** Characters of an error that are kept; a provider's answer may quote whole requests. */
const ERROR_TEXT_MAX = 2000;

interface LogRow {
  readonly at_ms: number;
  readonly period: LakeLogEntry["period"];
  readonly period_start_ms: number;
  readonly dataset: LakeLogEntry["dataset"];
  readonly path: string;
  readonly row_count: number | string;
  readonly bytes: number | string;
  readonly duration_ms: number;
  readonly attempt: number;
  readonly error: string | null;
}

/** Logs the files that a commit names and that were written for it, in the commit's transaction. */
export async function logWrites(
  trx: Trx,
  work: HourWork,
  files: readonly LakeFile[],
  writes: readonly LakeWrite[],
): Promise<void> {
  const entries = writes.flatMap(({ path, durationMs }) =>
    files.filter((file) => file.path === path).map((file) => ({ ...file, durationMs, error: null }))
  );
  if (entries.length > 0) await insert(trx, work, entries);
}

/** See {@linkcode Store.noteFailedWrite}. */
export async function noteFailedWrite(
  database: Database,
  work: HourWork,
  failed: FailedLakeWrite,
): Promise<void> {
  await database.transact("log a failed write", async (trx) => {
    await insert(trx, work, [{ ...failed, rows: 0, bytes: 0 }]);
    const { table, key } = claimsOf(work);
    await sql`update ${table} set failures = failures + 1
      where ${key} = to_timestamp(${work.hourMs}::float8 / 1000)
        and generation = ${work.generation}`.execute(trx);
  });
}

/** See {@linkcode Store.lakeLog}. */
export async function lakeLog(
  database: Database,
  { limit, sinceMs }: { readonly limit: number; readonly sinceMs: number | null },
): Promise<readonly LakeLogEntry[]> {
  const { rows } = await database.query(
    "read the lake's log",
    (db) =>
      sql<LogRow>`select extract(epoch from at)::float8 * 1000 as at_ms, period,
        extract(epoch from period_start)::float8 * 1000 as period_start_ms, dataset, path, row_count,
        bytes, duration_ms, attempt, error
      from lake_log
      where ${sinceMs}::float8 is null or at >= to_timestamp(${sinceMs}::float8 / 1000)
      order by id desc limit ${limit}`.execute(db),
  );
  return rows.map((row) => ({
    atMs: Math.floor(row.at_ms),
    period: row.period,
    periodStartMs: row.period_start_ms,
    dataset: row.dataset,
    path: row.path,
    rows: Number(row.row_count),
    bytes: Number(row.bytes),
    durationMs: row.duration_ms,
    attempt: row.attempt,
    error: row.error,
  }));
}

/** Adds rows, and forgets those that are too many; ids have gaps, so a little fewer may be left. */
async function insert(
  trx: Trx,
  work: HourWork,
  entries: readonly Pick<
    LakeLogEntry,
    "dataset" | "path" | "rows" | "bytes" | "durationMs" | "error"
  >[],
): Promise<void> {
  const errors = entries.map(({ error }) =>
    error?.replaceAll("\0", "\u{fffd}").slice(0, ERROR_TEXT_MAX) ?? null
  );
  await sql`
    with added as (
      insert into lake_log
        (period_start, period, row_count, bytes, duration_ms, attempt, dataset, path, error)
      select to_timestamp(${work.hourMs}::float8 / 1000), ${work.period}, r.row_count, r.bytes,
        r.duration_ms, ${work.attempt}::int, r.dataset, r.path, r.error
      from unnest(
        ${entries.map(({ rows }) => rows)}::bigint[],
        ${entries.map(({ bytes }) => bytes)}::bigint[],
        ${entries.map(({ durationMs }) => Math.round(durationMs))}::int[],
        ${entries.map(({ dataset }) => dataset)}::text[],
        ${entries.map(({ path }) => path)}::text[],
        ${errors}::text[]
      ) as r(row_count, bytes, duration_ms, dataset, path, error)
      returning id
    ), newest as (
      select max(id) as id from added
    )
    delete from lake_log l using newest where l.id <= newest.id - ${LIMITS.lakeLogRowsMax}`
    .execute(trx);
}
