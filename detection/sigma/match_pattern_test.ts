import { assert, assertEquals } from "@std/assert";
import { Random } from "../_random.ts";
import { foldCase } from "./fold_case.ts";
import { compilePattern } from "./match_pattern.ts";
import { DASH, MANY, ONE, parsePattern, type PatternPart } from "./pattern.ts";

Deno.test("compilePattern() agrees with RegExp on random patterns and texts", () => {
  const random = new Random("compilePattern()");
  const choices: PatternPart[] = ["a", "b", "ab", "\u{1F600}", MANY, MANY, ONE, DASH];
  let matched = 0;
  for (let round = 0; round < 20_000; round++) {
    const pattern = Array.from({ length: random.below(6) }, () => random.pick(choices));
    const expected = new RegExp(`^${pattern.map(sourceOf).join("")}$`, "su");
    const matches = compilePattern(pattern, true);
    for (let i = 0; i < 5; i++) {
      const text = random.text(["a", "b", "-", "/", "\u2013", "\u{1F600}", "\n"], 6);
      const found = matches(text);
      assertEquals(
        found,
        expected.test(text),
        `${JSON.stringify(pattern)} ${JSON.stringify(text)}`,
      );
      if (found) matched++;
    }
  }
  assert(matched > 5000, `matches must be common: ${matched}`);
});

function sourceOf(part: PatternPart): string {
  if (part === MANY) return ".*";
  if (part === ONE) return ".";
  return part === DASH ? "[-/\u2013\u2014\u2015]" : part;
}

Deno.test("compilePattern() takes time in proportion to text and pattern", () => {
  const text = "a".repeat(200_000);
  const before = performance.now();
  assert(!compilePattern(parsePattern("*a*a*a*a*a*a*a*a*b"), true)(text));
  assert(!compilePattern(parsePattern("*a?a?a?a?a?b*"), true)(text));
  assert(performance.now() - before < 20_000);
});

Deno.test("foldCase() folds as RegExp does without regard to case", () => {
  const differ: string[] = [];
  for (let point = 0; point < 0x1e950; point++) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const character = String.fromCodePoint(point);
    const fold = foldCase(character);
    if (fold === character) continue;
    const source = `^\\u{${point.toString(16)}}$`;
    if (!new RegExp(source, "iu").test(fold)) differ.push(point.toString(16));
  }
  // Cherokee folds upwards in Unicode and downwards here; both make its letters equal.
  assertEquals(differ, []);
});

Deno.test("foldCase() keeps the number of characters", () => {
  for (const text of ["İstanbul", "straße", "ŉ", "ΌΣ", "\u{10400}x", "\ud800X"]) {
    assertEquals([...foldCase(text)].length, [...text].length, text);
  }
});
