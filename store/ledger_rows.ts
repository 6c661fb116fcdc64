import { Buffer } from "node:buffer";
import { sql } from "kysely";
import { batches, errorText } from "./columns.ts";
import type { Trx } from "./database.ts";
import { fenced } from "./lease.ts";
import { headId, splitKey } from "./object_id.ts";
import type { ObjectResult } from "./types.ts";

/** Codes of the ledger's `outcome`. */
const OUTCOME_CODES = { done: 1, skipped: 2, dead: 3 } as const;

/** An object that is settled for good. */
export interface SettledObject extends ObjectResult {
  /** The `objectId` of scope, key and ETag. */
  readonly id: string;
  readonly outcome: keyof typeof OUTCOME_CODES;
  /** All attempts, the last one included. */
  readonly attempts: number;
}

/** Sums over rows that were inserted; events and bytes are those of objects that are done. */
export interface LedgerSums {
  done: number;
  skipped: number;
  dead: number;
  events: number;
  compressedBytes: number;
  inflatedBytes: number;
}

/**
 * Inserts ledger rows, at most 1,000 a statement. Throws TrailsieveError `fenced` where the ledger took another number.
 * @returns sums over them
 */
export async function insertLedgerRows(
  trx: Trx,
  scope: string,
  objects: readonly SettledObject[],
): Promise<LedgerSums> {
  const sums: LedgerSums = {
    done: 0,
    skipped: 0,
    dead: 0,
    events: 0,
    compressedBytes: 0,
    inflatedBytes: 0,
  };
  for (const batch of batches(objects)) {
    const keys = batch.map((object) => splitKey(object.key));
    const heads = await insertHeads(trx, scope, keys.map((key) => key.head));
    const { numAffectedRows } = await sql`
      insert into ledger (object_id, size, inflated_bytes, head_id, event_count, outcome, attempts,
        name, etag, sha256, error)
      select r.object_id, r.size, r.inflated_bytes, r.head_id, r.event_count, r.outcome, r.attempts,
        r.name, decode(r.etag, 'hex'), decode(r.sha256, 'hex'), r.error
      from unnest(
        ${batch.map((object) => object.id)}::uuid[],
        ${batch.map((object) => object.size)}::bigint[],
        ${batch.map((object) => object.inflatedBytes)}::bigint[],
        ${heads}::int[],
        ${batch.map((object) => object.eventCount)}::int[],
        ${batch.map((object) => OUTCOME_CODES[object.outcome])}::smallint[],
        ${batch.map((object) => object.attempts)}::smallint[],
        ${keys.map((key) => key.name)}::text[],
        ${batch.map((object) => etagHex(object.etag))}::text[],
        ${batch.map((object) => hexOf(object.sha256))}::text[],
        ${batch.map(errorOf)}::text[]
      ) as r(object_id, size, inflated_bytes, head_id, event_count, outcome, attempts, name, etag, sha256,
        error)`.execute(trx);
    if (numAffectedRows !== BigInt(batch.length)) {
      throw fenced("commit a shard", "the ledger took another number of objects");
    }
    for (const object of batch) {
      sums[object.outcome]++;
      if (object.outcome !== "done") continue;
      sums.events += object.eventCount;
      sums.compressedBytes += object.size;
      sums.inflatedBytes += object.inflatedBytes;
    }
  }
  return sums;
}

/** Stores the heads that are new. @returns the id of each key's head */
async function insertHeads(
  trx: Trx,
  scope: string,
  heads: readonly string[],
): Promise<readonly number[]> {
  const ids = new Map<string, string>();
  for (const head of heads) if (!ids.has(head)) ids.set(head, headId(scope, head));
  // One order for all, so that two commits with the same new heads wait for each other instead of both.
  const rows = [...ids].sort(([, a], [, b]) => (a < b ? -1 : 1));
  const hashes = rows.map(([, id]) => id);
  await sql`
    insert into key_heads (head_hash, scope, head)
    select r.id, ${scope}, r.head
    from unnest(${hashes}::uuid[], ${rows.map(([head]) => head)}::text[]) as r(id, head)
    where not exists (select from key_heads h where h.head_hash = r.id)
    on conflict do nothing`.execute(trx);
  // A statement of its own also sees what another commit stored meanwhile.
  const { rows: found } = await sql<{ head_hash: string; id: number }>`
    select head_hash, id from key_heads where head_hash = any(${hashes}::uuid[])`.execute(trx);
  const numbers = new Map(found.map(({ head_hash, id }) => [head_hash, id]));
  return heads.map((head) => numbers.get(ids.get(head)!)!);
}

/** An MD5 as its 16 bytes; another ETag as its text behind a zero byte, or two where that makes 16 bytes. */
function etagHex(etag: string): string {
  if (/^[0-9a-f]{32}$/.test(etag)) return etag;
  const text = Buffer.from(etag, "utf8");
  return (text.length === 15 ? "0000" : "00") + text.toString("hex");
}

function hexOf(bytes: Uint8Array | null): string {
  return bytes === null ? "" : Buffer.from(bytes).toString("hex");
}

function errorOf({ error }: ObjectResult): string {
  return error === null ? "" : errorText(`${error.stage}: ${error.message}`);
}
