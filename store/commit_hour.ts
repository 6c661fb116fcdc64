import { sql } from "kysely";
import type { Database, Trx } from "./database.ts";
import { fenced } from "./lease.ts";
import { type FileRow, insertLakeFiles, toLakeFile } from "./lake_file_rows.ts";
import { logWrites } from "./lake_log.ts";
import { claimsOf, hourRange } from "./lake_periods.ts";
import type { HourCounts, HourWork, LakeFile, LakeWrite } from "./types.ts";

/** See {@linkcode Store.commitHour}. */
export async function commitHour(
  database: Database,
  work: HourWork,
  files: readonly LakeFile[],
  writes: readonly LakeWrite[] = [],
): Promise<HourCounts> {
  const start = sql`to_timestamp(${work.hourMs}::float8 / 1000)`;
  const { table, key } = claimsOf(work);
  return await database.transact("commit an hour", async (trx) => {
    const { rows: held } = await sql`
      select 1 from ${table} where ${key} = ${start} and generation = ${work.generation}
        and claimed_until > clock_timestamp()
      for update`.execute(trx);
    if (held.length === 0) throw fenced("commit an hour", "its claim is lost");
    // In the order in which commits of shards lock them. A claim of an hour stands in its row, which is locked.
    if (work.period === "day") {
      await sql`select 1 from hours where ${hourRange(work)("hour")} order by hour for update`
        .execute(trx);
    }
    await replaceFiles(trx, work, files);
    await logWrites(trx, work, files, writes);
    const sparedPartPaths = await consumeParts(trx, work);
    await sql`update ${table} set claimed_until = '-infinity', committed_generation = generation,
      failures = 0 where ${key} = ${start}`.execute(trx);
    await sql`
      update hours h set (parts_waiting, first_part_at) = (
        select count(*)::int, coalesce(min(p.stored_at), h.first_part_at)
        from part_hours ph join parts p on p.id = ph.part_id where ph.hour = h.hour
      ) where ${hourRange(work)("h.hour")}`.execute(trx);
    const before = sumEvents(work.files);
    const after = sumEvents(files);
    const consumed = work.parts.reduce((sum, part) => sum + part.rowCount, 0);
    return {
      rowsAdded: after.rows - before.rows,
      duplicates: consumed - (after.rows - before.rows),
      conflictsAdded: after.conflicts - before.conflicts,
      sparedPartPaths,
    };
  }, {
    wasApplied: async () => {
      const { rows } = await sql`select 1 from ${table}
        where ${key} = ${start} and committed_generation = ${work.generation}`.execute(database.db);
      return rows.length === 1;
    },
  });
}

function sumEvents(files: readonly LakeFile[]): { rows: number; conflicts: number } {
  const events = files.filter((file) => file.dataset === "events");
  return {
    rows: events.reduce((sum, file) => sum + file.rows, 0),
    conflicts: events.reduce((sum, file) => sum + file.conflicts, 0),
  };
}

/** Swaps the hour's file rows, which must still be those that were taken. */
async function replaceFiles(
  trx: Trx,
  work: HourWork,
  files: readonly LakeFile[],
): Promise<void> {
  const hour = sql`to_timestamp(${work.hourMs}::float8 / 1000)`;
  const { rows } = await sql<FileRow>`
    delete from lake_files where hour = ${hour}
    returning *, extract(epoch from hour)::float8 * 1000 as hour_ms`.execute(trx);
  const named = (list: readonly LakeFile[]) =>
    list.map((file) => `${file.path}\n${file.etag}`).sort().join("\n");
  if (named(rows.map(toLakeFile)) !== named(work.files)) {
    throw fenced("commit an hour", "its files are not those that were taken");
  }
  await insertLakeFiles(trx, files.map((file) => ({ ...file, hourMs: work.hourMs })));
}

/** Forgets the hours' ranges of the consumed parts. @returns paths of parts that no hour needs any more */
async function consumeParts(trx: Trx, work: HourWork): Promise<string[]> {
  const { rows } = await sql<{ consumed: number; spared: string[] }>`
    with consumed as (
      delete from part_hours
      where (hour, part_id) in (
        select to_timestamp(r.hour_ms / 1000), r.part_id
        from unnest(${work.parts.map((part) => part.hourMs)}::float8[],
          ${work.parts.map((part) => part.partId)}::bigint[]) as r(hour_ms, part_id)
      )
      returning part_id
    ), eased as (
      update parts p set hours_left = p.hours_left - c.hours
      from (select part_id, count(*)::int as hours from consumed group by part_id) c
      where p.id = c.part_id
      returning p.path, p.hours_left
    )
    select (select count(*)::int from consumed) as consumed,
      (select coalesce(array_agg(path order by path), '{}') from eased where hours_left = 0)
        as spared`.execute(trx);
  if (rows[0].consumed !== work.parts.length) {
    throw fenced("commit an hour", "its parts are not those that were taken");
  }
  return rows[0].spared;
}
