import { sql } from "kysely";
import type { Trx } from "./database.ts";
import type { LeasedShard, NewPart } from "./types.ts";

/** Names part files of a shard that were put, and tells their hours that something waits. */
export async function nameParts(
  trx: Trx,
  { scope, sourceUrl }: Pick<LeasedShard, "scope" | "sourceUrl">,
  parts: readonly NewPart[],
): Promise<void> {
  for (const part of parts) {
    await sql`
      with named as (
        insert into parts (bytes, hours_left, path, etag, scope, source_url)
        values (${part.bytes}, ${part.hours.length}, ${part.path}, ${part.etag}, ${scope}, ${sourceUrl})
        returning id
      )
      insert into part_hours (hour, part_id, row_start, row_count)
      select to_timestamp(r.hour_ms / 1000), named.id, r.row_start, r.row_count
      from named, unnest(
        ${part.hours.map((hour) => hour.hourMs)}::float8[],
        ${part.hours.map((hour) => hour.rowStart)}::int[],
        ${part.hours.map((hour) => hour.rowCount)}::int[]
      ) as r(hour_ms, row_start, row_count)`.execute(trx);
  }
  const counts = new Map<number, number>();
  for (const part of parts) {
    for (const { hourMs } of part.hours) counts.set(hourMs, (counts.get(hourMs) ?? 0) + 1);
  }
  if (counts.size === 0) return;
  // Commits lock hours in one order, the last thing before their end, so that none holds them for long.
  const hours = [...counts].sort(([a], [b]) => a - b);
  await sql`
    insert into hours (hour, first_part_at, last_part_at, parts_waiting)
    select to_timestamp(r.hour_ms / 1000), clock_timestamp(), clock_timestamp(), r.parts
    from unnest(${hours.map(([hourMs]) => hourMs)}::float8[],
      ${hours.map(([, parts]) => parts)}::int[]) as r(hour_ms, parts)
    order by r.hour_ms
    on conflict (hour) do update set
      first_part_at = case when hours.parts_waiting = 0 then excluded.first_part_at
        else hours.first_part_at end,
      last_part_at = excluded.last_part_at,
      parts_waiting = hours.parts_waiting + excluded.parts_waiting`.execute(trx);
}
