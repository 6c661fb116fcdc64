import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { slackMessage } from "./slack_message.ts";

const ALERT = {
  alert_id: "a".repeat(64),
  rule_id: "root-use",
  rule_title: "Root account used",
  rule_author: "Jane Doe",
  references: ["https://docs.aws.amazon.com/x", "not a link", "javascript:x"],
  level: "critical",
  tags: ["attack.t1078.004", "attack.initial-access"],
  title: "Root signed in <!channel> & left",
  event_id: "e-1",
  event_time: "2026-11-21T06:00:00Z",
  event_source: "signin.amazonaws.com",
  event_name: "ConsoleLogin",
  account_id: "111122223333",
  region: "us-east-1",
  user_arn: "arn:aws:iam::111122223333:root",
  source_ip_address: "203.0.113.7",
  error_code: null,
  source_object: "s3://bucket/AWSLogs/x.json.gz",
};

Deno.test("slackMessage() holds what somebody on call asks first", () => {
  const text = JSON.stringify(slackMessage(ALERT));
  for (
    const part of [
      ":red_circle: *CRITICAL*",
      "111122223333",
      "us-east-1",
      "arn:aws:iam::111122223333:root",
      "203.0.113.7",
      "ConsoleLogin · signin.amazonaws.com",
      "2026-11-21T06:00:00Z",
      "root-use",
      "Jane Doe",
      "s3://bucket/AWSLogs/x.json.gz",
      "attack.t1078.004",
      "<https://docs.aws.amazon.com/x>",
      ALERT.alert_id,
    ]
  ) assertStringIncludes(text, part);
  assert(!text.includes("Error code"), "a field that the event lacks is left out");
  assert(!text.includes("javascript:"), "only web links become links");
  assertStringIncludes(
    JSON.stringify(slackMessage({ ...ALERT, error_code: "AccessDenied" })),
    "*Error code*\\n`AccessDenied`",
  );
});

Deno.test("slackMessage() lets nothing of an event become a mention, a link or a preview", () => {
  const message = slackMessage({
    ...ALERT,
    user_arn: "<!here>`\n*Account*\n`000000000000`",
    title: "<https://evil.example|Click>",
    source_ip_address: "<@U123>",
  });
  const text = JSON.stringify(message);
  for (const mark of ["<!here>", "<https://evil", "<@U123>"]) assert(!text.includes(mark), mark);
  assertEquals(message.unfurl_links, false);
  assertEquals(text.match(/"type":"mrkdwn"/g)?.length, text.match(/"verbatim":true/g)?.length);
  assertStringIncludes(text, "`&lt;!here&gt;' *Account* '000000000000'`");
});

Deno.test("slackMessage() keeps Slack's limits whatever the alert holds", () => {
  const huge = "<&>`".repeat(50_000);
  const alert = Object.fromEntries(
    Object.keys(ALERT).map((key) => [
      key,
      key === "tags"
        ? Array(500).fill(huge)
        : key === "references"
        ? Array(500).fill(`https://h.example/${"x".repeat(900)}`)
        : huge,
    ]),
  );
  const message = slackMessage({ ...alert, level: "high", error_code: huge });
  assert(message.text.length <= 3000);
  for (const block of message.blocks) {
    if ("text" in block) assert(block.text.text.length <= 3000);
    if ("fields" in block) {
      assert(block.fields.length <= 10);
      for (const field of block.fields) assert(field.text.length <= 2000);
    }
    if ("elements" in block) {
      assert(block.elements.length <= 10);
      for (const element of block.elements) assert(element.text.length <= 3000);
    }
  }
});

Deno.test("slackMessage() makes a message of an alert that lacks everything", () => {
  const message = slackMessage({});
  assertStringIncludes(message.text, "(without a title)");
  for (const block of message.blocks) {
    const texts = "text" in block
      ? [block.text]
      : "fields" in block
      ? block.fields
      : block.elements;
    assert(texts.length > 0);
    for (const text of texts) assert(text.text.trim() !== "");
  }
  assertStringIncludes(slackMessage({ title: 7, rule_title: "R" }).text, "R");
});
