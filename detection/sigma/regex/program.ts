import type { CharSet } from "./char_set.ts";
import type { Assertion, RegexNode } from "./parse_regex.ts";

/** One step of a non-deterministic automaton; `next`, `a` and `b` are places of steps. */
export type Step =
  | { readonly kind: "set"; readonly set: CharSet; next: number }
  | { readonly kind: "assertion"; readonly assertion: Assertion; next: number }
  | { readonly kind: "split"; a: number; b: number }
  | { readonly kind: "match" };

/**
 * Steps that a regular expression may have, counted repetitions written out. What one character costs is at
 * most proportional to it, so this bounds the time that a rule can take.
 */
const STEPS_MAX = 1000;

/**
 * Turns a tree into steps, after Thompson. The first step is the last of the list.
 * Throws SyntaxError if there are too many.
 */
export function buildProgram(root: RegexNode): Step[] {
  const steps: Step[] = [{ kind: "match" }];
  const add = (step: Step): number => {
    if (steps.length >= STEPS_MAX) {
      throw new SyntaxError(
        `Cannot use regular expression: more than ${STEPS_MAX} steps, repetitions written out`,
      );
    }
    return steps.push(step) - 1;
  };
  // Built from the end, so that what comes next is always known.
  const build = (node: RegexNode, next: number): number => {
    switch (node.kind) {
      case "set":
        return add({ kind: "set", set: node.set, next });
      case "assertion":
        return add({ kind: "assertion", assertion: node.assertion, next });
      case "sequence":
        return node.parts.reduceRight((following, part) => build(part, following), next);
      case "choice":
        return node.parts
          .map((part) => build(part, next))
          .reduceRight((b, a) => add({ kind: "split", a, b }));
      case "repeat": {
        let start = next;
        if (node.most === Infinity) {
          const loop = { kind: "split" as const, a: 0, b: next };
          start = add(loop);
          loop.a = build(node.part, start);
        } else {
          for (let i = node.least; i < node.most; i++) {
            start = add({ kind: "split", a: build(node.part, start), b: next });
          }
        }
        for (let i = 0; i < node.least; i++) {
          const before = start;
          start = build(node.part, start);
          // What has no step need not be repeated, and would not be bounded if it were.
          if (start === before) break;
        }
        return start;
      }
    }
  };
  // An empty expression has no step of its own.
  const first = build(root, 0);
  add({ kind: "split", a: first, b: first });
  return steps;
}
