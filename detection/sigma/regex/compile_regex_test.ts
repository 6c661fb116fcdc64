import { assert, assertEquals, assertThrows } from "@std/assert";
import { Random } from "../../_random.ts";
import { compileRegex } from "./compile_regex.ts";

/** Expression, flags, texts that it matches and texts that it does not. */
const cases: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ["abc", "", ["abc", "xabcx"], ["ab", "ABC"]],
  ["", "", ["", "x"], []],
  ["^$", "", ["", "\n"], ["x"]],
  ["^a", "", ["ab"], ["ba", "b\na"]],
  ["a$", "", ["ba", "ba\n"], ["ab", "a\n\n", "a\nb"]],
  ["^a$", "m", ["b\na\nc", "a", "a\n"], ["ba\nab"]],
  ["^", "m", ["", "\n"], []],
  ["x\n^", "m", ["x\ny"], ["x\n"]],
  [String.raw`\Aa\z`, "m", ["a"], ["a\n", "b\na"]],
  [String.raw`a\Z`, "", ["a", "a\n"], ["ab"]],
  ["a.c", "", ["abc", "a\u{1F600}c", "a\rc"], ["a\nc", "ac"]],
  ["a.c", "s", ["a\nc"], ["ac"]],
  ["^.$", "", ["\u{1F600}", "\ud800"], ["ab"]],
  ["a*b+c?", "", ["b", "aabbc"], ["a", "c"]],
  ["^a{2,3}$", "", ["aa", "aaa"], ["a", "aaaa"]],
  ["^a{2}$", "", ["aa"], ["a", "aaa"]],
  ["^a{2,}$", "", ["aa", "aaaaa"], ["a"]],
  ["^a{0}b$", "", ["b"], ["ab"]],
  ["a{,2}", "", ["a{,2}"], ["aa"]],
  ["a{x}", "", ["a{x}"], ["a"]],
  ["^(a+?b*?){2}?$", "", ["aab", "abab"], ["b"]],
  ["^(ab|cd|)$", "", ["ab", "cd", ""], ["a", "abcd"]],
  ["^(?:a|b)(?<name>c)(?P<other>d)$", "", ["acd", "bcd"], ["cd"]],
  ["[a-c-]", "", ["b", "-"], ["d"]],
  ["[^a-c]", "", ["d", "\n"], ["a", ""]],
  ["^[]a]+$", "", ["]a"], ["b"]],
  ["^[^]a]$", "", ["b"], ["]", "a"]],
  [String.raw`^[\w.-]+$`, "", ["a_B9.-"], ["a b", "é"]],
  [String.raw`^\d\D\s\S\w\W$`, "", ["1a b_-", "9x\vyz!"], ["a1 b_-"]],
  [String.raw`^[\d\-z]+$`, "", ["1-z"], ["y"]],
  [String.raw`[[:upper:]][[:^digit:]]`, "", ["Ab"], ["ab", "A1"]],
  [String.raw`\.\*\+\?\(\)\[\]\{\}\|\^\$\\\/\-`, "", [".*+?()[]{}|^$\\/-"], ["x"]],
  [String.raw`^\x41\x{1F600}\t\n\r\f\e\0$`, "", ["A\u{1F600}\t\n\r\f\x1b\0"], ["A"]],
  [String.raw`\bcat\b`, "", ["a cat sat", "cat", "-cat-"], ["concat", "cats", "_cat"]],
  [String.raw`\Bcat\B`, "", ["concats"], ["cat", "concat"]],
  [String.raw`[\b]`, "", ["\b"], ["b"]],
  ["straße", "i", ["STRAßE", "stra\u1e9ee"], ["strasse"]],
  ["[a-z]σ", "i", ["Kς", "\u212aΣ"], ["1σ"]],
  ["[^a]", "i", ["b"], ["A", "a"]],
  ["(?i)abc", "", ["ABC"], ["AB"]],
  ["a(?i)b|c", "", ["aB", "C"], ["AB"]],
  ["a(?i:b)c", "", ["aBc"], ["aBC"]],
  ["a(?-i)b", "i", ["Ab"], ["AB"]],
  ["((?i)a)b", "", ["Ab"], ["AB"]],
  ["(?s).(?-s).", "", ["\nx"], ["x\n"]],
];

for (const [source, flags, match, differ] of cases) {
  Deno.test(`compileRegex() ${JSON.stringify(source)} with flags "${flags}"`, () => {
    const matches = compileRegex(source, flags);
    for (const text of match) assert(matches(text), `must match ${JSON.stringify(text)}`);
    for (const text of differ) assert(!matches(text), `must not match ${JSON.stringify(text)}`);
  });
}

