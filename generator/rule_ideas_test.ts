import { gunzipSync } from "node:zlib";
import { assert, assertEquals } from "@std/assert";
import { planTrail, RULE_IDEAS, type RuleIdea } from "./mod.ts";

// deno-lint-ignore no-explicit-any -- a record is any JSON; what a check asks for may be absent
type Rec = any;

const ANYONE = ["0.0.0.0/0", "::/0"];
const INGRESS = (record: Rec): string[] =>
  (record.requestParameters?.ipPermissions?.items ?? []).flatMap((item: Rec) =>
    [...(item.ipRanges.items ?? []), ...(item.ipv6Ranges.items ?? [])]
      .map((range: Rec) => range.cidrIp ?? range.cidrIpv6)
  );

/** The plainest check for each idea; the pack's rules know more cases. */
const CHECKS: Readonly<Record<RuleIdea, (record: Rec) => boolean>> = {
  "root-use": (record) => record.userIdentity.type === "Root",
  "console-login-without-mfa": (record) =>
    record.eventName === "ConsoleLogin" && record.responseElements.ConsoleLogin === "Success" &&
    record.additionalEventData.MFAUsed === "No",
  "trail-stopped-or-deleted": (record) => /^(StopLogging|DeleteTrail)$/.test(record.eventName),
  "access-key-created-for-another-user": (record) =>
    record.eventName === "CreateAccessKey" && record.requestParameters !== null &&
    record.requestParameters.userName !== record.userIdentity.userName,
  "public-bucket-policy": (record) =>
    record.eventName === "PutBucketPolicy" &&
    record.requestParameters.bucketPolicy.Statement.some((one: Rec) => one.Principal === "*"),
  "security-group-opened-to-the-world": (record) =>
    record.eventName === "AuthorizeSecurityGroupIngress" &&
    INGRESS(record).some((range) => ANYONE.includes(range)),
  "kms-key-scheduled-for-deletion": (record) => record.eventName === "ScheduleKeyDeletion",
  "guardduty-disabled": (record) => record.eventName === "DeleteDetector",
  "iam-policy-widened": (record) =>
    (record.eventName === "CreatePolicyVersion" &&
      /"Action":"\*"/.test(record.requestParameters.policyDocument)) ||
    (record.eventName === "AttachUserPolicy" &&
      /AdministratorAccess$/.test(record.requestParameters.policyArn)),
  "password-policy-weakened": (record) => record.eventName === "UpdateAccountPasswordPolicy",
  "snapshot-shared-outside": (record) =>
    /^Modify(DB)?SnapshotAttribute$/.test(record.eventName) &&
    /666014527311/.test(JSON.stringify(record.requestParameters)),
  "failed-console-logins": (record) =>
    record.eventName === "ConsoleLogin" && record.responseElements.ConsoleLogin === "Failure",
};

/** Ideas met by each story's events; under the empty name those met by the quiet part. */
function metIdeas(options: Parameters<typeof planTrail>[0]) {
  const plan = planTrail({ gzipLevel: 1, ...options });
  const storyOf = new Map(
    plan.stories.flatMap(({ name, eventIds }) => eventIds.map((id) => [id, name] as const)),
  );
  const met = new Map<string, Set<RuleIdea>>();
  const seen = new Set<string>();
  for (const object of plan.objects()) {
    if (object.kind !== "log") continue;
    for (const record of JSON.parse(gunzipSync(object.bytes).toString()).Records) {
      const story = storyOf.get(record.eventID) ?? "";
      seen.add(record.eventID);
      for (const idea of RULE_IDEAS) {
        if (!CHECKS[idea](record)) continue;
        if (!met.has(story)) met.set(story, new Set());
        met.get(story)!.add(idea);
      }
    }
  }
  return { plan, met, seen };
}

const { plan, met, seen } = metIdeas({ seed: 9, events: 30_000 });

Deno.test("planTrail() tells fifteen stories and more, already in a trail of 1,000 events", () => {
  for (const events of [1_000, 30_000]) {
    const { stories } = planTrail({ seed: 9, events });
    assert(stories.length >= 15, `${stories.length} stories`);
    assertEquals(new Set(stories.map(({ name }) => name)).size, stories.length);
  }
});

Deno.test("planTrail() labels stories with events that the trail holds", () => {
  const ids = plan.stories.flatMap(({ eventIds }) => eventIds);
  assertEquals(new Set(ids).size, ids.length);
  assertEquals(ids.filter((id) => !seen.has(id)), []);
  assert(plan.stories.every(({ eventIds }) => eventIds.length >= 2));
});

Deno.test("planTrail() spreads stories over the whole time, within it", () => {
  const length = plan.endAt - plan.startAt;
  for (const { startedAt, endedAt, name } of plan.stories) {
    assert(startedAt >= plan.startAt && endedAt < plan.endAt && startedAt < endedAt, name);
    assert(endedAt - startedAt < 45 * 60_000, `${name} takes too long`);
  }
  assert(plan.stories[0].startedAt < plan.startAt + length / 8);
  assert(plan.stories.at(-1)!.startedAt > plan.endAt - length / 8);
});

Deno.test("planTrail() names accounts of the organization in its stories", () => {
  const accounts = new Set(plan.accounts.map(({ id }) => id));
  assert(plan.stories.every(({ account }) => accounts.has(account)));
});

Deno.test("planTrail() has every rule idea met by a story that expects it, and by no other", () => {
  for (const { name, expectedRuleIdeas } of plan.stories) {
    assertEquals([...met.get(name) ?? []].sort(), [...expectedRuleIdeas].sort(), name);
  }
  const expected = new Set(plan.stories.flatMap((story) => story.expectedRuleIdeas));
  assertEquals([...expected].sort(), [...RULE_IDEAS].sort());
});

Deno.test("generateTrail() meets no rule idea in the quiet part", () => {
  assertEquals([...met.get("") ?? []], []);
});

Deno.test("generateTrail() without stories meets no rule idea at all", () => {
  const quiet = metIdeas({ seed: 9, events: 3_000, stories: false });
  assertEquals(quiet.plan.stories, []);
  assertEquals(quiet.seen.size, 3_000);
  assertEquals(quiet.met.size, 0);
});

Deno.test("planTrail() leaves out the last stories where they would be over half of the events", () => {
  const few = planTrail({ seed: 9, events: 60 });
  const labelled = few.stories.reduce((sum, { eventIds }) => sum + eventIds.length, 0);
  assert(few.stories.length > 0 && few.stories.length < plan.stories.length);
  assert(labelled <= 30);
  assertEquals(planTrail({ seed: 9, events: 0 }).stories, []);
});

Deno.test("planTrail() tells every story in the smallest organization too", () => {
  const small = metIdeas({ seed: 9, events: 1_000, accounts: 6, days: 1, partition: "aws-cn" });
  assertEquals(small.plan.stories.length, plan.stories.length);
  assertEquals(
    small.plan.stories.flatMap(({ eventIds }) => eventIds).every((id) => {
      return small.seen.has(id);
    }),
    true,
  );
});
