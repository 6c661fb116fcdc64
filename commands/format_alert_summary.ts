import type { RunReport } from "../coordinator/mod.ts";
import { formatCount } from "./format_summary.ts";

/** A table of the alerts that a run stored as suppressed, by rule. */
export function formatAlertSummary(rules: NonNullable<RunReport["alertSummary"]>): string {
  if (rules.length === 0) return "No rule matched.\n";
  const time = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace("T", " ");
  const rows = [
    ["level", "count", "first event", "last event", "rule", "title"],
    ...rules.map(({ ruleId, title, level, count, firstEventAt, lastEventAt }) => [
      level,
      formatCount(count),
      time(firstEventAt),
      time(lastEventAt),
      ruleId,
      title,
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => i === 1 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))
      .join("  ").trimEnd()
  );
  return `${lines.join("\n")}\n`;
}
