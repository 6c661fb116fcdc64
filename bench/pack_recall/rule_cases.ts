import type { Detector } from "../../detection/mod.ts";
import { rulesOf } from "./pack.ts";

interface RuleCase {
  readonly rule_id: string;
  readonly test: string;
  readonly expected: boolean;
  readonly log: unknown;
}

/** How the pack's verdict on single events compares with what others expect of one detection each. */
export interface RuleCasesResult {
  readonly expectedCount: number;
  readonly missed: readonly string[];
  readonly silentCount: number;
  /** Cases that should be silent, with the rules that fire. */
  readonly fired: readonly string[];
}

/**
 * Reads `rule-cases.jsonl`: events with the verdict of one detection. Here the whole pack judges, so a
 * case that should be silent for its detection may rightly fire another rule.
 */
export async function measureRuleCases(detector: Detector, file: string): Promise<RuleCasesResult> {
  const lines = (await Deno.readTextFile(file)).split("\n").filter((line) => line !== "");
  const cases: RuleCase[] = lines.map((line) => JSON.parse(line));
  const missed: string[] = [];
  const fired: string[] = [];
  for (const { rule_id, test, expected, log } of cases) {
    const titles = rulesOf(detector, JSON.stringify(log)).map(({ title }) => title);
    if (expected && titles.length === 0) missed.push(`${rule_id}: ${test}`);
    if (!expected && titles.length > 0) fired.push(`${rule_id}: ${test} -> ${titles.join("; ")}`);
  }
  const expectedCount = cases.filter(({ expected }) => expected).length;
  return { expectedCount, missed, silentCount: cases.length - expectedCount, fired };
}
