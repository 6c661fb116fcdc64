import type { SigmaFilterSpec, SigmaRuleSpec } from "./sigma/ast.ts";

/** A TypeScript rule that was found but not loaded: loading runs it, and only an isolate may do that. */
export interface ModuleRuleSpec {
  readonly kind: "module";
  /** `file:` URL to import. */
  readonly url: string;
  /** Path as found, for messages. */
  readonly file: string;
}

/** One rule, or a filter on rules, as plain data, which `postMessage` can carry. */
export type RuleSpec = ModuleRuleSpec | SigmaRuleSpec | SigmaFilterSpec;

/** Something wrong, or doubtful, in a rule file. */
export interface RuleProblem {
  readonly file: string;
  /** 1-based; 0 where the whole file is meant. */
  readonly line: number;
  /** A sentence without final period. */
  readonly reason: string;
}

/** A document that was understood and is not run. */
export interface OtherDocument {
  readonly file: string;
  readonly line: number;
  readonly title: string;
  /** Why it is not among the rules, e.g. the logsource it names. */
  readonly reason: string;
}

/** What the rules' folders hold. */
export interface RuleSet {
  readonly specs: readonly RuleSpec[];
  /** Malformed rules; they are not among `specs`. */
  readonly problems: readonly RuleProblem[];
  /** Rules that load but say something doubtful, e.g. a field that CloudTrail does not have. */
  readonly warnings: readonly RuleProblem[];
  /** Rules and filters for another log source. */
  readonly notApplicable: readonly OtherDocument[];
  /** Well-formed documents that this version cannot run: correlations, and rules made only for them. */
  readonly refused: readonly OtherDocument[];
  /** Hex SHA-256 over the content of every rule file, whatever the files are called. */
  readonly hash: string;
}
