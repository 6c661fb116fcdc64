/**
 * Retention: rows are dropped by age in batches of about 5,000, each a transaction of its own that touches nothing
 * but old rows, so that no commit waits for it. A batch goes on behind the instant at which the one before ended.
 */
import { sql } from "kysely";
import type { Database } from "./database.ts";
import type { DroppedBatch, RetentionScope } from "./retention_types.ts";

const BATCH_ROWS = 5000;

/** The row of `settings` that says when old rows were dropped last. */
const NAME = "retention_at";

/** CloudTrail's layout in a key's head, as core/keys.ts reads it: the folder of a region, and the day below it. */
const BASE = String.raw`^((?:.*/)?AWSLogs/(?:o-[^/]+/)?[0-9]{12}/CloudTrail[^/]*/[^/]+/)` +
  String.raw`[0-9]{4}/[0-9]{2}/[0-9]{2}/[^/]*$`;
const DAY = String.raw`/([0-9]{4}/[0-9]{2}/[0-9]{2})/[^/]*$`;

/** See {@linkcode RetentionStore.claimRetention}. */
export async function claimRetention(database: Database, everyMs: number): Promise<boolean> {
  const { rows } = await database.query(
    "claim the turn to drop old rows",
    (db) =>
      sql`insert into settings (name, value) values (${NAME}, now()::text)
      on conflict (name) do update set value = excluded.value
        where settings.value::timestamptz <= now() - ${everyMs} * interval '1 ms'
      returning name`.execute(db),
  );
  return rows.length === 1;
}

/** See {@linkcode RetentionStore.dropOldObjects}. */
export async function dropOldObjects(
  database: Database,
  { ageMs }: RetentionScope,
  after: string | null,
): Promise<DroppedBatch> {
  return await database.transact("drop old ledger rows", async (trx) => {
    const until = await endOfBatch(trx, "ledger", "done_at", ageMs, after);
    if (until === null) return { dropped: 0, next: null };
    const { numAffectedRows } = await sql`
      with old as (
        select distinct head_id from ledger
        where done_at > ${after ?? "-infinity"}::timestamptz and done_at <= ${until}::timestamptz
      ), gone as (
        select h.id from old join key_heads h on h.id = old.head_id
        where substring(h.head from ${DAY}) < to_char(
            (now() - ${ageMs} * interval '1 ms') at time zone 'UTC' - interval '1 day', 'YYYY/MM/DD')
          and ${isLeftBySchedule}
      )
      delete from ledger l using gone
      where l.done_at > ${after ?? "-infinity"}::timestamptz and l.done_at <= ${until}::timestamptz
        and l.head_id = gone.id
        and not exists (
          select from dead_letters d join parts p on p.id = d.part_id
          where p.stored_at = l.done_at)`.execute(trx);
    return { dropped: Number(numAffectedRows), next: until };
  });
}

/**
 * SQL: whether listing goes by days where the head `h` lies, and is done with its day: the region's folder is a base
 * that was listed to its end, its day has no node any more, and no prefix that is always listed whole holds it.
 */
const isLeftBySchedule = sql`exists (
    select from listing_nodes b
    where b.scope = h.scope and b.kind = 'base' and b.newest_day is not null
      and b.prefix = substring(h.head from ${BASE})
      and not exists (select from listing_nodes r where r.parent_id = b.id and r.kind = 'range')
  ) and not exists (
    select from listing_nodes d
    where d.scope = h.scope and d.kind = 'day' and d.prefix = substring(h.head from '^(.*/)[^/]*$')
  ) and not exists (
    select from listing_nodes f
    where f.scope = h.scope and f.kind = 'flat' and starts_with(h.head, f.prefix)
  )`;

/** See {@linkcode RetentionStore.dropOldAlerts}. */
export async function dropOldAlerts(
  database: Database,
  { ageMs }: RetentionScope,
  after: string | null,
): Promise<DroppedBatch> {
  return await database.transact("drop old alerts", async (trx) => {
    const until = await endOfBatch(trx, "alerts", "stored_at", ageMs, after);
    if (until === null) return { dropped: 0, next: null };
    const { rows: [row] } = await sql<{ dropped: number }>`
      with old as (
        update alerts a set payload = ''
        where payload <> '' and state <> 'open' and stored_at > ${after ?? "-infinity"}::timestamptz
          and stored_at <= ${until}::timestamptz
          and not exists (select from dead_letters d where d.alert_id = a.alert_id)
        returning alert_id
      ), gone as (
        delete from deliveries d using old where d.alert_id = old.alert_id
      ), lighter as (
        delete from alert_pieces p using old where p.alert_id = old.alert_id
      )
      select count(*)::int as dropped from old`.execute(trx);
    return { dropped: row.dropped, next: until };
  });
}

/** See {@linkcode RetentionStore.dropOldLakeLog}. */
export async function dropOldLakeLog(
  database: Database,
  { ageMs }: RetentionScope,
): Promise<number> {
  const { numAffectedRows } = await database.query(
    "drop old rows of the lake's log",
    (db) => sql`delete from lake_log where at < now() - ${ageMs} * interval '1 ms'`.execute(db),
  );
  return Number(numAffectedRows);
}

/** See {@linkcode RetentionStore.reclaimRoom}. Postgres's autovacuum does it by itself. */
export async function reclaimRoom(database: Database): Promise<void> {
  if (database.kind !== "pglite") return;
  await database.query(
    "vacuum the embedded database",
    (db) => sql`vacuum ledger, alerts, alert_pieces, deliveries, lake_log`.execute(db),
  );
}

/** The instant at which the next batch ends; null where nothing old is left. Whole commits are in one batch. */
async function endOfBatch(
  trx: Parameters<Parameters<Database["transact"]>[1]>[0],
  table: "ledger" | "alerts",
  column: "done_at" | "stored_at",
  ageMs: number,
  after: string | null,
): Promise<string | null> {
  const kept = table === "alerts" ? sql`and payload <> ''` : sql``;
  const { rows: [row] } = await sql<{ until: string | null }>`
    select max(at)::text as until from (
      select ${sql.ref(column)} as at from ${sql.table(table)}
      where ${sql.ref(column)} > ${after ?? "-infinity"}::timestamptz
        and ${sql.ref(column)} < now() - ${ageMs} * interval '1 ms' ${kept}
      order by ${sql.ref(column)} limit ${BATCH_ROWS}
    ) batch`.execute(trx);
  return row.until;
}
