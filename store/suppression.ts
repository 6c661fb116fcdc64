/**
 * Which alerts are suppressed, as one column: `alerts_from` is the first event time that is not. `infinity` and
 * `-infinity` are what they say.
 */
import { sql } from "kysely";
import { isOfSources } from "./of_sources.ts";
import type { Database } from "./database.ts";
import type { Store, Suppression } from "./types.ts";

/** The column's value. */
export function alertsFrom(suppress: Suppression = { all: false, beforeMs: null }): string {
  if (suppress.all) return "infinity";
  return suppress.beforeMs === null ? "-infinity" : new Date(suppress.beforeMs).toISOString();
}

/** From the column, read as seconds since the epoch (`extract(epoch from …)::float8`). */
export function suppressionOf(seconds: number): Suppression {
  if (seconds === Infinity) return { all: true, beforeMs: null };
  return { all: false, beforeMs: seconds === -Infinity ? null : Math.round(seconds * 1000) };
}

/** See {@linkcode Store.adoptShards}. */
export async function adoptShards(
  database: Database,
  suppress: Suppression,
  of: Parameters<Store["adoptShards"]>[1],
): Promise<void> {
  const isOurs = "backfillIds" in of
    ? sql`backfill_id = any(${[...of.backfillIds]}::uuid[])`
    : sql`backfill_id is null and ${isOfSources("source_url", of.sourceUrls)}`;
  await database.query(
    "adopt shards",
    (db) =>
      sql`update shards set alerts_from = ${alertsFrom(suppress)}::timestamptz
      where ${isOurs} and alerts_from <> ${alertsFrom(suppress)}::timestamptz`.execute(db),
  );
}
