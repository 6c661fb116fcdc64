/** The door of the detection room: rules, the events they read, and what comes of a match. */
export * from "./rule.ts";
export { Event } from "./event.ts";
export { type RecordFields, recordFieldsFromText } from "./record_fields.ts";
export type { ModuleRuleSpec, OtherDocument, RuleProblem, RuleSet, RuleSpec } from "./rule_spec.ts";
export type { SigmaFilterSpec, SigmaRuleSpec } from "./sigma/ast.ts";
export { type LoadOptions, readRuleFolders } from "./load_rules.ts";
export { compileModuleRule, type CompileOptions, compileRules } from "./compile.ts";
export { type CompiledRule, Detector } from "./detector.ts";
export { INDEX_FIELDS } from "./index_fields.ts";
export { IndexValues } from "./index_values.ts";
export type { Path } from "./path.ts";
export type { KnownFields } from "./known_fields.ts";
export { type ImportModule, loadModuleRule, problemOfRule } from "./module_rule.ts";
export { type AlertContext, buildAlert } from "./build_alert.ts";
export { readPlaceholders } from "./read_placeholders.ts";
export {
  type DetectionExplanation,
  explainSigmaRule,
  type ItemExplanation,
  type SearchExplanation,
  type SigmaExplanation,
} from "./explain.ts";
export { lintDeprecated } from "./lint_deprecated.ts";
export { mayMatchSource } from "./may_match_source.ts";
