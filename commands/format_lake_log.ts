import type { LakeLogEntry } from "../coordinator/mod.ts";
import { hourName } from "../core/hours.ts";
import { formatColumns, plainText } from "./write_text.ts";

const NAMES = [
  "written_at",
  "period",
  "dataset",
  "rows",
  "bytes",
  "duration_ms",
  "attempt",
  "path",
  "error",
] as const;

type Row = Readonly<Record<(typeof NAMES)[number], string | number | null>>;

/** The delivery log as a table, as one JSON object a line, or as CSV with a header. */
export function formatLakeLog(
  entries: readonly LakeLogEntry[],
  format: "table" | "json" | "csv",
): string {
  const rows = entries.map(rowOf);
  switch (format) {
    case "table":
      return formatColumns([NAMES, ...rows.map((row) => cellsOf(row).map(plainText))]);
    case "json":
      return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    case "csv":
      return [NAMES, ...rows.map(cellsOf)].map((cells) => `${cells.map(csvField).join(",")}\n`)
        .join("");
    default:
      throw format satisfies never;
  }
}

function rowOf(entry: LakeLogEntry): Row {
  const hour = hourName(entry.periodStartMs);
  return {
    written_at: new Date(entry.atMs).toISOString(),
    period: entry.period === "hour" ? hour : hour.slice(0, 10),
    dataset: entry.dataset,
    rows: entry.rows,
    bytes: entry.bytes,
    duration_ms: entry.durationMs,
    attempt: entry.attempt,
    path: entry.path,
    error: entry.error,
  };
}

function cellsOf(row: Row): string[] {
  return NAMES.map((name) => String(row[name] ?? ""));
}

/** RFC 4180. Errors quote what a store answered, so a text that a spreadsheet would run gets an apostrophe. */
function csvField(text: string): string {
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
