/** What the tests of the Sigma engine share: rules from text, and tables of events for them. */
import { assert, assertEquals } from "@std/assert";
import { compileRules } from "../compile.ts";
import { Event } from "../event.ts";
import { recordFieldsFromText } from "../record_fields.ts";
import type { RuleSet } from "../rule_spec.ts";
import { SigmaCollection } from "./collection.ts";
import type { Placeholders } from "./expand_placeholders.ts";

/** An event as a value, or as JSON text where its spelling matters. */
export type TestEvent = string | Record<string, unknown>;

export function eventOf(event: TestEvent): Event {
  return new Event(recordFieldsFromText(typeof event === "string" ? event : JSON.stringify(event)));
}

/** Loads one file of documents. */
export async function loadText(
  text: string,
  placeholders: Placeholders = {},
): Promise<Omit<RuleSet, "hash">> {
  const collection = new SigmaCollection(placeholders);
  await collection.add("rule.yml", new TextEncoder().encode(text));
  return collection.finish({ othersMayBeNamed: false });
}

/** A whole rule around the text of its detection. */
export function ruleText(detection: string): string {
  const indented = detection.trim().split("\n").map((line) => `  ${line}`).join("\n");
  return `title: Test rule
id: test-rule
logsource:
  product: aws
  service: cloudtrail
detection:
${indented}
`;
}

/** A whole rule whose one selection is the text given. */
export function selectionText(selection: string): string {
  const indented = selection.trim().split("\n").map((line) => `  ${line}`).join("\n");
  return ruleText(`selection:\n${indented}\ncondition: selection`);
}

/** Whether the only rule of a file matches, as the program asks it: through the detector. */
export async function matcherOf(
  text: string,
  placeholders: Placeholders = {},
): Promise<(event: TestEvent) => boolean> {
  const set = await loadText(text, placeholders);
  assertEquals(set.problems, []);
  const detector = await compileRules(structuredClone(set.specs));
  assertEquals(detector.problems, []);
  assertEquals(detector.rules.length, 1);
  return (event) => {
    const view = eventOf(event);
    let matched = false;
    detector.evaluate(view, () => matched = true, (_rule, error) => {
      throw error;
    });
    return matched;
  };
}

/** One sentence of the specification, with a rule and events that it must and must not match. */
export interface Case {
  readonly says: string;
  /** Text of a selection, or of a whole detection if it has a condition. */
  readonly rule: string;
  readonly placeholders?: Placeholders;
  readonly match: readonly TestEvent[];
  readonly differ: readonly TestEvent[];
}

/** Makes a test of each case. */
export function testCases(subject: string, cases: readonly Case[]): void {
  for (const { says, rule, placeholders, match, differ } of cases) {
    Deno.test(`${subject} ${says}`, async () => {
      const text = /^condition:/m.test(rule) ? ruleText(rule) : selectionText(rule);
      const matches = await matcherOf(text, placeholders);
      assert(match.length > 0 && differ.length > 0, "a case shows both sides");
      for (const event of match) assert(matches(event), `must match ${JSON.stringify(event)}`);
      for (const event of differ) {
        assert(!matches(event), `must not match ${JSON.stringify(event)}`);
      }
    });
  }
}

/** The only problem of a file. */
export async function problemOf(text: string, placeholders: Placeholders = {}): Promise<string> {
  const set = await loadText(text, placeholders);
  assertEquals(set.specs, [], "a malformed rule must not load");
  assertEquals(set.problems.length, 1);
  const { line, reason } = set.problems[0];
  return `${line}: ${reason}`;
}