const refused: readonly (readonly [string, string])[] = [
  ["(?=a)", "would need backtracking"],
  ["(?!a)", "would need backtracking"],
  ["(?<=a)b", "would need backtracking"],
  ["(?<!a)b", "would need backtracking"],
  ["(?>a)", "would need backtracking"],
  ["(?R)", "would need backtracking"],
  ["(?x)a", "would need backtracking"],
  ["(*UTF)a", "verbs"],
  [String.raw`(a)\1`, "back references"],
  [String.raw`(?<n>a)\k<n>`, String.raw`\k`],
  [String.raw`\p{L}`, String.raw`\p`],
  [String.raw`\u0041`, String.raw`\u`],
  [String.raw`\x{110000}`, "no code point"],
  [String.raw`\xg`, "no code point"],
  ["a++", "possessive"],
  ["a**", "quantifier follows a quantifier"],
  ["*a", "nothing to repeat"],
  ["a|+", "nothing to repeat"],
  ["(a", "not closed"],
  ["a)", "closes no group"],
  ["[a", "not closed"],
  ["[z-a]", "wrong order"],
  ["a{3,2}", "wrong order"],
  ["a{1,5000}", "more than 500 times"],
  ["(a{100}){100}", "more than 1000 steps"],
  ["[[:nope:]]", "not known"],
  ["a\\", "ends with a backslash"],
  ["(".repeat(200) + ")".repeat(200), "nested deeper"],
  ["a".repeat(20_000), "longer than"],
];

for (const [source, reason] of refused) {
  Deno.test(`compileRegex() refuses ${JSON.stringify(source.slice(0, 30))}`, () => {
    assertThrows(() => compileRegex(source, ""), SyntaxError, reason);
  });
}

Deno.test("compileRegex() agrees with RegExp on random expressions and texts", () => {
  const random = new Random("compileRegex()");
  let matched = 0;
  for (let round = 0; round < 3000; round++) {
    const source = randomRegex(random, 4);
    const flags = random.pick(["", "i", "s"]);
    const expected = new RegExp(source, `${flags}u`);
    const matches = compileRegex(source, flags);
    for (let i = 0; i < 8; i++) {
      // No newline: there RegExp and PCRE differ on purpose, and the table above has the cases.
      const letters = ["a", "b", "C", "-", "1", "_", "é"];
      // V8 lets \B hold in the middle of a surrogate pair.
      if (!source.includes("\\B")) letters.push("\u{1F600}");
      const text = random.text(letters, 8);
      const found = matches(text);
      assertEquals(found, expected.test(text), `/${source}/${flags} on ${JSON.stringify(text)}`);
      if (found) matched++;
    }
  }
  assert(matched > 3000 && matched < 21_000, `both outcomes must be common: ${matched}`);
});

function randomRegex(random: Random, depth: number): string {
  const inner = () => randomRegex(random, depth - 1);
  switch (random.below(depth === 0 ? 5 : 11)) {
    case 0:
    case 1:
      return random.pick(["a", "b", "C", "-", "1", "é", "\u{1F600}"]);
    case 2:
      return random.pick([".", "[ab]", "[^a]", "[a-c1]", "[^\\w-]", "\\d", "\\W", "\\S"]);
    case 3:
      return random.pick(["^", "$", "\\b", "\\B", ""]);
    case 4:
      return random.pick(["a", "b", "c"]);
    case 5:
      return `(?:${inner()}|${inner()})`;
    case 6:
      return `(${inner()})${
        random.pick(["*", "+", "?", "{0}", "{2}", "{1,3}", "{2,}", "*?", "??"])
      }`;
    default:
      return inner() + inner();
  }
}

Deno.test("compileRegex() takes linear time where backtracking takes for ever", () => {
  const text = `${"a".repeat(100_000)}!`;
  for (const source of ["^(a+)+$", "^(a|a)*$", "^(a*)*b", "(x+x+)+y", "^(([a-z])+.)+[A-Z]$"]) {
    const matches = compileRegex(source, "");
    const before = performance.now();
    assert(!matches(text));
    const elapsed = performance.now() - before;
    // Backtracking would not end in a day; a busy machine takes a little longer.
    assert(elapsed < 10_000, `${source} took ${elapsed} ms`);
  }
});

Deno.test("compileRegex() bounds time and memory where an automaton has many states", () => {
  // The usual worst case: which of the last 200 characters were an a is 2^200 states.
  const matches = compileRegex("a[ab]{200}c", "");
  const random = new Random("compileRegex() worst case");
  const text = Array.from({ length: 20_000 }, () => random.pick(["a", "b"])).join("");
  const before = performance.now();
  assert(!matches(text));
  assert(matches(`${text.slice(0, 1000)}a${"b".repeat(200)}c`));
  const elapsed = performance.now() - before;
  assert(elapsed < 30_000, `took ${elapsed} ms`);
});
