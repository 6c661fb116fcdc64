import { assert, assertEquals, assertMatch } from "@std/assert";
import { compileRules } from "../compile.ts";
import { eventOf, loadText, matcherOf, problemOf, ruleText, selectionText } from "./_rule_cases.ts";

const rule = (head: string, logsource = "product: aws\n  service: cloudtrail") =>
  `${head}\nlogsource:\n  ${logsource}\ndetection:\n  s:\n    eventName: x\n  condition: s\n`;

Deno.test("readDocument() takes metadata into the rule", async () => {
  const { specs } = await loadText(rule(`title: A title
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
name: a_name
description: |
  Some words.
author: Ann, Bob
references: [https://example.org/]
tags: [attack.t1078.004]
falsepositives: [Backups]
level: high
custom_field: {anything: goes}`));
  const [spec] = specs;
  assert(spec.kind === "sigma");
  const { detection, ...metadata } = spec;
  assertEquals(Object.keys(detection.searches), ["s"]);
  assertEquals(metadata, {
    kind: "sigma",
    file: "rule.yml",
    line: 1,
    id: "929a690e-bef0-4204-a928-ef5e620d6fcc",
    name: "a_name",
    title: "A title",
    level: "high",
    description: "Some words.",
    author: "Ann, Bob",
    tags: ["attack.t1078.004"],
    references: ["https://example.org/"],
    falsePositives: ["Backups"],
  });
});

Deno.test("readDocument() gives a rule without id its title in kebab case, and level medium", async () => {
  const { specs } = await loadText(rule("title: 'AWS S3: Bucket (Größe) -- made public!'"));
  const [spec] = specs;
  assert(spec.kind === "sigma");
  assertEquals(spec.id, "aws-s3-bucket-größe-made-public");
  assertEquals(spec.level, "medium");
});

for (
  const [logsource, applies] of [
    ["product: aws\n  service: cloudtrail", true],
    ["product: aws", true],
    ["service: cloudtrail", true],
    ["product: AWS\n  service: CloudTrail\n  definition: words", true],
    ["product: aws\n  service: route53", false],
    ["product: azure\n  service: cloudtrail", false],
    ["product: windows\n  category: process_creation", false],
    ["product: aws\n  category: dns", false],
    ["category: webserver", false],
  ] as const
) {
  Deno.test(`readDocument() on logsource ${JSON.stringify(logsource)}: ${applies}`, async () => {
    const set = await loadText(rule("title: t", logsource));
    assertEquals(set.problems, []);
    assertEquals(set.specs.length, applies ? 1 : 0);
    assertEquals(set.notApplicable.length, applies ? 0 : 1);
  });
}

Deno.test("readDocument() lists a rule for another log source with what it names", async () => {
  const set = await loadText(
    "title: Elsewhere\nlogsource: {product: windows, service: sysmon}\n" +
      "detection: {s: {a|unheard: [null]}, condition: nothing}\n",
  );
  assertEquals(set.problems, []);
  const reason = "its logsource is product: windows, service: sysmon";
  assertEquals(set.notApplicable, [{ file: "rule.yml", line: 1, title: "Elsewhere", reason }]);
});

Deno.test("readDocument() warns of fields that CloudTrail lacks and loads the rule", async () => {
  const text = selectionText(
    "src_ip: 1\nrequestParameters.anything: 2\nuserIdentity.nick: 3\nuserAgent|fieldref: dst_ip",
  );
  const set = await loadText(text);
  assertEquals(set.specs.length, 1);
  assertEquals(set.warnings.map(({ line, reason }) => [line, reason]), [
    [8, "CloudTrail has no field `src_ip`"],
    [10, "CloudTrail has no field `userIdentity.nick`"],
    [11, "CloudTrail has no field `dst_ip`"],
  ]);
});

Deno.test("readDocument() warns of a search that the condition leaves out", async () => {
  const set = await loadText(ruleText("a:\n  eventName: x\nb:\n  eventName: y\ncondition: a"));
  assertEquals(set.warnings.map(({ line, reason }) => [line, reason]), [
    [9, "Search `b` is not part of the condition"],
  ]);
});

