import { alertId, sha256Hex } from "../core/ids.ts";
import { compactJson } from "../core/json_text.ts";
import type { Alert } from "../core/types.ts";
import type { Event } from "./event.ts";
import type { Rule } from "./rule.ts";

/** What an alert says beside its rule and its event. */
export interface AlertContext {
  /** The record's `eventID`, or the id made of its content. */
  readonly eventId: string;
  /** `eventTime` in milliseconds since the epoch. */
  readonly eventTimeMs: number;
  /** `s3://…` or `file://…` of the object that holds the record. */
  readonly sourceObject: string;
  /** Milliseconds since the epoch. */
  readonly detectedAt: number;
  /** Told when the rule's own title or dedup key throws or gives no text; the default is used instead. */
  readonly onError?: (rule: Rule, error: unknown) => void;
}

/** Longer keys do not fit a database index; their end is replaced by a hash. */
const DEDUP_KEY_LENGTH_MAX = 512;
/** A title is read by people, and its filled-in values may be an attacker's. */
const TITLE_LENGTH_MAX = 512;

/**
 * The alert of a rule that matched, its payload in CONTRACT's form: one line of JSON, members in the
 * contract's order, the record in the source's own text; a long one comes in pieces. Never throws on what a rule or an
 * event holds.
 */
export function buildAlert(rule: Rule, event: Event, context: AlertContext): Alert {
  const id = alertId(rule.id, context.eventId);
  const accountId = textAt(event, "recipientAccountId") ?? textAt(event, "userIdentity.accountId");
  const userArn = textAt(event, "userIdentity.arn");
  const title = ownText(rule, "alertTitle", event, context) ?? rule.title;
  const dedupKey = fitKey(
    ownText(rule, "dedupKey", event, context) ?? `${rule.id}:${accountId ?? ""}:${userArn ?? ""}`,
  );
  const head = JSON.stringify({
    alert_id: id,
    rule_id: rule.id,
    rule_title: rule.title,
    rule_author: rule.author === "" ? null : rule.author,
    references: rule.references,
    level: rule.level,
    tags: rule.tags,
    title: cut(title, TITLE_LENGTH_MAX),
    dedup_key: dedupKey,
    event_id: context.eventId,
    event_time: textAt(event, "eventTime"),
    event_source: textAt(event, "eventSource"),
    event_name: textAt(event, "eventName"),
    account_id: accountId,
    region: textAt(event, "awsRegion"),
    user_arn: userArn,
    source_ip_address: textAt(event, "sourceIPAddress"),
    error_code: textAt(event, "errorCode"),
    detected_at: new Date(context.detectedAt).toISOString(),
    source_object: context.sourceObject,
  });
  return {
    alertId: id,
    ruleId: rule.id,
    level: rule.level,
    dedupKey,
    eventId: context.eventId,
    eventTimeMs: context.eventTimeMs,
    ...payloadOf(head, event),
  };
}

function payloadOf(head: string, event: Event): Pick<Alert, "payload" | "eventPieces"> {
  const eventPieces = event.packed();
  if (eventPieces !== null) return { payload: head, eventPieces };
  return { payload: `${head.slice(0, -1)},"event":${compactJson(event.text())}}` };
}

/** A string as it is, any other value as its JSON text; null where the field is absent, null or a list. */
function textAt(event: Event, path: string): string | null {
  const value = event.get(path);
  if (typeof value === "string") return value;
  if (value === undefined || value === null || Array.isArray(value)) return null;
  return event.read(path).leaves[0]?.text ?? null;
}

function ownText(
  rule: Rule,
  name: "alertTitle" | "dedupKey",
  event: Event,
  context: AlertContext,
): string | undefined {
  if (rule[name] === undefined) return undefined;
  try {
    const text: unknown = rule[name](event);
    if (typeof text === "string" && text !== "") return text;
    context.onError?.(rule, new TypeError(`\`${name}\` gives no text`));
  } catch (error) {
    context.onError?.(rule, error);
  }
  return undefined;
}

/** A key that a database column and its index can hold: no NUL, no lone surrogate, not too long. */
function fitKey(key: string): string {
  const clean = key.toWellFormed().replaceAll("\0", "\ufffd");
  if (clean.length <= DEDUP_KEY_LENGTH_MAX) return clean;
  const hash = sha256Hex(clean);
  return `${clean.slice(0, DEDUP_KEY_LENGTH_MAX - hash.length - 1).toWellFormed()}:${hash}`;
}

function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1).toWellFormed()}…`;
}
