import { assert, assertEquals } from "@std/assert";
import { Random } from "./_random.ts";
import { compileModuleRule, compileRules } from "./compile.ts";
import { Detector } from "./detector.ts";
import { Event } from "./event.ts";
import { IndexValues } from "./index_values.ts";
import { recordFieldsFromText } from "./record_fields.ts";
import type { Rule } from "./rule.ts";
import { loadText, ruleText } from "./sigma/_rule_cases.ts";

function ruleOf(id: string, more: Partial<Rule> = {}): Rule {
  return {
    id,
    title: id,
    level: "low",
    description: "",
    author: "",
    tags: [],
    references: [],
    falsePositives: [],
    matches: () => true,
    ...more,
  };
}

function detectorOf(...rules: Rule[]): Detector {
  return new Detector(rules.map(compileModuleRule));
}

function eventOf(record: Readonly<Record<string, unknown>>): Event {
  return new Event(recordFieldsFromText(JSON.stringify(record)));
}

function run(detector: Detector, source: string | null, name: string | null): string[] {
  const log: string[] = [];
  detector.evaluate(
    eventOf({ eventSource: source, eventName: name }),
    (rule) => log.push(rule.id),
    (rule, error) => log.push(`${rule.id}: ${(error as Error).message}`),
    (index) => log.push(`#${index}`),
  );
  return log;
}

Deno.test("Detector.evaluate() runs rules whose hints fit, in order, each announced before", () => {
  const detector = detectorOf(
    ruleOf("any"),
    ruleOf("source", { eventSources: ["s3", "ec2"] }),
    ruleOf("name", { eventNames: ["Get"] }),
    ruleOf("both", { eventSources: ["ec2"], eventNames: ["Get"] }),
  );
  assertEquals(run(detector, "s3", "Put"), ["#0", "any", "#1", "source"]);
  assertEquals(run(detector, "s3", "Get"), ["#0", "any", "#1", "source", "#2", "name"]);
  assertEquals(run(detector, "ec2", "Get").length, 8);
  assertEquals(run(detector, "S3", "get"), ["#0", "any"]);
  const matched = (...pair: [string | null, string | null]) =>
    run(detector, ...pair).filter((entry) => !entry.startsWith("#"));
  assertEquals(matched(null, null), ["any"]);
  assertEquals(matched(null, "Get"), ["any", "name"]);
});

Deno.test("Detector.evaluate() names a rule that throws and goes on", () => {
  const detector = detectorOf(
    ruleOf("bad", {
      matches: () => {
        throw new Error("no");
      },
    }),
    ruleOf("odd", { matches: (() => "yes") as unknown as Rule["matches"] }),
    ruleOf("good"),
  );
  assertEquals(run(detector, "a", "b"), ["#0", "bad: no", "#1", "#2", "good"]);
});

Deno.test("Detector.evaluate() does not blame a rule for the caller's own error", () => {
  const detector = detectorOf(ruleOf("good"));
  const event = eventOf({});
  let blamed = false;
  let thrown = "";
  try {
    detector.evaluate(event, () => {
      throw new Error("mine");
    }, () => blamed = true);
  } catch (error) {
    thrown = (error as Error).message;
  }
  assertEquals([thrown, blamed], ["mine", false]);
});

Deno.test("Detector.disable() switches one rule off and leaves the others", () => {
  const detector = detectorOf(ruleOf("a"), ruleOf("b"));
  assertEquals(run(detector, "x", "y").length, 4);
  detector.disable("a");
  detector.disable("unknown");
  assertEquals(run(detector, "x", "y"), ["#1", "b"]);
  assertEquals(detector.rules.length, 2);
});

Deno.test("Detector.candidates() stay right beyond the number of calls that are remembered", () => {
  const detector = detectorOf(ruleOf("a", { eventNames: ["n7"] }));
  const found = (eventName: string) =>
    detector.candidates(eventOf({ eventSource: "s", eventName })).length;
  for (let i = 0; i < 25_000; i++) found(`n${i}`);
  const long = "n".repeat(5000);
  assertEquals([found("n7"), found("n8"), found(long), found(long)], [1, 0, 0, 0]);
});

