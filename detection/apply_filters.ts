import type { CompiledRule } from "./detector.ts";
import type { SigmaFilterSpec } from "./sigma/ast.ts";
import { compileDetection } from "./sigma/compile.ts";

/**
 * Gives each rule that filters name their exceptions: an event for which a filter's condition holds is no
 * match. TypeScript rules can be filtered like Sigma's.
 */
export function applyFilters(
  rules: readonly CompiledRule[],
  filters: readonly SigmaFilterSpec[],
): CompiledRule[] {
  const compiled = filters.map((filter) => ({
    ruleIds: new Set(filter.ruleIds),
    detection: compileDetection(filter.detection),
  }));
  return rules.map((inner) => {
    const detections = compiled
      .filter(({ ruleIds }) => ruleIds.has(inner.rule.id))
      .map(({ detection }) => detection);
    if (detections.length === 0) return inner;
    return {
      ...inner,
      excepts: (event) => detections.some((detection) => detection.matches(event)),
      mayMatch: (known) =>
        inner.mayMatch(known) && !detections.some((detection) => detection.mustMatch(known)),
    };
  });
}
