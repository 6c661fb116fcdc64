import { sql } from "kysely";
import { LEVELS } from "../core/types.ts";
import { batches } from "./columns.ts";
import type { Database } from "./database.ts";
import { fenced } from "./lease.ts";
import { isAlive } from "./replica.ts";
import type {
  BackfillKey,
  BackfillRange,
  BackfillState,
  RangeProgress,
  RuleAlerts,
} from "./backfill_types.ts";

/** See {@linkcode BackfillStore.beginBackfill}. */
export async function beginBackfill(
  database: Database,
  replicaId: string,
  { id, again, what }: BackfillKey,
): Promise<BackfillState> {
  return await database.transact("begin a backfill", async (trx) => {
    const { numAffectedRows } = await sql`insert into backfills (id, again, what, planned_by)
      values (${id}, ${again}, ${what}, ${replicaId}) on conflict do nothing`.execute(trx);
    if (numAffectedRows === 1n) return { kind: "new", isPlanned: false, finishedAt: null };
    const { rows: [row] } = await sql<
      { finished_ms: number | null; is_planned: boolean; is_others: boolean }
    >`
      select extract(epoch from finished_at)::float8 * 1000 as finished_ms,
        planned_at is not null as is_planned,
        coalesce(planned_by <> ${replicaId}::uuid, false) and ${isAlive("planned_by")} as is_others
      from backfills where id = ${id} for update`.execute(trx);
    if (row.finished_ms === null && row.is_planned) {
      return { kind: "resumed", isPlanned: true, finishedAt: null };
    }
    if (row.finished_ms === null && row.is_others) {
      return { kind: "planned by another", isPlanned: false, finishedAt: null };
    }
    await sql`delete from backfill_ranges where backfill_id = ${id}`.execute(trx);
    await sql`update backfills set planned_by = ${replicaId}::uuid where id = ${id}`.execute(trx);
    if (row.finished_ms === null) return { kind: "resumed", isPlanned: false, finishedAt: null };
    await sql`update backfills set started_at = now(), planned_at = null, finished_at = null
      where id = ${id}`.execute(trx);
    // Its next summary tells what the next run finds.
    await sql`update alerts set backfill_id = null where backfill_id = ${id}`.execute(trx);
    return { kind: "repeated", isPlanned: false, finishedAt: row.finished_ms };
  });
}

/** See {@linkcode BackfillStore.addRanges}. */
export async function addRanges(
  database: Database,
  replicaId: string,
  id: string,
  ranges: readonly Pick<BackfillRange, "kind" | "prefix" | "days">[],
  { complete }: { readonly complete: boolean },
): Promise<void> {
  await database.transact("plan a backfill", async (trx) => {
    // The lock keeps another one from taking the plan over until this is stored.
    const { rows } = await sql`select 1 from backfills
      where id = ${id} and planned_by = ${replicaId}::uuid and planned_at is null for update`
      .execute(trx);
    if (rows.length === 0) throw fenced("plan a backfill", "another process plans it");
    for (const batch of batches(ranges)) {
      await sql`
        insert into backfill_ranges (backfill_id, kind, prefix, day_from, day_to)
        select ${id}, r.kind, r.prefix, to_timestamp(r.from_ms / 1000), to_timestamp(r.to_ms / 1000)
        from unnest(${batch.map((range) => range.kind)}::text[],
          ${batch.map((range) => range.prefix)}::text[],
          ${batch.map((range) => range.days?.fromMs ?? null)}::float8[],
          ${batch.map((range) => range.days?.toMs ?? null)}::float8[])
          as r(kind, prefix, from_ms, to_ms)`.execute(trx);
    }
    if (complete) {
      await sql`update backfills set planned_at = now() where id = ${id}`.execute(trx);
    }
  });
}

