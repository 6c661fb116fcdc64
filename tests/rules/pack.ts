import { fileURLToPath } from "node:url";
import {
  compileRules,
  type Detector,
  Event,
  readRuleFolders,
  recordFieldsFromText,
  type Rule,
} from "../../detection/mod.ts";

/** One event that a rule must or must not match. */
export interface RuleCase {
  readonly name: string;
  readonly event: unknown;
}

/** What `NAME.cases.json` holds; `docs/rules.md` describes the format. */
export interface RuleCases {
  readonly match: readonly RuleCase[];
  readonly no_match: readonly RuleCase[];
}

/** A rule of the pack, alone behind its index, with the cases beside it. */
export interface PackEntry {
  /** The rule file's path within the pack, e.g. `impact/kms-key-deletion.rule.ts`. */
  readonly path: string;
  readonly tactic: string;
  readonly rule: Rule;
  readonly detector: Detector;
  /** Undefined if there is no file beside the rule. */
  readonly cases: RuleCases | undefined;
}

/** The folder of the bundled pack. */
export const PACK_FOLDER: string = fileURLToPath(new URL("../../rules/aws", import.meta.url));

/** Reads the bundled pack as the program does, in the order of the files' paths; throws on any problem. */
export async function readPack(): Promise<readonly PackEntry[]> {
  const { specs, problems: unread, warnings } = await readRuleFolders([PACK_FOLDER]);
  const problems = [...unread, ...warnings];
  const entries: PackEntry[] = [];
  for (const spec of specs) {
    const detector = await compileRules([spec]);
    problems.push(...detector.problems);
    const path = spec.file.slice(PACK_FOLDER.length + 1);
    for (const rule of detector.rules) {
      const cases = readCases(spec.file.replace(/(\.rule\.ts|\.yml)$/, ".cases.json"));
      entries.push({ path, tactic: path.split("/")[0], rule, detector, cases });
    }
  }
  for (const { file, line, reason } of problems) {
    throw new Error(`${file}:${line}: ${reason}`);
  }
  return entries.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** The event as the program reads it: from its JSON text. */
export function viewOf(event: unknown): Event {
  return new Event(recordFieldsFromText(JSON.stringify(event)));
}

/** The ids of the rules that match an event, found through the index; a rule that throws fails the test. */
export function matchesOf(detector: Detector, event: unknown): readonly string[] {
  const view = viewOf(event);
  const ids: string[] = [];
  detector.evaluate(
    view,
    (rule) => ids.push(rule.id),
    (rule, error) => {
      throw new Error(`Rule ${rule.id} fails on ${view.text()}`, { cause: error });
    },
  );
  return ids;
}

function readCases(file: string): RuleCases | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
