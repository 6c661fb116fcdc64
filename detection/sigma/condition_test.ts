import { assert, assertEquals, assertThrows } from "@std/assert";
import { Random } from "../_random.ts";
import { type Case, matcherOf, testCases } from "./_rule_cases.ts";
import type { ConditionAst } from "./ast.ts";
import { parseCondition } from "./parse_condition.ts";

/** Three searches on three fields, and an event for each set of those that are to hold. */
const searches = "a:\n  userAgent: x\nb:\n  errorCode: x\nc:\n  awsRegion: x\n";
const event = (held: string) => ({
  ...(held.includes("a") ? { userAgent: "x" } : {}),
  ...(held.includes("b") ? { errorCode: "x" } : {}),
  ...(held.includes("c") ? { awsRegion: "x" } : {}),
});
const sets = ["", "a", "b", "c", "ab", "ac", "bc", "abc"];

function conditionCase(says: string, condition: string, holds: readonly string[]): Case {
  return {
    says,
    rule: `${searches}condition: ${condition}`,
    match: sets.filter((set) => holds.includes(set)).map(event),
    differ: sets.filter((set) => !holds.includes(set)).map(event),
  };
}

testCases("Sigma conditions", [
  conditionCase("or", "a or b or c", ["a", "b", "c", "ab", "ac", "bc", "abc"]),
  conditionCase("and", "a and b and c", ["abc"]),
  conditionCase("not holds where the field is absent", "not a", ["", "b", "c", "bc"]),
  conditionCase("and not", "a and not b", ["a", "ac"]),
  conditionCase("not not", "not not a", ["a", "ab", "ac", "abc"]),
  conditionCase("and binds closer than or", "a or b and c", ["a", "ab", "ac", "bc", "abc"]),
  conditionCase("and binds closer than or on either side", "a and b or c", [
    "c",
    "ab",
    "ac",
    "bc",
    "abc",
  ]),
  conditionCase("not binds closer than and", "not a and b", ["b", "bc"]),
  conditionCase("not binds closer than or", "not a or b", ["", "b", "c", "ab", "bc", "abc"]),
  conditionCase("brackets bind closest", "(a or b) and c", ["ac", "bc", "abc"]),
  conditionCase("not before brackets", "not (a or b)", ["", "c"]),
  conditionCase("1 of them", "1 of them", ["a", "b", "c", "ab", "ac", "bc", "abc"]),
  conditionCase("any of them says the same", "any of them", [
    "a",
    "b",
    "c",
    "ab",
    "ac",
    "bc",
    "abc",
  ]),
  conditionCase("all of them", "all of them", ["abc"]),
  conditionCase("not 1 of them", "not 1 of them", [""]),
  conditionCase("x of binds closer than not and and", "a and not all of them", ["a", "ab", "ac"]),
  conditionCase("x of one name without a wildcard", "all of a", ["a", "ab", "ac", "abc"]),
  conditionCase("operators in capitals", "a AND NOT (b Or c)", ["a"]),
  conditionCase("brackets without spaces", "((a)or(b))and(c)", ["ac", "bc", "abc"]),
  {
    says: "in a list are joined by or",
    rule: `${searches}condition:\n  - a and b\n  - c`,
    match: ["ab", "c", "abc"].map(event),
    differ: ["", "a", "b"].map(event),
  },
  {
    says: "leave hidden searches out of them, and take those named or asked for",
    rule: "sel_a:\n  userAgent: x\n_sel_b:\n  errorCode: x\ncondition: all of them",
    match: ["a", "ab"].map(event),
    differ: ["", "b"].map(event),
  },
  {
    says: "leave hidden searches out of patterns that do not ask for them",
    rule:
      "sel_a:\n  userAgent: x\n_sel_b:\n  errorCode: x\ncondition: 1 of *sel* or 1 of _*b and sel_a",
    match: ["a", "ab"].map(event),
    differ: ["", "b"].map(event),
  },
  {
    says: "match names with * at any place",
    rule: "sel_1_x:\n  userAgent: x\nsel_2_x:\n  errorCode: x\nother:\n  awsRegion: x\n" +
      "condition: all of sel_*_x and not 1 of o*r",
    match: [event("ab")],
    differ: ["a", "b", "abc"].map(event),
  },
]);

