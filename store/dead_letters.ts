import { sql } from "kysely";
import { batches, cleanText, errorText } from "./columns.ts";
import type { Trx } from "./database.ts";
import { objectId } from "./object_id.ts";

/** An object, or a record of one, that was given up on. */
export interface DeadLetter {
  readonly key: string;
  readonly etag: string;
  /** Its place in `Records`; null for a whole object. */
  readonly recordIndex: number | null;
  readonly stage: string;
  readonly reason: string;
  /** The record's text; null for a whole object. */
  readonly recordText: string | null;
}

/** Keeps dead letters. @returns how many were stored */
export async function insertDeadLetters(
  trx: Trx,
  scope: string,
  letters: readonly DeadLetter[],
): Promise<number> {
  let stored = 0;
  for (const batch of batches(letters, (letter) => letter.recordText)) {
    const { numAffectedRows } = await sql`
      insert into dead_letters (object_id, scope, key, etag, record_index, stage, reason, record_text)
      select r.object_id, ${scope}, r.key, r.etag, r.record_index, r.stage, r.reason, r.record_text
      from unnest(
        ${batch.map((letter) => objectId(scope, letter.key, letter.etag))}::uuid[],
        ${batch.map((letter) => letter.key)}::text[],
        ${batch.map((letter) => letter.etag)}::text[],
        ${batch.map((letter) => letter.recordIndex)}::int[],
        ${batch.map((letter) => letter.stage)}::text[],
        ${batch.map((letter) => errorText(letter.reason))}::text[],
        ${
      batch.map((letter) => letter.recordText === null ? null : cleanText(letter.recordText))
    }::text[]
      ) as r(object_id, key, etag, record_index, stage, reason, record_text)`.execute(trx);
    stored += Number(numAffectedRows);
  }
  return stored;
}
