/**
 * Putting dead letters back to work. An object's ref is planned to be read again and its dead letters go, in one
 * transaction; its ledger row stays until it has been read. So a listing never takes it for new meanwhile, and an
 * object that is gone when it is read still has the row that tells which of its events the lake has.
 */
import { sql } from "kysely";
import { LIMITS } from "../core/limits.ts";
import type { ObjectRef } from "../core/types.ts";
import type { Database, Trx } from "./database.ts";
import type { DeadLetterStore, RedriveCounts } from "./dead_letter_types.ts";
import { type NewShard, planShard } from "./enqueue_shard.ts";
import type { Queue } from "./queue.ts";
import { suppressionOf } from "./suppression.ts";

/** An object to be read again; `source_url` is null where it was given up on before sources were kept. */
interface Unsettled {
  readonly object_id: string;
  readonly scope: string;
  readonly source_url: string | null;
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  /** Which of its alerts are suppressed, as seconds since the epoch; see suppression.ts. */
  readonly alerts_from: number;
  /** Whether it cost the life of those that held it. */
  readonly is_poison: boolean;
}

/** The text of a ledger row's ETag, as in the view `ledger_objects`. */
const ETAG = sql`case when length(l.etag) = 16 then encode(l.etag, 'hex')
  else convert_from(ltrim(l.etag, '\\x00'::bytea), 'UTF8') end`;

/** See {@linkcode DeadLetterStore.redriveDeadLetters}. */
export async function redriveDeadLetters(
  database: Database,
  queue: Queue,
  ids: readonly number[],
): Promise<RedriveCounts> {
  return await database.transact("redrive dead letters", async (trx) => {
    const found = await lockLetters(trx, ids);
    const parts = await spareParts(trx, found);
    const objects = await objectsOf(trx, found);
    let planned = 0;
    for (const shard of shardsOf(objects)) planned += await planShard(trx, queue, shard);
    const deliveries = await wakeDeliveries(trx, found);
    await sql`
      delete from dead_letters where id = any(${found}::bigint[])
        or object_id = any(${objects.map((object) => object.object_id)}::uuid[])`.execute(trx);
    const unplanned = await forgetUnplanned(trx, objects);
    return { found, objects: planned, unplanned, deliveries, parts };
  }, { wasApplied: () => areGone(database, ids) });
}

/** See {@linkcode DeadLetterStore.dropDeadLetters}. */
export async function dropDeadLetters(
  database: Database,
  ids: readonly number[],
): ReturnType<DeadLetterStore["dropDeadLetters"]> {
  return await database.transact("drop dead letters", async (trx) => {
    const found = await lockLetters(trx, ids);
    await spareParts(trx, found);
    await sql`delete from dead_letters where id = any(${found}::bigint[])`.execute(trx);
    return found;
  }, { wasApplied: () => areGone(database, ids) });
}

async function areGone(database: Database, ids: readonly number[]): Promise<boolean> {
  const { rows } = await sql`select 1 from dead_letters where id = any(${[
    ...ids,
  ]}::bigint[]) limit 1`
    .execute(database.db);
  return rows.length === 0;
}

/** Locks the dead letters in one order. @returns the ids of those that are there */
async function lockLetters(trx: Trx, ids: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id::float8 as id from dead_letters where id = any(${[...ids]}::bigint[])
    order by id for update`.execute(trx);
  return rows.map((row) => row.id);
}

/** No hour waits for these damaged parts any more: compaction removes their files. */
async function spareParts(trx: Trx, ids: readonly number[]): Promise<number> {
  const { numAffectedRows } = await sql`
    update parts p set hours_left = 0
    from dead_letters d where d.id = any(${[...ids]}::bigint[]) and p.id = d.part_id`.execute(trx);
  return Number(numAffectedRows);
}

/** The objects that these dead letters are about; those of a part came into the ledger with it. */
async function objectsOf(trx: Trx, ids: readonly number[]): Promise<readonly Unsettled[]> {
  const { rows } = await sql<Unsettled>`
    with objects as (
      select d.object_id, d.scope, d.source_url, d.key, d.etag, d.stage = 'report' as is_poison,
        extract(epoch from d.alerts_from)::float8 as alerts_from
      from dead_letters d where d.id = any(${[...ids]}::bigint[]) and d.object_id is not null
      union all
      select l.object_id, h.scope, p.source_url, h.head || l.name, ${ETAG}, false,
        '-infinity'::float8
      from dead_letters d join parts p on p.id = d.part_id
        join ledger l on l.done_at = p.stored_at and l.outcome = 1
        join key_heads h on h.id = l.head_id and h.scope = p.scope
      where d.id = any(${[...ids]}::bigint[])
    )
    select distinct on (o.object_id) o.*, coalesce(l.size, 0)::float8 as size
    from objects o left join ledger l using (object_id)
    order by o.object_id, o.is_poison desc, o.alerts_from desc`.execute(trx);
  return rows;
}

/** Objects whose source is not known cannot be planned: without a ledger row the next listing does. */
async function forgetUnplanned(trx: Trx, objects: readonly Unsettled[]): Promise<number> {
  const ids = objects.filter((one) => one.source_url === null).map((one) => one.object_id);
  if (ids.length > 0) {
    await sql`delete from ledger where object_id = any(${ids}::uuid[])`.execute(trx);
  }
  return ids.length;
}

/** Packs objects into shards of one source each; one that killed its holders gets a shard of its own. */
function shardsOf(objects: readonly Unsettled[]): NewShard[] {
  const shards: NewShard[] = [];
  const open = new Map<string, { refs: ObjectRef[]; bytes: number }>();
  for (const object of objects) {
    const { scope, source_url: sourceUrl, alerts_from: alertsFrom, key, etag, size } = object;
    if (sourceUrl === null) continue;
    const likes = `${scope}\0${sourceUrl}\0${alertsFrom}`;
    const last = object.is_poison ? undefined : open.get(likes);
    const fits = last !== undefined && last.refs.length < LIMITS.shardObjectsMax &&
      last.bytes + size <= LIMITS.shardBytesMax;
    if (fits) {
      last.refs.push({ key, etag, size });
      last.bytes += size;
    } else {
      const refs: ObjectRef[] = [{ key, etag, size }];
      const suppress = suppressionOf(alertsFrom);
      shards.push({ scope, sourceUrl, lane: "live", refs, suppress, reread: true });
      if (!object.is_poison) open.set(likes, { refs, bytes: size });
    }
  }
  return shards;
}

/** Makes undelivered deliveries due now, with fresh attempts, and their alerts open. */
async function wakeDeliveries(trx: Trx, ids: readonly number[]): Promise<number> {
  // Alerts before deliveries, in one order, as where attempts end.
  await sql`
    select 1 from alerts where alert_id in (
      select alert_id from dead_letters where id = any(${[
    ...ids,
  ]}::bigint[]) and alert_id is not null
    ) order by alert_id for update`.execute(trx);
  const { rows: [row] } = await sql<{ woken: number }>`
    with woken as (
      update deliveries v set state = 'waiting', attempts = 0, next_at = now()
      from dead_letters d
      where d.id = any(${[...ids]}::bigint[]) and v.alert_id = d.alert_id and v.sink = d.sink
        and v.state = 'undelivered'
      returning v.alert_id
    ), opened as (
      update alerts a set state = 'open' where a.state = 'undelivered'
        and a.alert_id in (select alert_id from woken)
    )
    select count(*)::int as woken from woken`.execute(trx);
  return row.woken;
}
