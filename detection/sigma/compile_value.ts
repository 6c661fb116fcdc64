import type { Event } from "../event.ts";
import type { Leaf } from "../leaf.ts";
import { pathOf } from "../path.ts";
import type { CompareOperator, TestAst } from "./ast.ts";
import { compileCidr } from "./cidr.ts";
import { foldCase } from "./fold_case.ts";
import { compilePattern } from "./match_pattern.ts";
import { compareNumbers, isNumber } from "./numbers.ts";
import { plainText } from "./pattern.ts";
import { compileRegex } from "./regex/compile_regex.ts";
import { readTimePart } from "./time_part.ts";

/** Whether one value of the event is what the rule asks for. Null never is, but for a test of its own. */
export type LeafTest = (leaf: Leaf, event: Event) => boolean;

/** A closure for one test; those on a field's presence are not on a leaf and give null. */
export function compileValue(test: TestAst): LeafTest | null {
  switch (test.kind) {
    case "text":
      return compileText(test);
    case "regex": {
      const matches = compileRegex(test.source, test.flags);
      return (leaf) => leaf.kind !== "null" && matches(leaf.text);
    }
    case "cidr": {
      const contains = compileCidr(test.network);
      return (leaf) => leaf.kind === "string" && contains(leaf.text);
    }
    case "compare":
      return compileComparison(test);
    case "fieldref":
      return compileReference(test);
    case "any":
      return anyOf(test.tests);
    case "exists":
    case "null":
      return null;
  }
}

/** One closure for several tests of which any counts; whole plain texts are looked up together. */
export function anyOf(tests: readonly TestAst[]): LeafTest {
  const folded = new Set<string>();
  const others: LeafTest[] = [];
  for (const test of tests) {
    const plain = test.kind === "text" && !test.cased && !test.number
      ? plainText(test.pattern)
      : null;
    if (plain !== null) folded.add(foldCase(plain));
    else {
      const compiled = compileValue(test);
      if (compiled !== null) others.push(compiled);
    }
  }
  if (folded.size === 0 && others.length === 1) return others[0];
  return (leaf, event) =>
    (folded.size > 0 && leaf.kind !== "null" && folded.has(leaf.foldedText)) ||
    others.some((test) => test(leaf, event));
}

function compileText(test: Extract<TestAst, { kind: "text" }>): LeafTest {
  const matches = compilePattern(test.pattern, test.cased);
  const matchesText: LeafTest = test.cased
    ? (leaf) => leaf.kind !== "null" && matches(leaf.text)
    : (leaf) => leaf.kind !== "null" && matches(leaf.foldedText);
  const plain = plainText(test.pattern);
  if (!test.number || plain === null) return matchesText;
  // A number without quotes also equals the same number in another spelling, as 22 does 22.0; YAML knows
  // hexadecimal and octal ones besides.
  const number = isNumber(plain) ? plain : String(Number(plain));
  if (!isNumber(number)) return matchesText;
  return (leaf, event) =>
    matchesText(leaf, event) ||
    (leaf.kind === "number" && isNumber(leaf.text) && compareNumbers(leaf.text, number) === 0);
}

function compileComparison(test: Extract<TestAst, { kind: "compare" }>): LeafTest {
  const { operator, value, part } = test;
  if (part !== null) {
    return (leaf) => {
      const found = leaf.kind === "string" ? readTimePart(leaf.text, part) : null;
      return found !== null && ordersAs(operator, compareNumbers(String(found), value));
    };
  }
  // CloudTrail writes some numbers as strings, so what looks like one counts as one.
  return (leaf) =>
    (leaf.kind === "number" || leaf.kind === "string") && isNumber(leaf.text) &&
    ordersAs(operator, compareNumbers(leaf.text, value));
}

function ordersAs(operator: CompareOperator, order: number): boolean {
  switch (operator) {
    case "eq":
      return order === 0;
    case "lt":
      return order < 0;
    case "lte":
      return order <= 0;
    case "gt":
      return order > 0;
    case "gte":
      return order >= 0;
  }
}

function compileReference(test: Extract<TestAst, { kind: "fieldref" }>): LeafTest {
  const { cased, where } = test;
  const path = pathOf(test.field);
  const textOf = cased ? (leaf: Leaf) => leaf.text : (leaf: Leaf) => leaf.foldedText;
  return (leaf, event) => {
    if (leaf.kind === "null") return false;
    const text = textOf(leaf);
    return event.read(path).leaves.some((other) => {
      if (other.kind === "null") return false;
      const sought = textOf(other);
      if (where === "whole") return text === sought;
      if (where === "start") return text.startsWith(sought);
      return where === "end" ? text.endsWith(sought) : text.includes(sought);
    });
  };
}
