import { arrayElements, objectMembers } from "../core/json_text.ts";

/** An event that the rules of a file must match, or must not. */
export interface RuleCase {
  readonly name: string;
  readonly mustMatch: boolean;
  /** The event's JSON text as the file has it: `0.0` stays `0.0`. */
  readonly event: string;
}

/** The cases' file of a rule file: `NAME.cases.json` beside `NAME.yml` or `NAME.rule.ts`. */
export function casesPath(ruleFile: string): string {
  return ruleFile.replace(/(\.rule\.ts|\.ya?ml)$/, ".cases.json");
}

/**
 * Reads the cases beside a rule file; null where there is no such file. Throws Error with a reason where it is not
 * what docs/rules.md describes.
 */
export async function readCases(ruleFile: string): Promise<readonly RuleCase[] | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(casesPath(ruleFile));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`The cases are no JSON: ${(error as Error).message}`);
  }
  if (!isObject(parsed)) throw new Error("The cases are no JSON object");
  const cases: RuleCase[] = [];
  for (const { name, text: list } of objectMembers(text)) {
    if (name !== "match" && name !== "no_match") {
      throw new Error(`\`${name}\` is neither \`match\` nor \`no_match\``);
    }
    if (!Array.isArray(parsed[name])) throw new Error(`\`${name}\` is no list`);
    const elements = arrayElements(list);
    for (const [place, value] of parsed[name].entries()) {
      if (!isObject(value) || typeof value.name !== "string" || !isObject(value.event)) {
        throw new Error(`\`${name}\`, case ${place + 1}: it has no \`name\` or no \`event\``);
      }
      const event = objectMembers(elements[place]).findLast((member) => member.name === "event")!;
      cases.push({ name: value.name, mustMatch: name === "match", event: event.text });
    }
  }
  return cases;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
