/** A Sigma rule after parsing and checking, as plain data: what the loader gives and the compiler takes. */
import type { Level } from "../../core/types.ts";
import type { Pattern } from "./pattern.ts";

/** Metadata and logic of one Sigma rule. */
export interface SigmaRuleSpec {
  readonly kind: "sigma";
  readonly file: string;
  /** Where its document starts, 1-based. */
  readonly line: number;
  readonly id: string;
  /** What filters and correlations may call it instead of its id. */
  readonly name: string | null;
  readonly title: string;
  readonly level: Level;
  readonly description: string;
  readonly author: string;
  readonly tags: readonly string[];
  readonly references: readonly string[];
  readonly falsePositives: readonly string[];
  readonly detection: DetectionAst;
}

/** A filter document: what its detection holds for is not reported by the rules it names. */
export interface SigmaFilterSpec {
  readonly kind: "filter";
  readonly file: string;
  readonly line: number;
  readonly title: string;
  /** Ids of rules, Sigma or TypeScript. */
  readonly ruleIds: readonly string[];
  readonly detection: DetectionAst;
}

/** Searches by name and the condition over them. */
export interface DetectionAst {
  readonly searches: Readonly<Record<string, SearchAst>>;
  readonly condition: ConditionAst;
}

/** A condition with every pattern and quantifier resolved to the names of searches. */
export type ConditionAst =
  | { readonly kind: "search"; readonly name: string }
  | { readonly kind: "and" | "or"; readonly parts: readonly ConditionAst[] }
  | { readonly kind: "not"; readonly part: ConditionAst };

/** A search identifier's definition. */
export type SearchAst =
  | { readonly kind: "and" | "or"; readonly parts: readonly SearchAst[] }
  | ItemAst;

/** One line of a map, or one list of keywords: a field and the values it is tested for. */
export interface ItemAst {
  readonly kind: "item";
  /** Null for keywords, which are searched in the whole record. */
  readonly field: string | null;
  /** Whether each value must match something (`all`), or one value is enough. */
  readonly every: boolean;
  /** Whether the whole is turned round (`neq`). */
  readonly negated: boolean;
  /** One test for each value as written. */
  readonly tests: readonly TestAst[];
}

/** A part of a date that a time modifier reads. */
export type TimePart = "minute" | "hour" | "day" | "week" | "month" | "year";
export type CompareOperator = "eq" | "lt" | "lte" | "gt" | "gte";

/** What one value of a rule asks of one value of an event. */
export type TestAst =
  /** `number` is a rule's unquoted number, which also equals a number written in another way. */
  | {
    readonly kind: "text";
    readonly pattern: Pattern;
    readonly cased: boolean;
    readonly number: boolean;
  }
  | { readonly kind: "regex"; readonly source: string; readonly flags: string }
  | { readonly kind: "cidr"; readonly network: string }
  | {
    readonly kind: "compare";
    readonly operator: CompareOperator;
    readonly value: string;
    readonly part: TimePart | null;
  }
  | {
    readonly kind: "fieldref";
    readonly field: string;
    readonly cased: boolean;
    readonly where: "whole" | "start" | "end" | "anywhere";
  }
  | { readonly kind: "exists"; readonly present: boolean }
  | { readonly kind: "null" }
  /** Alternatives that one written value stands for, e.g. of a placeholder's list. */
  | { readonly kind: "any"; readonly tests: readonly TestAst[] };
