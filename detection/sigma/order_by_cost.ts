import type { TestAst } from "./ast.ts";
import type { ItemTree } from "./compile.ts";

/**
 * The parts of an `and` or `or` with those first that cost least; parts that are of the same kind themselves
 * give theirs. The order makes no difference to the result, since nothing that is tested throws or changes
 * anything.
 */
export function orderByCost(kind: "and" | "or", parts: readonly ItemTree[]): ItemTree[] {
  return flatten(kind, parts).toSorted((a, b) => costOf(a) - costOf(b));
}

function flatten(kind: "and" | "or", parts: readonly ItemTree[]): readonly ItemTree[] {
  return parts.flatMap((part) => part.kind === kind ? flatten(kind, part.parts) : [part]);
}

/** In about the time of looking at a short string once. */
function costOf(tree: ItemTree): number {
  switch (tree.kind) {
    case "item": {
      const tests = tree.tests.reduce((sum, test) => sum + costOfTest(test), 0);
      return fieldCost(tree.field) + Math.min(tests, 10);
    }
    case "not":
      return costOf(tree.part);
    default:
      // The cheapest part comes first and often decides.
      return Math.min(...tree.parts.map(costOf)) + tree.parts.length / 10;
  }
}

function fieldCost(field: string | null): number {
  // Keywords go through the whole record; a nested field needs its top-level one parsed.
  if (field === null) return 200;
  if (!field.includes(".") || field === "userIdentity.type") return 1;
  return field.startsWith("userIdentity.") ? 5 : 30;
}

function costOfTest(test: TestAst): number {
  if (test.kind === "any") return test.tests.reduce((sum, inner) => sum + costOfTest(inner), 0);
  return test.kind === "text" || test.kind === "exists" || test.kind === "null" ? 0.1 : 2;
}
