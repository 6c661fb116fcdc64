import { sql } from "kysely";
import { errorText } from "./columns.ts";
import type { Database } from "./database.ts";
import type { DamagedPart } from "./dead_letter_types.ts";

/** See {@linkcode DeadLetterStore.setAsidePart}. */
export async function setAsidePart(database: Database, part: DamagedPart): Promise<boolean> {
  const { partId, uri, reason } = part;
  return await database.transact("set a damaged part aside", async (trx) => {
    // Hours before parts, in one order, as where hours are committed.
    await sql`
      select 1 from hours where hour in (select hour from part_hours where part_id = ${partId}::bigint)
      order by hour for update`.execute(trx);
    const { numAffectedRows } = await sql`
      with waiting as (
        delete from part_hours where part_id = ${partId}::bigint returning hour
      ), eased as (
        update hours h set parts_waiting = h.parts_waiting - 1 from waiting w where h.hour = w.hour
      )
      insert into dead_letters (kind, stage, reason, part_id, uri, scope, source_url)
      select 'part', 'compact', ${errorText(reason)}, p.id, ${uri}, p.scope, p.source_url
      from parts p where p.id = ${partId}::bigint and exists (select from waiting)`.execute(trx);
    return numAffectedRows === 1n;
  });
}
