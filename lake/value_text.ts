import {
  DuckDBArrayValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  type DuckDBValue,
} from "@duckdb/node-api";

/** A value as a cell of a table or CSV file: instants as ISO 8601 UTC, nested values as JSON; null stays. */
export function cellText(value: DuckDBValue): string | null {
  if (value === null) return null;
  if (typeof value === "string") return value;
  if (value instanceof DuckDBTimestampTZValue) return instantText(value);
  return isNested(value) ? jsonText(value) : String(value);
}

/** A value as JSON text; whole numbers of any size stay exact. */
export function jsonText(value: DuckDBValue): string {
  if (value === null || typeof value === "boolean" || typeof value === "bigint") {
    return String(value);
  }
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return `[${value.items.map(jsonText).join(",")}]`;
  }
  if (value instanceof DuckDBStructValue) {
    return jsonObject(Object.entries(value.entries));
  }
  if (value instanceof DuckDBMapValue) {
    return jsonObject(value.entries.map(({ key, value }) => [cellText(key) ?? "null", value]));
  }
  return JSON.stringify(cellText(value));
}

/** An object's JSON text from names and values. */
export function jsonObject(entries: readonly (readonly [string, DuckDBValue])[]): string {
  return `{${
    entries.map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`).join(",")
  }}`;
}

/** Whether a column of such values lines up at the right. */
export function isNumeric(value: DuckDBValue): boolean {
  return typeof value === "number" || typeof value === "bigint";
}

function isNested(value: DuckDBValue): boolean {
  return value instanceof DuckDBListValue || value instanceof DuckDBArrayValue ||
    value instanceof DuckDBStructValue || value instanceof DuckDBMapValue;
}

function instantText(value: DuckDBTimestampTZValue): string {
  const { micros } = value;
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((micros - rest) / 1000n));
  if (!value.isFinite || Number.isNaN(date.getTime())) return String(value);
  const fraction = rest === 0n ? "" : `.${String(rest).padStart(6, "0").replace(/(000)?$/, "")}`;
  return date.toISOString().replace(/\.000Z$/, `${fraction}Z`);
}
