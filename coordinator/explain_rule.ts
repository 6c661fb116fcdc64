import { resolve } from "node:path";
import { TrailsieveError } from "../core/errors.ts";
import { arrayElements, objectMembers } from "../core/json_text.ts";
import type { RuleChoice } from "../core/rules_config.ts";
import {
  Event,
  explainSigmaRule,
  recordFieldsFromText,
  type SearchExplanation,
  type SigmaExplanation,
} from "../detection/mod.ts";
import type { RuleMetadata, Trace } from "../workers/mod.ts";
import { describeRules, readChosenRules } from "./rule_folder_set.ts";
import { RuleJudge } from "./rule_judge.ts";

export type { SearchExplanation };

/** A rule on one record. */
export type RecordExplanation =
  & { readonly eventId: string | null }
  & (
    | ({ readonly kind: "sigma" } & SigmaExplanation)
    | ({ readonly kind: "typescript" } & Trace)
  );

/** A rule on the records of a file. */
export interface Explanation {
  readonly rule: Pick<RuleMetadata, "id" | "title" | "level">;
  readonly file: string;
  readonly records: readonly RecordExplanation[];
}

/**
 * Says how a rule comes to its answer on each record of a text.
 * @param name the rule's id, title or file
 * @param text a record, or an object with `Records`
 * Throws TrailsieveError `usage` where there is no such rule or no record.
 */
export async function explainRule(
  choice: RuleChoice,
  name: string,
  text: string,
  folder: string,
): Promise<Explanation> {
  const records = recordsOf(text);
  const path = resolve(folder, name);
  const isFile = /\.(ya?ml|rule\.ts)$/.test(name) && await exists(path);
  const more = isFile ? [path.slice(0, path.lastIndexOf("/"))] : [];
  const { set, folders } = await readChosenRules(choice, more);
  using judge = new RuleJudge(folders);
  const specs = isFile ? set.specs.filter(({ file }) => resolve(file) === path) : set.specs;
  const { rules, problems } = await describeRules(specs, judge);
  const wanted = name.toLowerCase();
  const known = isFile ? rules[0] : rules.find(({ rule }) => rule.id.toLowerCase() === wanted) ??
    rules.find(({ rule }) => rule.title.toLowerCase() === wanted);
  if (known === undefined) throw noSuchRule(name, [...set.problems, ...problems], path);
  const filters = set.specs.filter((spec) => spec.kind === "filter");
  const { spec, rule } = known;
  const explanations: RecordExplanation[] = [];
  for (const record of records) {
    const event = new Event(recordFieldsFromText(record));
    const id = event.get("eventID");
    const eventId = typeof id === "string" ? id : null;
    explanations.push(
      spec.kind === "sigma"
        ? { eventId, kind: "sigma", ...explainSigmaRule(spec, filters, event) }
        : { eventId, kind: "typescript", ...await judge.trace(spec.url, record) },
    );
  }
  const { id, title, level } = rule;
  return { rule: { id, title, level }, file: spec.file, records: explanations };
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

function noSuchRule(
  name: string,
  problems: readonly { readonly file: string; readonly line: number; readonly reason: string }[],
  path: string,
): TrailsieveError {
  const own = problems.find(({ file }) => resolve(file) === path);
  return own === undefined
    ? new TrailsieveError("usage", `Cannot explain ${name}: no rule has this id, title or file`, {
      hint: "`rules list` lists them; --rules adds folders",
    })
    : new TrailsieveError("usage", `Cannot explain ${name}:${own.line}: ${own.reason}`);
}

/** The records' JSON texts as the file has them. */
function recordsOf(text: string): readonly string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new TrailsieveError("usage", `Cannot read the event: ${(error as Error).message}`);
  }
  const isObject = (value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const list = (parsed as { Records?: unknown } | null)?.Records;
  const texts = Array.isArray(parsed)
    ? arrayElements(text)
    : Array.isArray(list)
    ? arrayElements(objectMembers(text).findLast(({ name }) => name === "Records")!.text)
    : [text];
  const values = Array.isArray(parsed) ? parsed : Array.isArray(list) ? list : [parsed];
  if (values.length === 0 || !values.every(isObject)) {
    throw new TrailsieveError("usage", "Cannot read the event: it holds no record", {
      hint: "Give one record as a JSON object, or a log file with `Records`",
    });
  }
  return texts;
}