testCases("Sigma keywords", [
  {
    says: "are sought anywhere in the event, without regard to case",
    rule: "keywords:\n  - 'EVIL service'\n  - '22'\ncondition: keywords",
    match: [
      { requestParameters: { a: ["an evil Service here"] } },
      { requestParameters: { port: 2200 } },
      { "evil service": 1 },
    ],
    differ: [{ requestParameters: { a: "evil", b: "service" } }],
  },
  {
    says: "may hold wildcards and meet what escapes would hide",
    rule: String.raw`keywords:
  - 'C:\Win*cmd'
  - 'say "hi"'
condition: keywords`,
    match: [
      { userAgent: "x C:\\Windows\\cmd.exe" },
      { userAgent: 'they say "hi" again' },
      String.raw`{"userAgent":"s\u0061y \u0022hi\u0022"}`,
    ],
    differ: [{ userAgent: "C:/Windows/cmd.exe" }],
  },
  {
    says: "under |all must all occur",
    rule: "keywords:\n  '|all':\n    - one\n    - two\ncondition: keywords",
    match: [{ userAgent: "two", errorCode: "one" }],
    differ: [{ userAgent: "two" }],
  },
  {
    says: "take re, cased and neq",
    rule: "- '|re': ['ab+c']\n- '|cased': [Xy]\n",
    match: [{ userAgent: "xabbcx" }, { userAgent: "aXy" }],
    differ: [{ userAgent: "xy ac" }],
  },
  {
    says: "may stand beside maps in one list",
    rule: "- evil\n- errorCode: x",
    match: [{ userAgent: "an evil one" }, { errorCode: "X" }],
    differ: [{ errorCode: "y" }],
  },
]);

Deno.test("Sigma keywords match events, but neq asks that none occurs", async () => {
  const matches = await matcherOf(
    "title: t\nid: i\nlogsource: {product: aws}\ndetection:\n  k:\n    '|neq': [a9, b9]\n  condition: k\n",
  );
  assert(matches({ userAgent: "c9" }));
  assert(!matches({ userAgent: "xb9x" }));
});

for (
  const [condition, reason] of [
    ["", "it is empty"],
    ["a and", "it ends where the name of a search is expected"],
    ["and a", "`and` stands where the name of a search is expected"],
    ["a b", "`b` stands where an operator or the end is expected"],
    ["(a or b", "it ends where `)` is expected"],
    ["a)", "`)` stands where an operator or the end is expected"],
    ["()", "`)` stands where the name of a search is expected"],
    ["a or d", "no search is named `d`"],
    ["1 of d*", "no search matches `d*`"],
    ["1 of _*", "no search matches `_*`"],
    ["1 of", "it ends where `them` or a pattern is expected"],
    ["1 of (a or b)", "`(` stands where `them` or a pattern is expected"],
    ["2 of them", "`2 of` is neither 1 nor all"],
    ["a | count() > 5", "aggregation behind `|` is of Sigma 1"],
    ["not ".repeat(200) + "a", "nested deeper than 100 levels"],
    ["(".repeat(200) + "a" + ")".repeat(200), "nested deeper than 100 levels"],
    ["a or ".repeat(2000) + "a", "more than 2000 words"],
  ]
) {
  Deno.test(`parseCondition() refuses ${JSON.stringify(condition.slice(0, 40))}`, () => {
    assertThrows(() => parseCondition(condition, ["a", "b"]), SyntaxError, reason);
  });
}

Deno.test("parseCondition() agrees with JavaScript's operators on random conditions", () => {
  const random = new Random("parseCondition()");
  for (let round = 0; round < 300; round++) {
    const source = randomCondition(random, 4);
    const parsed = parseCondition(source, ["a", "b", "c"]);
    const script = source.replaceAll("and", "&&").replaceAll("or", "||").replaceAll("not", "!");
    for (const set of sets) {
      const values = ["a", "b", "c"].map((name) => set.includes(name));
      const expected = new Function("a", "b", "c", `return ${script}`)(...values);
      assertEquals(evaluate(parsed, set), expected, `${source} over {${set}}`);
    }
  }
});

function evaluate(condition: ConditionAst, held: string): boolean {
  if (condition.kind === "search") return held.includes(condition.name);
  if (condition.kind === "not") return !evaluate(condition.part, held);
  return condition.kind === "and"
    ? condition.parts.every((part) => evaluate(part, held))
    : condition.parts.some((part) => evaluate(part, held));
}

function randomCondition(random: Random, depth: number): string {
  const inner = () => randomCondition(random, depth - 1);
  switch (depth === 0 ? 0 : random.below(5)) {
    case 1:
      return `${inner()} and ${inner()}`;
    case 2:
      return `${inner()} or ${inner()}`;
    case 3:
      return `not ${random.pick(["a", "b", "c"])}`;
    case 4:
      return `(${inner()})`;
    default:
      return random.pick(["a", "b", "c"]);
  }
}
