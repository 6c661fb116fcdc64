import { sha256Hex } from "../../core/ids.ts";
import { canonicalJson, compactJson, objectMembers } from "../../core/json_text.ts";
import { EVENT_COLUMNS, type EventRow, MADE_ID_PREFIX } from "../../parquet/mod.ts";

const BY_FIELD = new Map(EVENT_COLUMNS.flatMap((c) => c.field === null ? [] : [[c.field, c]]));

/**
 * A record's row, made the simple way from CONTRACT.md's sentences: what a column gives back exactly goes
 * there, all else into `extra`. Copies are left out. Null for a record without an RFC 3339 `eventTime`.
 */
export function naiveRow(recordText: string, sourceObject: string): EventRow | null {
  const members = objectMembers(recordText);
  const counts = Map.groupBy(members, (member) => member.name);
  const row: Record<string, unknown> = { source_object: sourceObject };
  const extra: string[] = [];
  for (const { name, text } of members) {
    const column = BY_FIELD.get(name);
    const value = JSON.parse(text);
    const isString = typeof value === "string" && value.isWellFormed();
    const single = counts.get(name)!.length === 1;
    if (column?.type === "json" && single && text !== "null") row[column.name] = compactJson(text);
    else if (column?.type === "string" && single && isString) row[column.name] = value;
    else if (column?.type === "bool" && single && typeof value === "boolean") {
      row[column.name] = value;
    } else if (column?.type === "timestamp" && isString) {
      row[column.name] = Date.parse(value);
      const exact = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value);
      if (!exact || !single) extra.push(`${JSON.stringify(name)}:${compactJson(text)}`);
    } else extra.push(`${JSON.stringify(name)}:${compactJson(text)}`);
  }
  if (!Number.isFinite(row.event_time)) return null;
  row.event_id ??= MADE_ID_PREFIX + sha256Hex(canonicalJson(recordText));
  if (extra.length > 0) row.extra = `{${extra.join(",")}}`;
  return row;
}
