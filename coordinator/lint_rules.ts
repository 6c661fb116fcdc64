import type { RuleChoice } from "../core/rules_config.ts";
import { compileRules, lintDeprecated, type RuleProblem } from "../detection/mod.ts";
import { checkTypes } from "./check_types.ts";
import { readCases } from "./read_cases.ts";
import { describeRules, isWithin, type KnownRule, readChosenRules } from "./rule_folder_set.ts";
import { RuleJudge } from "./rule_judge.ts";

/** Something that lint found. Errors keep a rule from running; notes are no fault. */
export interface Finding extends RuleProblem {
  readonly severity: "error" | "warning" | "note";
}

/** What lint found, and in how many rules. */
export interface LintResult {
  readonly ruleCount: number;
  /** By file and line. */
  readonly findings: readonly Finding[];
}

/**
 * Looks for all that is wrong or doubtful with the rules of the chosen folders.
 * @param only folders whose findings are wanted; none means all
 */
export async function lintRules(
  choice: RuleChoice,
  only: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<LintResult> {
  const { set, folders } = await readChosenRules(choice, only);
  using judge = new RuleJudge(folders);
  const isMeant = (file: string) => only.length === 0 || isWithin(file, only);
  const modules = set.specs.filter((spec) => spec.kind === "module" && isMeant(spec.file));
  const [described, types, unindexed] = await Promise.all([
    describeRules(set.specs, judge),
    checkTypes(modules.map(({ file }) => file), env),
    compileRules(set.specs.filter(({ kind }) => kind !== "module")),
  ]);
  const rules = described.rules.filter(({ spec }) => isMeant(spec.file));
  const findings: Finding[] = [
    ...marked("error", [...set.problems, ...described.problems, ...types ?? []]),
    ...marked("warning", set.warnings),
    ...marked("warning", set.refused),
    ...marked("warning", await deprecatedIn(rules)),
    ...await lintCases(rules),
    ...marked("note", unindexedAmong(rules, new Set(unindexed.unindexed().map(({ id }) => id)))),
  ];
  if (types === null) {
    const reason = "TypeScript rules are not type-checked: this process may not run `deno`";
    findings.push({ severity: "warning", file: "rules lint", line: 0, reason });
  }
  return {
    ruleCount: rules.length,
    findings: findings
      .filter(({ file }) => isMeant(file) || file === "rules lint" || file === "deno check")
      .sort((a, b) => a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1),
  };
}

function marked(severity: Finding["severity"], problems: readonly RuleProblem[]): Finding[] {
  return problems.map(({ file, line, reason }) => ({ severity, file, line, reason }));
}

async function deprecatedIn(rules: readonly KnownRule[]): Promise<RuleProblem[]> {
  const files = new Set(rules.flatMap(({ spec }) => spec.kind === "sigma" ? [spec.file] : []));
  const problems: RuleProblem[] = [];
  for (const file of files) {
    problems.push(...await lintDeprecated(file, await Deno.readTextFile(file)));
  }
  return problems;
}

/** A rule file without cases, or with only one kind of them, is not known to do what it says. */
async function lintCases(rules: readonly KnownRule[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const file of new Set(rules.map(({ spec }) => spec.file))) {
    try {
      const cases = await readCases(file);
      const missing = cases === null
        ? "The rule has no cases"
        : !cases.some(({ mustMatch }) => mustMatch)
        ? "The rule has no case that it must match"
        : cases.every(({ mustMatch }) => mustMatch)
        ? "The rule has no case that it must not match"
        : null;
      if (missing !== null) findings.push({ severity: "warning", file, line: 0, reason: missing });
    } catch (error) {
      findings.push({ severity: "error", file, line: 0, reason: (error as Error).message });
    }
  }
  return findings;
}

/** What no index decides about costs a little on every event; for rules on callers that is how it must be. */
function unindexedAmong(
  rules: readonly KnownRule[],
  unindexedSigma: ReadonlySet<string>,
): RuleProblem[] {
  const found = rules.filter(({ spec, rule }) =>
    spec.kind === "sigma"
      ? unindexedSigma.has(rule.id)
      : rule.eventSources === undefined && rule.eventNames === undefined
  );
  const reason =
    "The rule is evaluated on every event: it asks for no event source, name or the like";
  return found.map(({ spec }) => ({
    file: spec.file,
    line: spec.kind === "sigma" ? spec.line : 0,
    reason,
  }));
}
