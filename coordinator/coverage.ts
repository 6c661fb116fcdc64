import type { RuleChoice } from "../core/rules_config.ts";
import type { RuleProblem } from "../detection/mod.ts";
import type { RuleMetadata } from "../workers/mod.ts";
import { describeRules, readChosenRules } from "./rule_folder_set.ts";
import { RuleJudge } from "./rule_judge.ts";

/** The tactics of ATT&CK for enterprise, in the order of the matrix, as tags name them. */
const TACTICS = [
  "reconnaissance",
  "resource-development",
  "initial-access",
  "execution",
  "persistence",
  "privilege-escalation",
  "defense-evasion",
  "credential-access",
  "discovery",
  "lateral-movement",
  "collection",
  "command-and-control",
  "exfiltration",
  "impact",
];
const TECHNIQUE = /^attack\.(t\d{4}(?:\.\d{3})?)$/;

/** How much of one tactic the rules name; `null` stands for rules that name none. */
export interface TacticCoverage {
  readonly tactic: string | null;
  readonly ruleCount: number;
  /** Distinct techniques and sub-techniques of these rules. */
  readonly techniqueCount: number;
}

/** What the rules cover, as a table and as a layer of the ATT&CK Navigator. */
export interface Coverage {
  readonly tactics: readonly TacticCoverage[];
  readonly layer: Readonly<Record<string, unknown>>;
  readonly problems: readonly RuleProblem[];
}

/** Counts the chosen rules by the tactics and techniques of their tags. */
export async function coverRules(choice: RuleChoice): Promise<Coverage> {
  const { set, folders } = await readChosenRules(choice);
  using judge = new RuleJudge(folders);
  const { rules: known, problems } = await describeRules(set.specs, judge);
  const rules = known.map(({ rule }) => rule);
  return {
    tactics: [...TACTICS, null].map((tactic) => tacticOf(tactic, rules))
      .filter(({ tactic, ruleCount }) => tactic !== null || ruleCount > 0),
    layer: layerOf(rules),
    problems: [...set.problems, ...problems],
  };
}

function tacticOf(tactic: string | null, rules: readonly RuleMetadata[]): TacticCoverage {
  const own = rules.filter(({ tags }) =>
    tactic === null ? !TACTICS.some((name) => isTagged(tags, name)) : isTagged(tags, tactic)
  );
  const techniques = new Set(own.flatMap(techniquesOf));
  return { tactic, ruleCount: own.length, techniqueCount: techniques.size };
}

/** Sigma 1 wrote underscores. */
function isTagged(tags: readonly string[], tactic: string): boolean {
  return tags.some((tag) => tag.toLowerCase().replaceAll("_", "-") === `attack.${tactic}`);
}

function techniquesOf({ tags }: RuleMetadata): string[] {
  return tags.flatMap((tag) => TECHNIQUE.exec(tag.toLowerCase())?.[1].toUpperCase() ?? []);
}

/** A layer in the Navigator's format 4.5 (LAYERFORMATv4_5.md of mitre-attack/attack-navigator); the score of a technique is the number of its rules. */
function layerOf(rules: readonly RuleMetadata[]): Record<string, unknown> {
  const titles = new Map<string, string[]>();
  for (const rule of rules) {
    for (const technique of new Set(techniquesOf(rule))) {
      titles.set(technique, [...titles.get(technique) ?? [], `${rule.title} (${rule.level})`]);
    }
  }
  const techniques = [...titles].sort(([a], [b]) => a < b ? -1 : 1).map(([id, own]) => ({
    techniqueID: id,
    score: own.length,
    comment: own.sort().join("\n"),
    enabled: true,
    // A sub-technique is seen only where its technique is open.
    showSubtechniques: [...titles.keys()].some((other) => other.startsWith(`${id}.`)),
  }));
  const scores = techniques.map(({ score }) => score);
  return {
    name: "Trailsieve rules",
    versions: { navigator: "5.1.0", layer: "4.5" },
    domain: "enterprise-attack",
    description: `${rules.length} rules on CloudTrail; a technique's score is how many name it`,
    techniques,
    gradient: {
      colors: ["#cfe8ff", "#08519c"],
      minValue: 1,
      maxValue: Math.max(2, ...scores),
    },
    hideDisabled: false,
  };
}
