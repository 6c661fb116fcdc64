import type { Level } from "../core/types.ts";
import { codeText, escapeText, linkText } from "./slack_text.ts";

/**
 * Slack's limits on blocks (docs.slack.dev, "Block Kit reference"): a section's text 3,000 characters, its
 * fields 10 of 2,000 each, a context's elements 10. Ours are lower where a longer text helps nobody.
 */
const TITLE_CHARACTERS_MAX = 2_000;
const FIELD_CHARACTERS_MAX = 1_500;
const NOTE_CHARACTERS_MAX = 1_000;
const LINKS_MAX = 3;

const EMOJIS: Readonly<Record<Level, string>> = {
  informational: ":white_circle:",
  low: ":large_blue_circle:",
  medium: ":large_yellow_circle:",
  high: ":large_orange_circle:",
  critical: ":red_circle:",
};

/** `verbatim` keeps Slack from making links and mentions of what only looks like them. */
interface Text {
  readonly type: "mrkdwn";
  readonly text: string;
  readonly verbatim: true;
}

/** A message for an incoming webhook. `text` is what a notification shows. */
export interface SlackMessage {
  readonly text: string;
  readonly unfurl_links: false;
  readonly unfurl_media: false;
  readonly blocks: readonly (
    | { readonly type: "section"; readonly text: Text }
    | { readonly type: "section"; readonly fields: readonly Text[] }
    | { readonly type: "context"; readonly elements: readonly Text[] }
  )[];
}

/** The message of an alert in CONTRACT's form, with what somebody on call asks first. */
export function slackMessage(alert: Readonly<Record<string, unknown>>): SlackMessage {
  const level = textOf(alert.level) ?? "";
  const emoji = EMOJIS[level as Level] ?? ":white_circle:";
  const title = escapeText(
    textOf(alert.title) ?? textOf(alert.rule_title) ?? "(without a title)",
    TITLE_CHARACTERS_MAX,
  );
  const headline = `${emoji} *${escapeText(level, 50).toUpperCase()}*  ${title}`;
  return {
    text: headline,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: "section", text: mrkdwn(headline) },
      { type: "section", fields: fieldsOf(alert) },
      { type: "context", elements: notesOf(alert) },
    ],
  };
}

/** At most ten; what the event lacks is left out, but the first two are always there: Slack refuses none. */
function fieldsOf(alert: Readonly<Record<string, unknown>>): Text[] {
  const event = [textOf(alert.event_name), textOf(alert.event_source)]
    .filter((part) => part !== null).join(" · ");
  const fields: readonly (readonly [string, string | null])[] = [
    ["Account", textOf(alert.account_id) ?? "unknown"],
    ["Region", textOf(alert.region) ?? "unknown"],
    ["Principal", textOf(alert.user_arn)],
    ["Source IP", textOf(alert.source_ip_address)],
    ["Event", event === "" ? null : event],
    ["Event time", textOf(alert.event_time)],
    ["Error code", textOf(alert.error_code)],
    ["Rule", textOf(alert.rule_id)],
    ["Rule author", textOf(alert.rule_author)],
    ["Event ID", textOf(alert.event_id)],
  ];
  return fields.filter((field): field is readonly [string, string] => field[1] !== null)
    .map(([label, value]) => mrkdwn(`*${label}*\n${codeText(value, FIELD_CHARACTERS_MAX)}`));
}

function notesOf(alert: Readonly<Record<string, unknown>>): Text[] {
  const notes: string[] = [];
  const object = textOf(alert.source_object);
  if (object !== null) notes.push(`Source object ${codeText(object, NOTE_CHARACTERS_MAX)}`);
  notes.push(`Alert ${codeText(textOf(alert.alert_id) ?? "unknown", 100)}`);
  const tags = textsOf(alert.tags);
  if (tags.length > 0) notes.push(escapeText(tags.join("  "), NOTE_CHARACTERS_MAX));
  for (const reference of textsOf(alert.references)) {
    const link = linkText(reference, NOTE_CHARACTERS_MAX);
    if (link !== null && notes.length < 3 + LINKS_MAX) notes.push(link);
  }
  return notes.map(mrkdwn);
}

function mrkdwn(text: string): Text {
  return { type: "mrkdwn", text, verbatim: true };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