Deno.test("Detector.candidates() are narrowed by every field of the index, in any order", async () => {
  const texts = [
    "a:\n  eventName: x\n  errorCode: null\n  userIdentity.type|re: '^[^R]'\ncondition: a",
    "a:\n  userAgent|contains: tool\n  userIdentity.type: IAMUser\ncondition: a",
    "a:\n  eventName: x\nb:\n  eventSource: s\ncondition: a or b",
  ].map((detection, i) => ruleText(detection).replaceAll("test-rule", `r${i}`)).join("---\n");
  const detector = await compileRules((await loadText(texts)).specs);
  const identity = (type: unknown) => ({ userIdentity: { type } });
  const cases: [Record<string, unknown>, number[]][] = [
    [{ eventName: "X", eventSource: "t", ...identity("IAMUser") }, [0, 2]],
    [{ eventName: "x" }, [2]],
    [{ eventName: "x", ...identity("IAMUser"), errorCode: "Denied" }, [2]],
    [{ eventName: "x", ...identity("IAMUser"), errorCode: null }, [0, 2]],
    [{ eventName: "x", ...identity("IAMUser"), errorCode: 7 }, [0, 2]],
    [{ eventName: "x", ...identity("Root") }, [2]],
    [{ eventName: "x", ...identity(["Root", "IAMUser"]) }, [0, 2]],
    [{ eventName: "y", eventSource: "s", userAgent: "a tool", ...identity("IAMUser") }, [2, 1]],
    [{ eventName: "y", userAgent: "a tool", ...identity("Role") }, []],
    [{ eventName: "y", userAgent: ["a tool"], ...identity("IAMUser") }, [1]],
    [{ eventName: "y", userAgent: "a tool", userIdentity: "IAMUser" }, []],
    [{ eventName: "y", userAgent: "a tool", "userIdentity.type": "IAMUser" }, [1]],
    [{}, []],
  ];
  for (const [record, expected] of cases) {
    assertEquals(detector.candidates(eventOf(record)), expected, JSON.stringify(record));
  }
});

Deno.test("Detector.evaluate() judges events by values that they share, each detector for itself", () => {
  const values = new IndexValues(["s3", "Get", null, null, null, "Root"]);
  const detectors = [
    detectorOf(ruleOf("a", { eventSources: ["s3"] }), ruleOf("b", { eventNames: ["Put"] })),
    detectorOf(ruleOf("c", { eventNames: ["Get"] })),
    detectorOf(ruleOf("d", { matches: (event) => event.get("eventName") === "Get" })),
    detectorOf(ruleOf("e", { matches: (event) => event.get("errorCode") !== undefined })),
    detectorOf(),
  ];
  const fields = recordFieldsFromText("{}");
  const event = new Event({ ...fields, indexValues: () => values });
  const found: string[] = [];
  for (let round = 0; round < 2; round++) {
    for (const detector of [...detectors, ...detectors.toReversed()]) {
      event.reset({ ...fields, indexValues: () => values });
      detector.evaluate(event, (rule) => found.push(rule.id), () => {});
    }
  }
  assertEquals(found, [..."acddca", ..."acddca"]);
  event.reset(fields);
  assertEquals([event.get("eventName"), event.indexString(1)], [undefined, null]);
});

