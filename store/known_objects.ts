import { sql } from "kysely";
import type { ObjectRef } from "../core/types.ts";
import { batches } from "./columns.ts";
import type { Database } from "./database.ts";
import { objectId } from "./object_id.ts";
import { isKnown } from "./enqueue_shard.ts";
import type { OfBackfill, Store } from "./types.ts";

/** See {@linkcode Store.filterUnknown}. */
export async function filterUnknown(
  database: Database,
  openedAt: Date,
  scope: string,
  refs: readonly ObjectRef[],
  backfill?: OfBackfill,
): ReturnType<Store["filterUnknown"]> {
  const unknown: ObjectRef[] = [];
  let inLedger = 0;
  let settledSince = 0;
  let planned = 0;
  for (const batch of batches(refs)) {
    const ids = batch.map((ref) => objectId(scope, ref.key, ref.etag));
    const { rows } = await database.query(
      "look up objects",
      (db) =>
        sql<{ id: string; settled: boolean; fresh: boolean }>`
          select object_id as id, true as settled, done_at >= ${openedAt} as fresh
          from ledger l where object_id = any(${ids}::uuid[]) ${isKnown(backfill)}
          union all
          select object_id, false, false from planned_refs where object_id = any(${ids}::uuid[])`
          .execute(db),
    );
    // An object in both is read again, and counted where it was planned.
    const settledById = new Map<string, boolean>();
    for (const row of rows) {
      settledById.set(row.id, row.settled && settledById.get(row.id) !== false);
    }
    const fresh = new Set(
      rows.filter((row) => row.fresh && settledById.get(row.id)).map((row) => row.id),
    );
    settledSince += fresh.size;
    batch.forEach((ref, i) => {
      const settled = settledById.get(ids[i]);
      if (settled === undefined) unknown.push(ref);
      else if (settled) inLedger++;
      else planned++;
    });
  }
  return { unknown, inLedger, settledSince, planned };
}
