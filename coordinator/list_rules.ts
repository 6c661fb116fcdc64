import type { RuleChoice } from "../core/rules_config.ts";
import type { Level } from "../core/types.ts";
import { mayMatchSource, type RuleProblem } from "../detection/mod.ts";
import { describeRules, type KnownRule, readChosenRules } from "./rule_folder_set.ts";
import { RuleJudge } from "./rule_judge.ts";

/** Which of the rules are wanted; an empty list and null want all. */
export interface RuleFilter {
  readonly level: Level | null;
  readonly tags: readonly string[];
  readonly tactics: readonly string[];
  /** `iam` or `iam.amazonaws.com`. */
  readonly eventSources: readonly string[];
}

/** One rule as `rules list` tells it. */
export interface ListedRule {
  readonly id: string;
  readonly level: Level;
  readonly title: string;
  readonly tags: readonly string[];
  readonly file: string;
  readonly kind: "sigma" | "typescript";
}

/** The rules of the chosen folders that a filter wants, and what could not be loaded. */
export async function listRules(
  choice: RuleChoice,
  filter: RuleFilter,
): Promise<{ readonly rules: readonly ListedRule[]; readonly problems: readonly RuleProblem[] }> {
  const { set, folders } = await readChosenRules(choice);
  using judge = new RuleJudge(folders);
  const { rules, problems } = await describeRules(set.specs, judge);
  return {
    rules: rules.filter((known) => isWanted(known, filter)).map(listed),
    problems: [...set.problems, ...problems],
  };
}

function isWanted({ spec, rule }: KnownRule, filter: RuleFilter): boolean {
  const { level, tags, tactics, eventSources } = filter;
  const own = rule.tags.map((tag) => tag.toLowerCase());
  const hasTag = (tag: string) => own.includes(tag) || own.includes(`attack.${tag}`);
  const wantedTags = tags.map((tag) => tag.toLowerCase());
  const wantedTactics = tactics.map((tactic) => tactic.toLowerCase().replaceAll(/[ _]/g, "-"));
  const readable = spec.kind === "sigma" ? spec : rule;
  return (level === null || rule.level === level) &&
    (tags.length === 0 || wantedTags.some(hasTag)) &&
    (tactics.length === 0 || wantedTactics.some(hasTag)) &&
    (eventSources.length === 0 ||
      eventSources.some((source) => mayMatchSource(readable, wholeSource(source))));
}

function wholeSource(source: string): string {
  return source.includes(".") ? source : `${source}.amazonaws.com`;
}

function listed({ spec, rule: { id, level, title, tags } }: KnownRule): ListedRule {
  const kind = spec.kind === "sigma" ? "sigma" : "typescript";
  return { id, level, title, tags, file: spec.file, kind };
}
