import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { RuleChoice } from "../core/rules_config.ts";
import {
  readPlaceholders,
  readRuleFolders,
  type RuleProblem,
  type RuleSet,
  type RuleSpec,
} from "../detection/mod.ts";
import type { RuleMetadata } from "../workers/mod.ts";
import type { RuleJudge } from "./rule_judge.ts";

/** The bundled pack. */
export const PACK_FOLDER: string = fileURLToPath(new URL("../rules", import.meta.url));

export type { RuleProblem };

/** What the chosen folders hold, and which of them. */
export interface RuleFolders {
  readonly set: RuleSet;
  readonly folders: readonly string[];
}

/** A rule with what it says of itself. */
export interface KnownRule {
  readonly spec: Exclude<RuleSpec, { readonly kind: "filter" }>;
  readonly rule: RuleMetadata;
}

/**
 * Reads the folders of the settings, and those that a tool is given beside them. Nothing is refused here: what is
 * malformed stands in the set. Throws TrailsieveError `usage` for folders or placeholders that cannot be read.
 */
export async function readChosenRules(
  choice: RuleChoice,
  more: readonly string[] = [],
): Promise<RuleFolders> {
  const bundled = choice["no-bundled-rules"] ? [] : [PACK_FOLDER];
  const folders = [...new Set([...bundled, ...choice.rules, ...more])];
  const placeholders = choice.placeholders === null
    ? undefined
    : await readPlaceholders(choice.placeholders);
  return { set: await readRuleFolders(folders, { placeholders }), folders };
}

/** Every rule's metadata; TypeScript rules are asked in their isolate. What cannot be loaded is a problem. */
export async function describeRules(
  specs: readonly RuleSpec[],
  judge: RuleJudge,
): Promise<{ readonly rules: readonly KnownRule[]; readonly problems: readonly RuleProblem[] }> {
  const rules: KnownRule[] = [];
  const problems: RuleProblem[] = [];
  const fileById = new Map<string, string>();
  for (const spec of specs) {
    if (spec.kind === "filter") continue;
    const { file } = spec;
    const line = spec.kind === "sigma" ? spec.line : 0;
    const { rule, problem } = spec.kind === "sigma"
      ? { rule: spec, problem: null }
      : await judge.load(spec.url);
    if (rule === null) problems.push({ file, line, reason: problem });
    else if (fileById.has(rule.id)) {
      const reason = `Cannot use rule id \`${rule.id}\` twice: ${fileById.get(rule.id)} has it too`;
      problems.push({ file, line, reason });
    } else {
      fileById.set(rule.id, file);
      rules.push({ spec, rule });
    }
  }
  return { rules, problems };
}

/** A path as messages name it: below the user's folder where it lies there. */
export function shortPath(path: string, folder: string): string {
  return isAbsolute(path) && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}

/** Whether a file lies in one of the folders. */
export function isWithin(file: string, folders: readonly string[]): boolean {
  const path = resolve(file);
  return folders.some((folder) => path.startsWith(`${resolve(folder)}/`));
}

/** A problem as a line: file, line where there is one, and reason. */
export function ruleProblemText({ file, line, reason }: RuleProblem, folder: string): string {
  return `${shortPath(file, folder)}${line > 0 ? `:${line}` : ""}: ${reason}`;
}
