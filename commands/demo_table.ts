import { LEVELS } from "../core/types.ts";
import type { AccountLabel, Story } from "../generator/mod.ts";

/** Of an alert, what the demo shows. */
export interface DemoAlert {
  readonly rule_title: string;
  readonly level: string;
  readonly event_id: string;
  readonly event_time: string;
  readonly account_id: string | null;
}

/** Alerts of one rule within one story. */
interface Row {
  readonly level: string;
  readonly title: string;
  readonly firstTime: string;
  readonly account: string;
  count: number;
}

const LEVEL_WIDTH = "informational".length;
const TIMES_WIDTH = 5;
const TIME_WIDTH = "2026-03-02 01:11".length;
const TITLE_WIDTH_MIN = 20;

const COLOURS: Readonly<Record<string, string>> = {
  critical: "\x1b[1;31m",
  high: "\x1b[31m",
  medium: "\x1b[33m",
  low: "\x1b[36m",
};

/** A table of alerts under the story that each belongs to, stories in time order, at most `width` columns wide. */
export function demoTable(
  alerts: readonly DemoAlert[],
  stories: readonly Story[],
  accounts: readonly AccountLabel[],
  options: { readonly width: number; readonly colour: boolean },
): string {
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  const storyOf = new Map(
    stories.flatMap((story) => story.eventIds.map((id) => [id, story] as const)),
  );
  const groups = new Map<Story | null, Row[]>();
  for (const alert of alerts.toSorted((a, b) => a.event_time < b.event_time ? -1 : 1)) {
    const story = storyOf.get(alert.event_id) ?? null;
    const rows = groups.get(story) ?? [];
    groups.set(story, rows);
    const account = names.get(alert.account_id ?? "") ?? alert.account_id ?? "";
    const same = rows.find((row) => row.title === alert.rule_title && row.account === account);
    if (same !== undefined) same.count++;
    else {
      const firstTime = alert.event_time.slice(0, 16).replace("T", " ");
      rows.push({ level: alert.level, title: alert.rule_title, firstTime, account, count: 1 });
    }
  }
  const titleWidth = widthForTitles([...groups.values()].flat(), options.width);
  const lines: string[] = [];
  for (const story of [...stories.toSorted((a, b) => a.startedAt - b.startedAt), null]) {
    const rows = groups.get(story);
    if (story === null && rows === undefined) continue;
    const title = story === null ? "Outside of every story" : story.title;
    lines.push("", bold(cut(title, options.width), options.colour));
    if (rows === undefined) lines.push("  no alert");
    const bySeverity = rows?.toSorted((a, b) => rank(b.level) - rank(a.level)) ?? [];
    for (const row of bySeverity) {
      lines.push(formatRow(row, { titleWidth, colour: options.colour }));
    }
  }
  return `${lines.slice(1).join("\n")}\n`;
}

/** How many of the stories raised an alert at all. */
export function storiesFound(alerts: readonly DemoAlert[], stories: readonly Story[]): number {
  const ids = new Set(alerts.map((alert) => alert.event_id));
  return stories.filter((story) => story.eventIds.some((id) => ids.has(id))).length;
}

function formatRow(
  row: Row,
  { titleWidth, colour }: { readonly titleWidth: number; readonly colour: boolean },
): string {
  const level = row.level.padEnd(LEVEL_WIDTH);
  const times = row.count > 1 ? `${row.count}×` : "";
  const title = cut(row.title, titleWidth).padEnd(titleWidth);
  const paint = colour ? COLOURS[row.level] : undefined;
  const painted = paint === undefined ? level : `${paint}${level}\x1b[0m`;
  return `  ${painted}${times.padStart(TIMES_WIDTH)} ${title}  ${row.firstTime}  ${row.account}`;
}

/** What is left of the width for titles, at most what the longest needs. */
function widthForTitles(rows: readonly Row[], width: number): number {
  const accountWidth = Math.max(0, ...rows.map((row) => row.account.length));
  const others = 2 + LEVEL_WIDTH + TIMES_WIDTH + 1 + 2 + TIME_WIDTH + 2 + accountWidth;
  const longest = Math.max(0, ...rows.map((row) => row.title.length));
  return Math.max(TITLE_WIDTH_MIN, Math.min(longest, width - others));
}

function rank(level: string): number {
  return (LEVELS as readonly string[]).indexOf(level);
}

function bold(text: string, colour: boolean): string {
  return colour ? `\x1b[1m${text}\x1b[0m` : text;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