Deno.test("readDocument() warns of metadata that the schema forbids", async () => {
  const set = await loadText(rule(
    "title: t\ndate: 2026/01/01\nmodified: 2026-01-02\ntags: [Attack.T1, attack.t1078]\nstatus: fine",
  ));
  assertEquals(set.warnings.map(({ line }) => line), [2, 4, 5]);
  assertEquals((await loadText(rule("title: t\nstatus: deprecated"))).warnings.length, 1);
  assertEquals((await loadText(rule("title: t\nstatus: stable\ndate: 2026-01-02"))).warnings, []);
});

Deno.test("readDocument() refuses a rule whose own status is unsupported", async () => {
  const set = await loadText(rule("title: t\nstatus: unsupported"));
  assertEquals(set.specs, []);
  assertEquals(set.refused[0].reason, "its own status is `unsupported`");
});

Deno.test("SigmaCollection reads every document of a file, and each problem with its line", async () => {
  const set = await loadText(
    `${rule("title: One\nid: one")}---\n${rule("title: Two\nlevel: dire")}---\n${
      rule("title: Three")
    }---\n`,
  );
  assertEquals(set.specs.map((spec) => spec.kind === "sigma" && [spec.id, spec.line]), [
    ["one", 1],
    ["three", 21],
  ]);
  assertEquals(set.problems.map(({ line }) => line), [12]);
});

Deno.test("SigmaCollection names a duplicate id and where it is taken", async () => {
  const set = await loadText(`${rule("title: A\nid: same")}---\n${rule("title: B\nid: same")}`);
  assertEquals(set.specs.length, 1);
  assertEquals(set.problems.map(({ line, reason }) => [line, reason]), [
    [11, "Cannot use rule id `same` twice: rule.yml:1 has it already"],
  ]);
});

const filter = (rules: string, condition = "selection") =>
  `title: Filter\nlogsource: {product: aws, service: cloudtrail}\nfilter:\n  rules: ${rules}\n` +
  `  selection:\n    userAgent|startswith: adm_\n  condition: ${condition}\n`;

Deno.test("filters take away what their condition holds for, from the rules they name", async () => {
  for (const reference of ["one", "name_of_one"]) {
    const matches = await matcherOf(
      `${rule("title: One\nid: one\nname: name_of_one")}---\n${filter(`[${reference}]`)}`,
    );
    assert(matches({ eventName: "x", userAgent: "boto" }));
    assert(!matches({ eventName: "x", userAgent: "ADM_ann" }));
    assert(!matches({ eventName: "y", userAgent: "boto" }));
  }
});

Deno.test("filters leave other rules alone and warn of rules that do not exist", async () => {
  const set = await loadText(`${rule("title: One\nid: one")}---\n${filter("[two]")}`);
  assertMatch(set.warnings[0].reason, /names `two`, which is neither/);
  const detector = await compileRules(set.specs);
  let count = 0;
  const event = eventOf({ eventName: "x", userAgent: "adm_ann" });
  detector.evaluate(event, () => count++, () => {});
  assertEquals(count, 1);
});

Deno.test("filters on source and name alone take the rule out of the index", async () => {
  const text = `${rule("title: One\nid: one")}---\n` + filter("[one]").replace(
    "userAgent|startswith: adm_",
    "eventSource: a",
  );
  const detector = await compileRules((await loadText(text)).specs);
  assertEquals(detector.candidates(eventOf({ eventSource: "a", eventName: "x" })), []);
  assertEquals(detector.candidates(eventOf({ eventSource: "b", eventName: "x" })), [0]);
});

Deno.test("filters that begin with not, as pySigma wants them, take away the same and are warned of", async () => {
  const text = `${rule("title: One\nid: one")}---\n${filter("[one]", "not selection")}`;
  assertMatch((await loadText(text)).warnings[0].reason, /begins with `not`/);
  const matches = await matcherOf(text);
  assert(matches({ eventName: "x", userAgent: "boto" }));
  assert(!matches({ eventName: "x", userAgent: "ADM_ann" }));
});

Deno.test("filters for other logs are not applicable", async () => {
  const set = await loadText(filter("[one]").replace("product: aws", "product: windows"));
  assertEquals([set.specs.length, set.notApplicable.length], [0, 1]);
});