Deno.test("Detector.unindexed() names rules about which no field of an index decides", async () => {
  const text = [
    "a:\n  eventName: [x, y]\ncondition: a",
    "a:\n  eventName|startswith: x\nb:\n  userAgent: z\ncondition: a and b",
    "a:\n  eventSource|contains: x\nb:\n  eventName|re: '^y'\ncondition: 1 of them",
    "a:\n  userAgent: z\ncondition: a",
    "a:\n  eventName: x\nb:\n  userAgent: z\ncondition: a or b",
    "a:\n  eventName: x\nb:\n  userAgent: z\ncondition: b and not a",
    "a:\n  eventName|fieldref: userAgent\ncondition: a",
    "a:\n  errorCode|exists: true\nb:\n  eventType: z\ncondition: a and b",
    "a:\n  sourceIPAddress: z\ncondition: a",
  ].map((detection, i) => ruleText(detection).replaceAll("test-rule", `r${i}`)).join("---\n");
  const detector = await compileRules((await loadText(text)).specs);
  assertEquals(detector.unindexed().map(({ id }) => id), ["r4", "r6", "r8"]);
});

Deno.test("Detector's index is never narrower than its rules, on random rules and events", async () => {
  const random = new Random("Detector index");
  const texts = Array.from(
    { length: 200 },
    (_, i) => ruleText(randomDetection(random)).replace("test-rule", `r${i}`),
  );
  const set = await loadText(texts.join("---\n"));
  assertEquals(set.problems, []);
  const detector = await compileRules(set.specs);
  let matched = 0;
  let skipped = 0;
  for (let round = 0; round < 300; round++) {
    const record: Record<string, unknown> = {};
    for (const field of FIELDS) {
      if (random.below(8) > 0) record[field] = randomValue(random);
    }
    if (random.below(8) > 0) record.userIdentity = randomIdentity(random);
    const event = eventOf(record);
    const found = new Set<string>();
    detector.evaluate(event, (rule) => found.add(rule.id), (_, error) => {
      throw error;
    });
    for (const rule of detector.rules) {
      const expected = rule.matches(event);
      assertEquals(found.has(rule.id), expected, `${rule.id} on ${JSON.stringify(record)}`);
      if (expected) matched++;
    }
    skipped += detector.rules.length - detector.candidates(event).length;
  }
  assert(matched > 5000, `rules must match often: ${matched}`);
  assert(skipped > 5000, `the index must spare work: ${skipped}`);
});

const FIELDS = ["eventSource", "eventName", "userAgent", "errorCode", "userIdentity.type"];
const WORDS = ["GetUser", "PutUser", "getuser", "Getx", "ec2.amazonaws.com", "s3", ""];

function randomValue(random: Random): unknown {
  const other = random.below(10);
  if (other === 0) return null;
  if (other === 1) return [random.pick(WORDS), random.pick(WORDS)];
  if (other === 2) return random.pick([1, true, {}]);
  return random.pick(WORDS);
}

/** Forms in which a path leads to a `type`, or does not. */
function randomIdentity(random: Random): unknown {
  const type = { type: randomValue(random) };
  return random.pick([type, type, type, [type], [type, { type: "s3" }], {}, "s3", null]);
}

function randomDetection(random: Random): string {
  const names = ["a", "b", "c"];
  const searches = names.map((name) => {
    const lines = Array.from({ length: 1 + random.below(2) }, () => {
      const field = random.pick(FIELDS);
      const modifier = random.pick([
        "",
        "",
        "|startswith",
        "|contains",
        "|endswith",
        "|neq",
        "|cased",
      ]);
      const values = random.pick([
        JSON.stringify(random.pick(WORDS)),
        `[${JSON.stringify(random.pick(WORDS))}, ${
          JSON.stringify(random.pick(["*er", "?3", "x"]))
        }]`,
      ]);
      const special = [`${field}: null`, `${field}|exists: true`, `${field}|re: '^[Gg]et'`];
      const line = random.below(6) === 0 ? random.pick(special) : `${field}${modifier}: ${values}`;
      return `  - ${line}`;
    });
    return `${name}:\n${lines.join("\n")}`;
  });
  const condition = random.pick([
    "a and b and c",
    "a and not b and c",
    "a or b and not c",
    "not (a or b) and c",
    "not a or not b or c",
    "1 of them",
    "all of them",
    "not 1 of a* and c and b",
  ]);
  return `${searches.join("\n")}\ncondition: ${condition}`;
}
