/** The door of the room that decides: runs over a trail. */
export { backfill } from "./backfill.ts";
export type { TimeRange } from "./backfill_plan.ts";
export { type BackfillEstimate, estimateBackfill } from "./estimate_backfill.ts";
export { work } from "./work.ts";
export { poll } from "./poll.ts";
export type { RunObserver } from "./run_over.ts";
export type { ProcessAccess } from "./open_run.ts";
export type { Backlog } from "../store/mod.ts";
export { type BackfillProgress, RunReport } from "./run_report.ts";
export type { RunSignals } from "./run_trail.ts";
export { backtest } from "./backtest.ts";
export type { BacktestResult, RuleBacktest } from "./backtest_tally.ts";
export {
  type DeadLetter,
  type DeadLetterChoice,
  type DeadLetterFilter,
  dropDeadLetters,
  listDeadLetters,
  redriveDeadLetters,
  showDeadLetter,
  type WholeDeadLetter,
} from "./dead_letters.ts";
export { coverRules, type TacticCoverage } from "./coverage.ts";
export {
  explainRule,
  type Explanation,
  type RecordExplanation,
  type SearchExplanation,
} from "./explain_rule.ts";
export { type Finding, lintRules } from "./lint_rules.ts";
export { type ListedRule, listRules } from "./list_rules.ts";
export { type FileResult, type TestResult, testRules } from "./test_rules.ts";
export { type RuleProblem, ruleProblemText, shortPath } from "./rule_folder_set.ts";
export { type LakeLogEntry, readLakeLog } from "./read_lake_log.ts";
