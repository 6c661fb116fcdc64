import type { CompiledRule } from "../detector.ts";
import { Event } from "../event.ts";
import type { EventView, Rule } from "../rule.ts";
import type { ConditionAst, DetectionAst, ItemAst, SearchAst, SigmaRuleSpec } from "./ast.ts";
import { compileItem, type Matcher } from "./compile_item.ts";
import { type IndexMatcher, indexMatcher } from "./index_matcher.ts";
import { orderByCost } from "./order_by_cost.ts";

/** Turns a checked Sigma rule into closures. Reads nothing from the rule's text at evaluation. */
export function compileSigmaRule(spec: SigmaRuleSpec): CompiledRule {
  const detection = compileDetection(spec.detection);
  const rule: Rule = {
    id: spec.id,
    title: spec.title,
    level: spec.level,
    description: spec.description,
    author: spec.author,
    tags: spec.tags,
    references: spec.references,
    falsePositives: spec.falsePositives,
    matches: (event) => detection.matches(asEvent(event)),
  };
  return { rule, mayMatch: detection.mayMatch, matches: detection.matches };
}

/** A detection's closures: for an event, and for what the index knows of it. */
export interface CompiledDetection extends IndexMatcher {
  readonly matches: Matcher;
}

/** Compiles searches and condition. */
export function compileDetection({ searches, condition }: DetectionAst): CompiledDetection {
  const tree = inlineSearches(condition, searches);
  return { matches: compileTree(tree), ...indexMatcher(tree) };
}

/** A condition whose leaves are items. */
export type ItemTree =
  | ItemAst
  | { readonly kind: "and" | "or"; readonly parts: readonly ItemTree[] }
  | { readonly kind: "not"; readonly part: ItemTree };

function inlineSearches(
  condition: ConditionAst,
  searches: Readonly<Record<string, SearchAst>>,
): ItemTree {
  switch (condition.kind) {
    case "search":
      return searches[condition.name];
    case "not":
      return { kind: "not", part: inlineSearches(condition.part, searches) };
    default:
      return {
        kind: condition.kind,
        parts: condition.parts.map((part) => inlineSearches(part, searches)),
      };
  }
}

function compileTree(tree: ItemTree): Matcher {
  switch (tree.kind) {
    case "item":
      return compileItem(tree);
    case "not": {
      const matches = compileTree(tree.part);
      return (event) => !matches(event);
    }
    case "and": {
      const parts = orderByCost(tree.kind, tree.parts).map(compileTree);
      return (event) => {
        for (let i = 0; i < parts.length; i++) if (!parts[i](event)) return false;
        return true;
      };
    }
    case "or": {
      const parts = orderByCost(tree.kind, tree.parts).map(compileTree);
      return (event) => {
        for (let i = 0; i < parts.length; i++) if (parts[i](event)) return true;
        return false;
      };
    }
  }
}

function asEvent(event: EventView): Event {
  if (event instanceof Event) return event;
  throw new TypeError("Cannot match a Sigma rule: it reads an Event, no other EventView");
}
