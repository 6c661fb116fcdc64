import { sql } from "kysely";
import type { Trx } from "./database.ts";
import type { SettledObject } from "./ledger_rows.ts";
import type { LeasedShard } from "./types.ts";

/**
 * Makes way in the ledger for objects of a shard that were read again: their old rows go, and what was noted of
 * their records, which the new reading notes anew. An object that was read before and could not be found any more
 * keeps its row, since that row tells which events the lake has; only its time changes, by which it is known to be
 * tried.
 * @returns the objects that still need a row, and how many kept theirs
 */
export async function replaceSettled(
  trx: Trx,
  shard: Pick<LeasedShard, "scope" | "refs">,
  settled: readonly SettledObject[],
): Promise<{ readonly left: readonly SettledObject[]; readonly kept: number }> {
  const again = new Set(shard.refs.filter((ref) => ref.again).map(versionOf));
  if (again.size === 0) return { left: settled, kept: 0 };
  const reread = settled.filter((object) => again.has(versionOf(object)));
  const { rows } = await sql<{ object_id: string }>`
    update ledger set done_at = now()
    where outcome = 1 and object_id = any(${
    reread.filter((object) => object.outcome === "skipped").map(({ id }) => id)
  }::uuid[]) returning object_id`.execute(trx);
  const kept = new Set(rows.map((row) => row.object_id));
  const replaced = reread.map(({ id }) => id).filter((id) => !kept.has(id));
  await sql`delete from ledger where object_id = any(${replaced}::uuid[])`.execute(trx);
  await sql`delete from dead_letters
    where object_id = any(${replaced}::uuid[]) and kind in ('object', 'record')`.execute(trx);
  return { left: settled.filter(({ id }) => !kept.has(id)), kept: kept.size };
}

function versionOf({ key, etag }: { readonly key: string; readonly etag: string }): string {
  return `${key}\0${etag}`;
}
