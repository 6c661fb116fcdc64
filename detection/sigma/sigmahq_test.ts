/** SigmaHQ's own CloudTrail rules, where they lie beside the project; the project holds none of them. */
import { assert, assertEquals } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { compileRules } from "../compile.ts";
import type { Detector } from "../detector.ts";
import { findRuleFiles } from "../find_rule_files.ts";
import { readRuleFolders } from "../load_rules.ts";
import { eventOf, type TestEvent } from "./_rule_cases.ts";
import { referenceRule } from "./_reference.ts";
import type { Fields } from "./_sigmahq_calls.ts";
import { pairs } from "./_sigmahq_events.ts";

const corpus = new URL("../../../shared/corpus/", import.meta.url);
const folder = new URL("sigma/sigmahq-aws", corpus).pathname;
const ignore = !await exists(folder);
if (ignore) console.log(`skipped: SigmaHQ's rules are not at ${folder}`);
const placeholders = {
  Legitimate_Countries: ["Iceland"],
  Legitimate_IP_Ranges: ["192.0.2.*"],
};

Deno.test({
  name: "SigmaHQ's rules load unchanged, each with events that fire it and that do not",
  ignore,
  fn: async () => {
    const set = await readRuleFolders([folder], { placeholders });
    assertEquals([set.problems, set.notApplicable, set.refused], [[], [], []]);
    const detector = await compileRules(structuredClone(set.specs));
    assertEquals(detector.problems, []);
    const unseen = new Set(Object.keys(pairs));
    for (const spec of set.specs) {
      assert(spec.kind === "sigma");
      const name = spec.file.slice(spec.file.lastIndexOf("/") + 1, -".yml".length);
      unseen.delete(name);
      assert(pairs[name] !== undefined, `no events for ${name}`);
      for (const event of pairs[name].fires) {
        assert(firedBy(detector, event).has(spec.id), `${name} on ${JSON.stringify(event)}`);
      }
      for (const event of pairs[name].silent) {
        assert(!firedBy(detector, event).has(spec.id), `${name} on ${JSON.stringify(event)}`);
      }
    }
    assertEquals([...unseen], [], "rules that are gone");
  },
});

Deno.test({
  name: "SigmaHQ's rule with expand is a problem without its placeholders",
  ignore,
  fn: async () => {
    const { problems } = await readRuleFolders([folder]);
    assertEquals(problems.length, 1);
    assert(problems[0].reason.includes("`%Legitimate_Countries%`"), problems[0].reason);
  },
});

Deno.test({
  name: "SigmaHQ's rules on the real logs give what a second, plain reading of them gives",
  ignore,
  fn: async () => {
    const { specs } = await readRuleFolders([folder], { placeholders });
    const detector = await compileRules(specs);
    const references = new Map<string, (record: unknown) => boolean>();
    for (const spec of specs) {
      if (spec.kind !== "sigma") continue;
      references.set(spec.id, referenceRule(await Deno.readTextFile(spec.file), placeholders));
    }
    const records = await readRecords();
    let compared = 0;
    let fired = 0;
    for (const record of records) {
      const found = firedBy(detector, record);
      for (const [id, reference] of references) {
        const expected = reference(record);
        assertEquals(found.has(id), expected, `${id} on ${JSON.stringify(record)}`);
        compared++;
        if (expected) fired++;
      }
    }
    console.log(`${compared} pairs of rule and event, ${fired} matches`);
    assert(fired > 20);
  },
});

Deno.test({
  name: "The specification's own examples are understood: none is malformed",
  ignore,
  fn: async () => {
    const set = await readRuleFolders([new URL("sigma/spec/tests", corpus).pathname]);
    assertEquals(set.problems, []);
    assertEquals([set.specs.length, set.notApplicable.length, set.refused.length], [0, 4, 8]);
  },
});

function firedBy(detector: Detector, event: TestEvent): Set<string> {
  const view = eventOf(event);
  const fired = new Set<string>();
  detector.evaluate(view, (rule) => fired.add(rule.id), (_rule, error) => {
    throw error;
  });
  return fired;
}

async function readRecords(): Promise<Fields[]> {
  const records: Fields[] = [];
  const pending = [new URL("trail", corpus).pathname];
  while (pending.length > 0) {
    const current = pending.pop()!;
    for await (const entry of Deno.readDir(current)) {
      const path = `${current}/${entry.name}`;
      if (entry.isDirectory) pending.push(path);
      else if (entry.name.endsWith(".json.gz")) {
        records.push(...JSON.parse(gunzipSync(await Deno.readFile(path)).toString()).Records);
      }
    }
  }
  for (const path of await jsonFiles("detonations")) {
    records.push(...JSON.parse(await Deno.readTextFile(path)));
  }
  return records;
}

async function jsonFiles(name: string): Promise<string[]> {
  const paths: string[] = [];
  const root = new URL(name, corpus).pathname;
  for await (const entry of Deno.readDir(root)) {
    if (entry.name.endsWith(".json")) paths.push(`${root}/${entry.name}`);
  }
  return paths.sort();
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await findRuleFiles(path)).length > 0;
  } catch {
    return false;
  }
}
