import { assert, assertEquals, assertMatch } from "@std/assert";
import { LEVELS } from "../../core/types.ts";
import { matchesOf, readPack, viewOf } from "./pack.ts";

/** The tactics of Sigma's tag appendix that a cloud trail can show; the pack's folders are named so. */
const TACTICS = [
  "initial-access",
  "execution",
  "persistence",
  "privilege-escalation",
  "defense-evasion",
  "credential-access",
  "discovery",
  "lateral-movement",
  "collection",
  "exfiltration",
  "command-and-control",
  "impact",
];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const REFERENCE = /^https:\/\/(docs\.aws\.amazon\.com|aws\.amazon\.com|attack\.mitre\.org)\//;

/** Rules on who calls, with what, or by which way: the service and the call do not matter to them. */
const OF_ANY_SERVICE = [
  "exfiltration/endpoint-policy-refused.yml",
  "exfiltration/endpoint-used-from-public-address.yml",
  "initial-access/attack-distribution-user-agent.yml",
  "initial-access/attack-tool-user-agent.yml",
  "initial-access/instance-credentials-on-the-internet.yml",
  "initial-access/root-use.yml",
];
/** A rule on all calls of one service. */
const OF_ANY_CALL = ["discovery/iam-user-refused-by-iam.yml"];
/** A rule on a list of calls whose names say enough. */
const OF_ANY_SOURCE = ["initial-access/root-access-key-used.yml"];

const pack = await readPack();

Deno.test("readPack() finds every rule of the pack", () => {
  assert(pack.length >= 120, `Expected at least 120 rules, found ${pack.length}`);
});

Deno.test("pack: every rule has cases beside it, two that match and three that do not", () => {
  const lacking = pack.filter(({ cases }) =>
    cases === undefined || cases.match.length < 2 || cases.no_match.length < 3
  );
  assertEquals(lacking.map(({ path }) => path), []);
});

Deno.test("pack: every id and every title is used once", () => {
  for (const key of ["id", "title"] as const) {
    const values = pack.map(({ rule }) => rule[key]);
    assertEquals(values.filter((value, at) => values.indexOf(value) !== at), []);
  }
});

Deno.test("pack: rules match no call of that name to another service, but for those on callers", () => {
  const matching = pathsThatMatch((event) => ({ ...event, eventSource: "example.amazonaws.com" }));
  assertEquals(matching, [...OF_ANY_SERVICE, ...OF_ANY_SOURCE].sort());
});

Deno.test("pack: rules match no other call to that service, but for those on callers", () => {
  const matching = pathsThatMatch((event) => ({ ...event, eventName: "ExampleCall" }));
  assertEquals(matching, [...OF_ANY_CALL, ...OF_ANY_SERVICE].sort());
});

/** Rules that match some of their cases still after a change. */
function pathsThatMatch(change: (event: object) => object): readonly string[] {
  return pack
    .filter(({ detector, cases }) =>
      (cases?.match ?? []).some(({ event }) =>
        matchesOf(detector, change(event as object)).length > 0
      )
    )
    .map(({ path }) => path);
}

for (const { path, tactic, rule, detector, cases } of pack) {
  Deno.test(`${path}: metadata is whole`, () => {
    assertMatch(rule.id, path.endsWith(".yml") ? UUID : KEBAB_CASE);
    assert(LEVELS.includes(rule.level), `Unknown level: ${rule.level}`);
    assertEquals(rule.author, "Trailsieve");
    assert(rule.title.length > 0 && rule.title.length <= 100 && !rule.title.endsWith("."));
    assert(rule.description.trim().length >= 60, "The description says too little");
    assert(rule.falsePositives.length > 0, "No false positive is named");
    assert(rule.references.length > 0, "No reference is named");
    for (const reference of rule.references) assertMatch(reference, REFERENCE);
  });

  Deno.test(`${path}: tags are the folder's tactic and valid ATT&CK names`, () => {
    const names = rule.tags.map((tag) => tag.replace(/^attack\./, ""));
    const techniques = names.filter((name) => /^t\d{4}(\.\d{3})?$/.test(name));
    const tactics = names.filter((name) => TACTICS.includes(name));
    assert(rule.tags.every((tag) => tag.startsWith("attack.")));
    assertEquals(techniques.length + tactics.length, rule.tags.length, rule.tags.join(", "));
    assert(techniques.length > 0, "No technique is named");
    assertEquals(tactics[0], tactic);
  });

  Deno.test(`${path}: matches what it must and nothing else`, () => {
    for (const { name, event } of cases?.match ?? []) {
      assertEquals(matchesOf(detector, event), [rule.id], `Must match: ${name}`);
      assert((rule.alertTitle?.(viewOf(event)) ?? rule.title).length > 0);
    }
    for (const { name, event } of cases?.no_match ?? []) {
      assertEquals(matchesOf(detector, event), [], `Must not match: ${name}`);
      assert(!rule.matches(viewOf(event)), `Must not match without the index: ${name}`);
    }
  });
}