/** See {@linkcode BackfillStore.openRanges}. */
export async function openRanges(
  database: Database,
  id: string,
  { limit, after }: { readonly limit: number; readonly after: BackfillRange | null },
): Promise<readonly BackfillRange[]> {
  const { rows } = await database.query("read a backfill's plan", (db) =>
    sql<{
      place: number;
      kind: BackfillRange["kind"];
      prefix: string;
      from_ms: number | null;
      to_ms: number | null;
      listed_until: string | null;
    }>`
      select place::float8 as place, kind, prefix, extract(epoch from day_from)::float8 * 1000 as from_ms,
        extract(epoch from day_to)::float8 * 1000 as to_ms, listed_until
      from backfill_ranges
      where backfill_id = ${id} and not is_listed and (${after === null}
        or (coalesce(day_from, '-infinity'), place)
          > (coalesce(to_timestamp(${after?.days?.fromMs ?? null}::float8 / 1000), '-infinity'),
            ${after?.place ?? 0}::bigint))
      order by day_from nulls first, place limit ${limit}`.execute(db));
  return rows.map((row) => ({
    place: row.place,
    kind: row.kind,
    prefix: row.prefix,
    days: row.from_ms === null ? null : { fromMs: row.from_ms, toMs: row.to_ms! },
    listedUntil: row.listed_until,
  }));
}

/** See {@linkcode BackfillStore.claimRange}. */
export async function claimRange(
  database: Database,
  replicaId: string,
  id: string,
  place: number,
): Promise<Pick<BackfillRange, "listedUntil"> | null> {
  const { rows: [row] } = await database.query(
    "claim a key range",
    (db) =>
      sql<{ listed_until: string | null }>`
      update backfill_ranges set claimed_by = ${replicaId}::uuid
      where backfill_id = ${id} and place = ${place} and not is_listed
        and (claimed_by is null or claimed_by = ${replicaId}::uuid or not ${isAlive("claimed_by")})
      returning listed_until`.execute(db),
  );
  return row === undefined ? null : { listedUntil: row.listed_until };
}

/** See {@linkcode BackfillStore.countRanges}. */
export async function countRanges(
  database: Database,
  id: string,
): Promise<{ readonly all: number; readonly listed: number }> {
  const { rows: [row] } = await database.query(
    "count a backfill's ranges",
    (db) =>
      sql<{ all: number; listed: number }>`
      select count(*)::int as all, (count(*) filter (where is_listed))::int as listed
      from backfill_ranges where backfill_id = ${id}`.execute(db),
  );
  return row;
}

/** See {@linkcode BackfillStore.noteRanges}. */
export async function noteRanges(
  database: Database,
  id: string,
  progress: readonly RangeProgress[],
): Promise<void> {
  for (const batch of batches(progress)) {
    await database.query("note a backfill's progress", (db) =>
      sql`
        update backfill_ranges b
        set listed_until = greatest(b.listed_until collate "C", r.listed_until collate "C"),
          is_listed = b.is_listed or r.is_listed
        from unnest(${batch.map((one) => one.place)}::bigint[],
          ${batch.map((one) => one.listedUntil)}::text[],
          ${batch.map((one) => one.isListed)}::boolean[]) as r(place, listed_until, is_listed)
        where b.backfill_id = ${id} and b.place = r.place`.execute(db));
  }
}

/** See {@linkcode BackfillStore.finishBackfill}. */
export async function finishBackfill(database: Database, id: string): Promise<boolean> {
  const { numAffectedRows } = await database.query(
    "finish a backfill",
    (db) =>
      sql`update backfills set finished_at = now()
      where id = ${id} and planned_at is not null
        and not exists (select 1 from backfill_ranges where backfill_id = ${id} and not is_listed)
        and not exists (select 1 from shards where backfill_id = ${id})`.execute(db),
  );
  return numAffectedRows === 1n;
}

/** See {@linkcode BackfillStore.alertsOfBackfills}. */
export async function alertsOfBackfills(
  database: Database,
  ids: readonly string[],
): Promise<readonly RuleAlerts[]> {
  const { rows } = await database.query(
    "sum up alerts",
    (db) =>
      sql<Omit<RuleAlerts, "title"> & { payload: string }>`
      select (select payload from alerts where alert_id = min(a.alert_id)) as payload, rule_id as "ruleId", level, count(*)::int as count,
        extract(epoch from min(event_time))::float8 * 1000 as "firstEventAt",
        extract(epoch from max(event_time))::float8 * 1000 as "lastEventAt"
      from alerts a where backfill_id = any(${[...ids]}::uuid[])
      group by rule_id, level
      order by array_position(${[...LEVELS]}::text[], level) desc, count(*) desc, rule_id`
        .execute(db),
  );
  return rows.map(({ payload, ...rule }) => ({ ...rule, title: titleOf(payload, rule.ruleId) }));
}

/** The rule's title, which stands in each of its alerts. */
function titleOf(payload: string, fallback: string): string {
  const { rule_title } = JSON.parse(payload);
  return typeof rule_title === "string" ? rule_title : fallback;
}
