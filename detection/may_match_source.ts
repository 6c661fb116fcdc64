import { KnownFields } from "./known_fields.ts";
import type { Rule } from "./rule.ts";
import type { SigmaRuleSpec } from "./sigma/ast.ts";
import { compileSigmaRule } from "./sigma/compile.ts";

/**
 * Whether a rule can match any event of an event source: what an index would ask. True for a rule that asks for no
 * source.
 * @param rule a Sigma rule, or what a TypeScript rule says of itself
 */
export function mayMatchSource(
  rule: SigmaRuleSpec | Pick<Rule, "eventSources">,
  eventSource: string,
): boolean {
  if (!("detection" in rule)) return rule.eventSources?.includes(eventSource) ?? true;
  return compileSigmaRule(rule).mayMatch(new KnownFields(new Map([["eventSource", eventSource]])));
}
