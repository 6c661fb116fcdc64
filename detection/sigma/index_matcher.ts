import type { KnownFields } from "../known_fields.ts";
import type { ItemAst } from "./ast.ts";
import type { ItemTree } from "./compile.ts";
import { compileItem, readsMore } from "./compile_item.ts";

/** What can be said of a rule from a few of an event's fields. */
export interface IndexMatcher {
  /** False only if no event with these fields can match. */
  mayMatch(known: KnownFields): boolean;
  /** True only if every such event matches. */
  mustMatch(known: KnownFields): boolean;
}

/** What a part of a condition comes to while most of the event is not known. */
const enum Truth {
  False,
  True,
  Open,
}
type Judge = (known: KnownFields) => Truth;

/**
 * Evaluates a condition in three values: items on known fields by the very closures that will judge the
 * event, every other item as open. So lists, wildcards, negation and case need no rules of their own, and
 * the index cannot be narrower than the rule.
 */
export function indexMatcher(tree: ItemTree): IndexMatcher {
  const judge = compileJudge(tree);
  return {
    mayMatch: (known) => judge(known) !== Truth.False,
    mustMatch: (known) => judge(known) === Truth.True,
  };
}

function compileJudge(tree: ItemTree): Judge {
  switch (tree.kind) {
    case "item":
      return judgeItem(tree);
    case "not": {
      const judge = compileJudge(tree.part);
      return (known) => {
        const truth = judge(known);
        return truth === Truth.Open ? truth : truth === Truth.True ? Truth.False : Truth.True;
      };
    }
    case "and":
    case "or": {
      const judges = tree.parts.map(compileJudge);
      const decisive = tree.kind === "and" ? Truth.False : Truth.True;
      const otherwise = tree.kind === "and" ? Truth.True : Truth.False;
      return (known) => {
        let result = otherwise;
        for (const judge of judges) {
          const truth = judge(known);
          if (truth === decisive) return truth;
          if (truth === Truth.Open) result = truth;
        }
        return result;
      };
    }
  }
}

function judgeItem(item: ItemAst): Judge {
  const { field } = item;
  if (field === null || item.tests.some(readsMore)) return () => Truth.Open;
  const matches = compileItem(item);
  return (known) => {
    if (!known.has(field)) return Truth.Open;
    return matches(known.event) ? Truth.True : Truth.False;
  };
}
