import { sql } from "kysely";
import { objectUri } from "../core/object_uri.ts";
import { batches, cleanText, errorText } from "./columns.ts";
import type { Trx } from "./database.ts";
import { objectId } from "./object_id.ts";
import { alertsFrom } from "./suppression.ts";
import type { LeasedShard } from "./types.ts";

/** An object of a shard, or a record of one, that was given up on. */
export interface GivenUp {
  readonly key: string;
  readonly etag: string;
  /** Its place in `Records`; null for a whole object. */
  readonly recordIndex: number | null;
  readonly stage: string;
  readonly reason: string;
  /** The record's text; null for a whole object. */
  readonly recordText: string | null;
  /** Attempts, or deaths, before it was given up on; null for a record. */
  readonly attempts: number | null;
}

/** Keeps dead letters of a shard's objects and records. @returns how many were stored */
export async function insertDeadLetters(
  trx: Trx,
  { scope, sourceUrl, suppress }: Pick<LeasedShard, "scope" | "sourceUrl" | "suppress">,
  letters: readonly GivenUp[],
): Promise<number> {
  let stored = 0;
  for (const batch of batches(letters, (letter) => letter.recordText)) {
    const { numAffectedRows } = await sql`
      insert into dead_letters (kind, object_id, scope, source_url, uri, key, etag, record_index, stage,
        reason, record_text, attempts, alerts_from)
      select case when r.record_index is null then 'object' else 'record' end, r.object_id, ${scope},
        ${sourceUrl}, r.uri, r.key, r.etag, r.record_index, r.stage, r.reason, r.record_text, r.attempts,
        ${alertsFrom(suppress)}::timestamptz
      from unnest(
        ${batch.map((letter) => objectId(scope, letter.key, letter.etag))}::uuid[],
        ${batch.map((letter) => objectUri(sourceUrl, letter.key))}::text[],
        ${batch.map((letter) => letter.key)}::text[],
        ${batch.map((letter) => letter.etag)}::text[],
        ${batch.map((letter) => letter.recordIndex)}::int[],
        ${batch.map((letter) => letter.stage)}::text[],
        ${batch.map((letter) => errorText(letter.reason))}::text[],
        ${
      batch.map((letter) => letter.recordText === null ? null : cleanText(letter.recordText))
    }::text[],
        ${batch.map((letter) => letter.attempts)}::int[]
      ) as r(object_id, uri, key, etag, record_index, stage, reason, record_text, attempts)`
      .execute(
        trx,
      );
    stored += Number(numAffectedRows);
  }
  return stored;
}
