import { describeError } from "../core/errors.ts";
import { applyFilters } from "./apply_filters.ts";
import { type CompiledRule, Detector } from "./detector.ts";
import { type ImportModule, loadModuleRule } from "./module_rule.ts";
import type { Rule } from "./rule.ts";
import type { RuleProblem, RuleSpec } from "./rule_spec.ts";
import { compileSigmaRule } from "./sigma/compile.ts";

/** Options of {@linkcode compileRules}. */
export interface CompileOptions {
  /** Loads a TypeScript rule's module; default: `import()`, which needs read access to its folder. */
  readonly importModule?: ImportModule;
}

/**
 * Makes rules ready to run. TypeScript rules are imported, and so run, here and now. A rule that cannot be
 * loaded, or whose id is taken already, is left out and listed in the detector's `problems`; never rejects.
 */
export async function compileRules(
  specs: readonly RuleSpec[],
  options: CompileOptions = {},
): Promise<Detector> {
  const compiled = new Map<string, CompiledRule>();
  const problems: RuleProblem[] = [];
  const fileById = new Map<string, string>();
  for (const spec of specs) {
    if (spec.kind === "filter") continue;
    const line = spec.kind === "sigma" ? spec.line : 0;
    try {
      const ready = spec.kind === "sigma"
        ? compileSigmaRule(spec)
        : compileModuleRule(await loadModuleRule(spec.url, options.importModule));
      const { id } = ready.rule;
      if (compiled.has(id)) {
        const reason = `Cannot use rule id \`${id}\` twice: ${fileById.get(id)} has it already`;
        problems.push({ file: spec.file, line, reason });
      } else {
        fileById.set(id, spec.file);
        compiled.set(id, ready);
      }
    } catch (error) {
      problems.push({ file: spec.file, line, reason: describeError(error) });
    }
  }
  const filters = specs.filter((spec) => spec.kind === "filter");
  return new Detector(applyFilters([...compiled.values()], filters), problems);
}

/**
 * A TypeScript rule with the index question answered from its hints. They hold for every event, also where
 * an index knows nothing of the field: a rule may rely on them.
 */
export function compileModuleRule(rule: Rule): CompiledRule {
  const hints = [["eventSource", rule.eventSources], ["eventName", rule.eventNames]] as const;
  const sets = hints.flatMap(([field, values]) =>
    values === undefined ? [] : [{ field, values: new Set<string | null>(values) }]
  );
  return {
    rule,
    mayMatch: (known) =>
      sets.every(({ field, values }) => !known.has(field) || values.has(known.get(field))),
    matches: (event) =>
      sets.every(({ field, values }) => values.has(event.get(field) as string)) &&
      rule.matches(event),
  };
}
