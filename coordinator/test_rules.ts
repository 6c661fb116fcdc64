import type { RuleChoice } from "../core/rules_config.ts";
import type { RuleProblem, RuleSpec } from "../detection/mod.ts";
import type { Judgement } from "../workers/mod.ts";
import { readCases, type RuleCase } from "./read_cases.ts";
import { isWithin, readChosenRules } from "./rule_folder_set.ts";
import { RuleJudge } from "./rule_judge.ts";

/** How one case came out. */
export interface CaseResult {
  readonly name: string;
  readonly mustMatch: boolean;
  /** What was got instead of what was expected; null for a case that holds. */
  readonly failure: string | null;
}

/** The cases of one rule file. */
export interface FileResult {
  readonly file: string;
  /** Null where no file of cases lies beside the rule. */
  readonly cases: readonly CaseResult[] | null;
  /** What kept the cases from being run; null if they were. */
  readonly problem: string | null;
}

/** What a test run found. */
export interface TestResult {
  readonly files: readonly FileResult[];
  /** Malformed rules. */
  readonly problems: readonly RuleProblem[];
}

/**
 * Runs the cases beside each rule. A file of several rules must match a case by at least one of them. Filters of
 * the chosen folders count, as in a run.
 * @param only folders whose rules are run; none means all
 */
export async function testRules(
  choice: RuleChoice,
  only: readonly string[],
  signal: AbortSignal,
): Promise<TestResult> {
  const { set, folders } = await readChosenRules(choice, only);
  const isMeant = (file: string) => only.length === 0 || isWithin(file, only);
  const filters = set.specs.filter((spec) => spec.kind === "filter");
  const byFile = new Map<string, RuleSpec[]>();
  for (const spec of set.specs) {
    if (spec.kind === "filter" || !isMeant(spec.file)) continue;
    byFile.set(spec.file, [...byFile.get(spec.file) ?? [], spec]);
  }
  using judge = new RuleJudge(folders);
  const files: FileResult[] = [];
  for (const [file, specs] of byFile) {
    signal.throwIfAborted();
    files.push(await testFile(file, [...specs, ...filters], judge));
  }
  files.sort((a, b) => a.file < b.file ? -1 : 1);
  return { files, problems: set.problems.filter(({ file }) => isMeant(file)) };
}

async function testFile(
  file: string,
  specs: readonly RuleSpec[],
  judge: RuleJudge,
): Promise<FileResult> {
  let cases: readonly RuleCase[] | null;
  try {
    cases = await readCases(file);
  } catch (error) {
    return { file, cases: null, problem: (error as Error).message };
  }
  if (cases === null) return { file, cases, problem: null };
  const judgements = await judge.judge(specs, cases.map(({ event }) => event));
  return {
    file,
    cases: cases.map(({ name, mustMatch }, i) => ({
      name,
      mustMatch,
      failure: failureOf(mustMatch, judgements[i]),
    })),
    problem: null,
  };
}

function failureOf(mustMatch: boolean, { matched, errors }: Judgement): string | null {
  if (errors.length > 0) return errors.join("; ");
  if (mustMatch === matched.length > 0) return null;
  return mustMatch
    ? "expected a match, got none"
    : `expected no match, got one of ${matched.join(", ")}`;
}