for (
  const [text, reason] of [
    [filter("[]"), "4: Cannot read `filter`: no `rules`"],
    [filter("{a: 1}"), "4: Cannot read `filter`: `rules` is no list of texts"],
    [filter("[a]", "nothing"), "7: Cannot parse condition: no search is named `nothing`"],
  ]
) {
  Deno.test(`filters that are malformed are problems: ${reason}`, async () => {
    assertEquals(await problemOf(text), reason);
  });
}

const correlation = (body: string, head = "title: Many\nid: many") =>
  `${head}\ncorrelation:\n  ${body.trim().split("\n").join("\n  ")}\n`;
const counting = `type: event_count
rules: [one]
group-by: [userIdentity.arn]
timespan: 1h
condition:
  gte: 100`;

Deno.test("correlations are checked and listed as refused", async () => {
  const set = await loadText(correlation(counting.replace("[one]", "[unknown]")));
  assertEquals(set.problems, []);
  assertEquals(set.refused.map(({ title, line }) => [title, line]), [["Many", 1]]);
  assertMatch(set.refused[0].reason, /`unknown`, which is neither id nor name/);
});

Deno.test("correlations keep the rules of their own file that exist for them alone", async () => {
  const one = rule("title: The one\nid: one");
  const alone = await loadText(`${one}---\n${correlation(counting)}`);
  assertEquals(alone.specs, []);
  assertEquals(alone.refused.map(({ title }) => title), ["Many", "The one"]);
  const both = await loadText(`${one}---\n${correlation(counting)}generate: true\n`);
  assertEquals(both.specs.length, 1);
  assertEquals(both.refused.length, 1);
});

Deno.test("correlations that name their rules by title are refused and say so", async () => {
  const one = rule("title: The one\nid: one");
  const set = await loadText(`${one}---\n${correlation(counting.replace("[one]", "[The one]"))}`);
  assertEquals(set.specs.length, 1);
  assertMatch(set.refused[0].reason, /by its title/);
});

for (
  const [body, reason] of [
    ["rules: [a]\ntimespan: 1h", "`type` is none of"],
    ["type: near\nrules: [a]\ntimespan: 1h", "`type` is none of"],
    ["type: temporal\ntimespan: 1h", "no `rules`"],
    ["type: temporal\nrules: [a]", "`timespan` is no number"],
    ["type: temporal\nrules: [a]\ntimespan: 1M", "`timespan` is no number"],
    ["type: event_count\nrules: [a]\ntimespan: 1h", "no `condition`"],
    ["type: event_count\nrules: [a]\ntimespan: 1h\ncondition: {ge: 1}", "`ge` is none of"],
    ["type: event_count\nrules: [a]\ntimespan: 1h\ncondition: {gte: many}", "`gte` is no number"],
    ["type: event_count\nrules: [a]\ntimespan: 1h\ncondition: {}", "it compares with nothing"],
    ["type: value_count\nrules: [a]\ntimespan: 1h\ncondition: {gte: 1}", "needs a `field`"],
    ["type: temporal\nrules: [a]\ntimespan: 1h\naliases: [a]", "it is no map"],
    ["type: temporal\nrules: [{a: 1}]\ntimespan: 1h", "`rules` is no list of texts"],
  ]
) {
  Deno.test(`correlations that are malformed are problems: ${JSON.stringify(body)}`, async () => {
    const problem = await problemOf(correlation(body));
    assert(problem.includes(reason), problem);
  });
}

Deno.test("correlations of every type are understood", async () => {
  for (const type of ["temporal", "temporal_ordered"]) {
    const text = correlation(`type: ${type}\nrules: [a, b]\ntimespan: 5m\naliases: {x: {a: f}}`);
    assertEquals((await loadText(text)).refused.length, 1);
  }
  for (const type of ["value_count", "value_sum", "value_avg", "value_percentile"]) {
    const condition = "condition: {field: a, gt: 1, lte: 5}";
    const text = correlation(`type: ${type}\nrules: [a]\ntimespan: 1d\n${condition}`);
    assertEquals((await loadText(text)).refused.length, 1);
  }
});
