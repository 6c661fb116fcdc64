import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { unpackEvent } from "../core/event_pieces.ts";
import { alertId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { type AlertContext, buildAlert } from "./build_alert.ts";
import { Event } from "./event.ts";
import { recordFieldsFromText } from "./record_fields.ts";
import type { Rule } from "./rule.ts";

const rule: Rule = {
  id: "trail-stopped",
  title: "Trail stopped",
  level: "high",
  description: "Words",
  author: "Ann",
  tags: ["attack.t1562.008"],
  references: ["https://example.org/"],
  falsePositives: [],
  matches: () => true,
};
const context: AlertContext = {
  eventId: "e-1",
  eventTimeMs: 1_700_000_000_000,
  sourceObject: "s3://bucket/key",
  detectedAt: 1_700_000_100_005,
};
const eventOf = (json: string) => new Event(recordFieldsFromText(json));
const payloadOf = (...args: Parameters<typeof buildAlert>) =>
  JSON.parse(buildAlert(...args).payload);

Deno.test("buildAlert() writes the contract's members in its order", () => {
  const event = eventOf(
    `{"eventTime":"2023-11-14T22:13:20Z","eventSource":"cloudtrail.amazonaws.com",
    "eventName":"StopLogging","awsRegion":"eu-west-1","sourceIPAddress":"1.2.3.4","errorCode":"Denied",
    "recipientAccountId":"111122223333","userIdentity":{"arn":"arn:aws:iam::1:user/a","accountId":"9"}}`,
  );
  const alert = buildAlert(rule, event, context);
  assertEquals(Object.entries(JSON.parse(alert.payload)).slice(0, -1), [
    ["alert_id", alertId("trail-stopped", "e-1")],
    ["rule_id", "trail-stopped"],
    ["rule_title", "Trail stopped"],
    ["rule_author", "Ann"],
    ["references", ["https://example.org/"]],
    ["level", "high"],
    ["tags", ["attack.t1562.008"]],
    ["title", "Trail stopped"],
    ["dedup_key", "trail-stopped:111122223333:arn:aws:iam::1:user/a"],
    ["event_id", "e-1"],
    ["event_time", "2023-11-14T22:13:20Z"],
    ["event_source", "cloudtrail.amazonaws.com"],
    ["event_name", "StopLogging"],
    ["account_id", "111122223333"],
    ["region", "eu-west-1"],
    ["user_arn", "arn:aws:iam::1:user/a"],
    ["source_ip_address", "1.2.3.4"],
    ["error_code", "Denied"],
    ["detected_at", "2023-11-14T22:15:00.005Z"],
    ["source_object", "s3://bucket/key"],
  ]);
  assertEquals(Object.keys(JSON.parse(alert.payload)).at(-1), "event");
  assertEquals(
    { ...alert, payload: "" },
    {
      alertId: alertId("trail-stopped", "e-1"),
      ruleId: "trail-stopped",
      level: "high",
      dedupKey: "trail-stopped:111122223333:arn:aws:iam::1:user/a",
      eventId: "e-1",
      eventTimeMs: 1_700_000_000_000,
      payload: "",
    },
  );
});

Deno.test("buildAlert() writes null for what the event lacks, [] for empty lists", () => {
  const bare = { ...rule, author: "", tags: [], references: [] };
  const payload = payloadOf(bare, eventOf('{"eventName":null,"userIdentity":"root"}'), context);
  for (
    const name of ["rule_author", "event_time", "event_source", "event_name", "account_id"]
      .concat("region", "user_arn", "source_ip_address", "error_code")
  ) assertEquals(payload[name], null, name);
  assertEquals([payload.tags, payload.references], [[], []]);
  assertEquals(payload.dedup_key, "trail-stopped::");
});

Deno.test("buildAlert() takes the account of the identity where no recipient is named", () => {
  const event = eventOf('{"userIdentity":{"accountId":123456789012}}');
  assertEquals(payloadOf(rule, event, context).account_id, "123456789012");
});

Deno.test("buildAlert() keeps every value of the record in the source's own text, on one line", () => {
  const json = '{ "a" : 0.0,\n "b":12345678901234567890, "c":"x \\u0041\\n\\ud800", "c": [ ] }';
  const { payload } = buildAlert(rule, eventOf(json), context);
  assert(payload.endsWith(
    ',"event":{"a":0.0,"b":12345678901234567890,"c":"x \\u0041\\n\\ud800","c":[]}}',
  ));
  assert(!payload.includes("\n"));
});

Deno.test("buildAlert() uses the rule's own title and dedup key", () => {
  const own: Rule = {
    ...rule,
    alertTitle: (event) => `Trail ${event.get("a")} stopped`,
    dedupKey: (event) => `key:${event.get("a")}`,
  };
  const alert = buildAlert(own, eventOf('{"a":"main"}'), context);
  assertEquals(JSON.parse(alert.payload).title, "Trail main stopped");
  assertEquals(alert.dedupKey, "key:main");
});

Deno.test("buildAlert() falls back on the defaults where the rule's own throw or give no text", () => {
  const errors: string[] = [];
  const own: Rule = {
    ...rule,
    alertTitle: () => {
      throw new Error("no");
    },
    dedupKey: (() => 5) as unknown as Rule["dedupKey"],
  };
  const onError = (rule: Rule, error: unknown) =>
    errors.push(`${rule.id}: ${(error as Error).message}`);
  const payload = payloadOf(own, eventOf("{}"), { ...context, onError });
  assertEquals([payload.title, payload.dedup_key], ["Trail stopped", "trail-stopped::"]);
  assertEquals(errors, ["trail-stopped: no", "trail-stopped: `dedupKey` gives no text"]);
});

Deno.test("buildAlert() makes keys that a database column can hold", () => {
  const odd = JSON.stringify({ userIdentity: { arn: "a\0b\ud800c" } });
  assertEquals(buildAlert(rule, eventOf(odd), context).dedupKey, "trail-stopped::a\ufffdb\ufffdc");
  const long = (end: string) =>
    buildAlert(
      rule,
      eventOf(JSON.stringify({ userIdentity: { arn: "x".repeat(9000) + end } })),
      context,
    )
      .dedupKey;
  assertEquals(long("a").length, 512);
  assert(long("a") !== long("b"));
});

Deno.test("buildAlert() cuts a title that an attacker made long", () => {
  const own: Rule = { ...rule, alertTitle: () => "\u{1F600}".repeat(5000) };
  const { title } = payloadOf(own, eventOf("{}"), context);
  assert(title.length <= 512 && title.endsWith("…") && title.isWellFormed());
});

Deno.test("buildAlert() gives a long event in pieces, which alerts of one event share", () => {
  const text = JSON.stringify({ eventName: "StopLogging", note: "é".repeat(LIMITS.alertTextMax) });
  const long = eventOf(text.replace(":", " : "));
  const [first, second] = [1, 2].map(() => buildAlert(rule, long, context));
  assertEquals(Object.keys(JSON.parse(first.payload)).at(-1), "source_object");
  const event = Buffer.concat(first.eventPieces!.map(unpackEvent)).toString("utf8");
  assertEquals(event, text);
  assertEquals(second.eventPieces, first.eventPieces);
  assert(second.eventPieces === first.eventPieces);
});
