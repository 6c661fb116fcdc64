import { sql } from "kysely";
import { alertLine, joinPieces } from "../core/event_pieces.ts";
import { readAlertPiece } from "./alert_pieces.ts";
import type { Database } from "./database.ts";
import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterStore,
  WholeDeadLetter,
} from "./dead_letter_types.ts";

/** The columns of a dead letter under the names of {@linkcode DeadLetter}. */
const LETTER = sql`d.id::float8 as id, d.kind, extract(epoch from d.at)::float8 * 1000 as "atMs",
  d.stage, d.reason, d.attempts, d.uri, d.record_index as "recordIndex", d.alert_id as "alertId", d.sink`;

/** See {@linkcode DeadLetterStore.listDeadLetters}. */
export async function listDeadLetters(
  database: Database,
  filter: DeadLetterFilter,
  { limit, beforeId }: Parameters<DeadLetterStore["listDeadLetters"]>[1],
): Promise<readonly DeadLetter[]> {
  const { rows } = await database.query("list dead letters", (db) =>
    sql<DeadLetter>`
      select ${LETTER} from dead_letters d
      where ${isMeant(filter)} and (${beforeId ?? null}::bigint is null or d.id < ${
      beforeId ?? null
    }::bigint)
      order by d.id desc limit ${limit}`.execute(db));
  return rows;
}

/** See {@linkcode DeadLetterStore.showDeadLetter}. */
export async function showDeadLetter(
  database: Database,
  id: number,
): Promise<WholeDeadLetter | null> {
  const { rows: [row] } = await database.query(
    "read a dead letter",
    (db) =>
      sql<WholeDeadLetter & { eventPieces: number }>`
      select ${LETTER}, d.etag, d.source_url as "sourceUrl", d.record_text as "recordText",
        coalesce(l.size, p.bytes)::float8 as size, a.payload,
        coalesce(a.event_pieces, 0) as "eventPieces"
      from dead_letters d
        left join ledger l on l.object_id = d.object_id
        left join parts p on p.id = d.part_id
        left join alerts a on a.alert_id = d.alert_id
      where d.id = ${id}`.execute(db),
  );
  if (row === undefined) return null;
  const { eventPieces, ...letter } = row;
  if (letter.payload === null || letter.alertId === null || eventPieces === 0) return letter;
  const { payload, alertId } = letter;
  const line = alertLine({ payload, eventPieces }, (i) => readAlertPiece(database, alertId, i));
  return { ...letter, payload: new TextDecoder().decode(await joinPieces(line)).trimEnd() };
}

function isMeant({ kinds, stages, uriPrefix, sink, sinceMs }: DeadLetterFilter) {
  const conditions = [
    kinds === undefined ? null : sql`d.kind = any(${[...kinds]}::text[])`,
    stages === undefined ? null : sql`d.stage = any(${[...stages]}::text[])`,
    uriPrefix === undefined ? null : sql`starts_with(d.uri, ${uriPrefix})`,
    sink === undefined ? null : sql`d.sink = ${sink}`,
    sinceMs === undefined ? null : sql`d.at >= to_timestamp(${sinceMs}::float8 / 1000)`,
  ].filter((condition) => condition !== null);
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}
