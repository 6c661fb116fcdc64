import type { Event } from "./event.ts";
import type { ConditionAst, ItemAst, SearchAst, SigmaFilterSpec, TestAst } from "./sigma/ast.ts";
import type { DetectionAst, SigmaRuleSpec } from "./sigma/ast.ts";
import { compileDetection } from "./sigma/compile.ts";
import { compileItem } from "./sigma/compile_item.ts";
import { DASH, MANY, ONE, type Pattern } from "./sigma/pattern.ts";

/** One line of a search: what it asks of a field, and what the event has there. */
export interface ItemExplanation {
  readonly kind: "item";
  readonly matched: boolean;
  /** Null for keywords. */
  readonly field: string | null;
  readonly expected: string;
  readonly found: string;
}

/** A search or a part of one. */
export type SearchExplanation =
  | ItemExplanation
  | {
    readonly kind: "and" | "or";
    readonly matched: boolean;
    readonly parts: readonly SearchExplanation[];
  };

/** A detection on one event. */
export interface DetectionExplanation {
  readonly matched: boolean;
  /** The condition with its patterns resolved to names. */
  readonly condition: string;
  readonly searches: readonly {
    readonly name: string;
    readonly matched: boolean;
    readonly detail: SearchExplanation;
  }[];
}

/** A Sigma rule on one event. */
export interface SigmaExplanation extends DetectionExplanation {
  /** Filters that take back the rule's match. */
  readonly exceptedBy: readonly string[];
}

const EXPECTED_VALUES_MAX = 12;
const FOUND_LENGTH_MAX = 160;

/** Says which searches of a rule hold for an event, by the closures that judge it in a run, and why not. */
export function explainSigmaRule(
  spec: SigmaRuleSpec,
  filters: readonly SigmaFilterSpec[],
  event: Event,
): SigmaExplanation {
  const explained = explainDetection(spec.detection, event);
  const exceptedBy = filters
    .filter(({ ruleIds, detection }) =>
      ruleIds.includes(spec.id) && compileDetection(detection).matches(event)
    )
    .map(({ title }) => title);
  return { ...explained, matched: explained.matched && exceptedBy.length === 0, exceptedBy };
}

function explainDetection(detection: DetectionAst, event: Event): DetectionExplanation {
  return {
    matched: compileDetection(detection).matches(event),
    condition: conditionText(detection.condition),
    searches: Object.entries(detection.searches).map(([name, search]) => {
      const detail = explainSearch(search, event);
      return { name, matched: detail.matched, detail };
    }),
  };
}

function explainSearch(search: SearchAst, event: Event): SearchExplanation {
  if (search.kind === "item") return explainItem(search, event);
  const parts = search.parts.map((part) => explainSearch(part, event));
  const matched = search.kind === "and"
    ? parts.every((part) => part.matched)
    : parts.some((part) => part.matched);
  return { kind: search.kind, matched, parts };
}

function explainItem(item: ItemAst, event: Event): ItemExplanation {
  return {
    kind: "item",
    matched: compileItem(item)(event),
    field: item.field,
    expected: expectedText(item),
    found: item.field === null ? "the record's text" : foundText(event, item.field),
  };
}

function foundText(event: Event, field: string): string {
  const { present, leaves } = event.read(field);
  if (!present) return "absent";
  if (leaves.length === 0) return "an empty list";
  const texts = leaves.map(({ kind, text }) => kind === "string" ? JSON.stringify(text) : text);
  const text = texts.join(", ");
  return text.length <= FOUND_LENGTH_MAX ? text : `${text.slice(0, FOUND_LENGTH_MAX)}…`;
}

function expectedText({ tests, every, negated }: ItemAst): string {
  const shown = tests.slice(0, EXPECTED_VALUES_MAX).map(testText);
  if (tests.length > shown.length) shown.push(`… (${tests.length - shown.length} more)`);
  const text = shown.join(every ? " and " : " or ");
  return negated ? `not (${text})` : text;
}

const OPERATORS = { eq: "=", lt: "<", lte: "<=", gt: ">", gte: ">=" } as const;
const REFERENCES = {
  whole: "the value of",
  start: "a start that is the value of",
  end: "an end that is the value of",
  anywhere: "in it the value of",
} as const;

function testText(test: TestAst): string {
  switch (test.kind) {
    case "text": {
      const text = patternText(test.pattern);
      return test.number ? text : `${JSON.stringify(text)}${test.cased ? " (in this case)" : ""}`;
    }
    case "regex":
      return `/${test.source}/${test.flags}`;
    case "cidr":
      return `in ${test.network}`;
    case "compare":
      return `${test.part === null ? "" : `${test.part} `}${
        OPERATORS[test.operator]
      } ${test.value}`;
    case "fieldref":
      return `${REFERENCES[test.where]} ${test.field}`;
    case "exists":
      return test.present ? "present" : "absent";
    case "null":
      return "null or absent";
    case "any":
      return test.tests.map(testText).join(" or ");
  }
}

/** The pattern as Sigma writes it. */
function patternText(pattern: Pattern): string {
  return pattern.map((part) => {
    if (part === MANY) return "*";
    if (part === ONE) return "?";
    if (part === DASH) return "-";
    return part.replaceAll(/[*?]/g, "\\$&");
  }).join("");
}

function conditionText(condition: ConditionAst): string {
  switch (condition.kind) {
    case "search":
      return condition.name;
    case "not":
      return `not ${innerText(condition.part)}`;
    default:
      return condition.parts.map(innerText).join(` ${condition.kind} `);
  }
}

function innerText(condition: ConditionAst): string {
  const text = conditionText(condition);
  const isGroup = (condition.kind === "and" || condition.kind === "or") &&
    condition.parts.length > 1;
  return isGroup ? `(${text})` : text;
}
