import { objectMembers } from "../core/json_text.ts";
import { EVENT_COLUMNS } from "./columns.ts";

/** What an `event_id` starts with that was made from the record's content, because it had none. */
export const MADE_ID_PREFIX = "sha256:";

const FIELD_COLUMNS = EVENT_COLUMNS.filter((column) => column.field !== null);

/** A row of `events`: a value by column name, null or absent where the column is null. */
export type EventRow = Readonly<Record<string, unknown>>;

/**
 * The record's JSON text, rebuilt from its row: equal to the original but for white space, the order of
 * its members and the escapes of its strings. Members of `extra` come last and stand in place of columns
 * of the same field; one that the record had twice is given twice. Throws SyntaxError where `extra` is no
 * object's text.
 */
export function recordFromRow(row: EventRow): string {
  const extra = typeof row.extra === "string" ? objectMembers(row.extra) : [];
  const names = new Set(extra.map((member) => member.name));
  const parts: string[] = [];
  for (const column of FIELD_COLUMNS) {
    const field = column.field!;
    const value = row[column.name];
    if (value === null || value === undefined || names.has(field)) continue;
    if (column.name === "event_id" && (value as string).startsWith(MADE_ID_PREFIX)) continue;
    const text = column.type === "json"
      ? value as string
      : column.type === "timestamp"
      ? `"${isoSeconds(value as number)}"`
      : JSON.stringify(value);
    parts.push(`"${field}":${text}`);
  }
  for (const member of extra) parts.push(`${JSON.stringify(member.name)}:${member.text}`);
  return `{${parts.join(",")}}`;
}

/** `YYYY-MM-DDTHH:MM:SSZ`; an `eventTime` of any other form stands in `extra`. */
function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
