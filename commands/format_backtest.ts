import type { BacktestResult, RuleBacktest } from "../coordinator/mod.ts";
import { formatCount } from "./format_summary.ts";
import { formatColumns, formatNumber, plainText } from "./write_text.ts";

const DAYS_SHOWN = 31;
const PRINCIPALS_SHOWN = 5;

/** A backtest for people: all rules that matched in a table, then each by day and principal. */
export function formatBacktest(result: BacktestResult): string {
  const { objects, unread_objects, events, days, matches, alerts_per_day, rules } = result;
  const matching = rules.filter((rule) => rule.matches > 0);
  const unread = unread_objects > 0 ? ` (${formatCount(unread_objects)} could not be read)` : "";
  const head = `${formatCount(objects)} objects${unread}, ${formatCount(events)} events, ` +
    `${
      formatNumber(Number(days.toFixed(2)), "day")
    }: ${matching.length} of ${rules.length} rules match, ` +
    `${formatCount(matches)} alerts, ${alerts_per_day} a day\n`;
  const rows = matching.map((rule) => [
    String(rule.matches),
    String(rule.alerts_per_day),
    rule.level ?? "",
    plainText(rule.title ?? ""),
    plainText(rule.rule_id),
  ]);
  const table = rows.length === 0
    ? ""
    : `\n${formatColumns([["alerts", "a day", "level", "title", "rule"], ...rows])}`;
  const errors = rules.filter(({ error }) => error !== null)
    .map(({ rule_id, error }) => `\n${plainText(`${rule_id}: ${error}`)}\n`);
  return `${head}${table}${errors.join("")}${matching.map(formatRule).join("")}`;
}

function formatRule(rule: RuleBacktest): string {
  const days = Object.entries(rule.by_day);
  const principals = Object.entries(rule.by_principal).slice(0, PRINCIPALS_SHOWN);
  const lines = [
    "",
    `${rule.title} (${rule.rule_id})`,
    ...days.slice(0, DAYS_SHOWN).map(([day, count]) => `  ${day}  ${count}`),
    ...more(days.length - DAYS_SHOWN, "days"),
    ...principals.map(([principal, count]) => `  ${count} by ${principal}`),
    ...more(rule.principals - principals.length, "principals"),
    ...rule.samples.map(({ event_id, event_time, event_name, source_object }) =>
      `  e.g. ${event_time} ${event_name} ${event_id} in ${source_object}`
    ),
  ];
  return lines.map((line) => `${plainText(line)}\n`).join("");
}

function more(count: number, what: string): string[] {
  return count > 0 ? [`  and ${count} more ${what}`] : [];
}
