import { assert, assertEquals } from "@std/assert";
import { loadText, problemOf, ruleText, selectionText } from "./_rule_cases.ts";

/** What is wrong, the text of a file, and the start of its only problem: line and reason. */
const malformed: readonly (readonly [string, string, string])[] = [
  ["YAML that ends too early", "title: [a\n", "2: Cannot parse YAML: Flow sequence"],
  ["YAML with a tab", "title: a\nlogsource:\n\tproduct: aws\n", "3: Cannot parse YAML: Tabs"],
  ["a key that occurs twice", "title: a\ntitle: b\n", "2: Cannot read document: key `title`"],
  ["a key that is a list", "? [a]\n: b\n", "1: Cannot read document: a key is a map or a list"],
  ["a document that is no map", "- a\n", "1: Cannot read document: it is no map"],
  ["no document", "# nothing\n", "0: Cannot read rule file: it holds no document"],
  ["no title", "logsource: {product: aws}\n", "1: Cannot read document: no `title`"],
  ["no logsource", "title: a\ndetection: {}\n", "1: Cannot read document: no `logsource`"],
  [
    "an empty logsource",
    "title: a\nlogsource: {}\n",
    "2: Cannot read `logsource`: it names no category, product or service",
  ],
  [
    "a logsource that is a text",
    "title: a\nlogsource: aws\n",
    "2: Cannot read `logsource`: it is no map",
  ],
  [
    "no detection",
    "title: a\nlogsource: {product: aws}\n",
    "1: Cannot read document: no `detection`",
  ],
  ["no condition", ruleText("s:\n  eventName: x"), "7: Cannot read detection: no `condition`"],
  [
    "a condition that is a map",
    ruleText("s:\n  eventName: x\ncondition: {a: 1}"),
    "9: Cannot read detection: `condition` is no text",
  ],
  [
    "a condition that names no search",
    ruleText("s:\n  eventName: x\ncondition: s and t"),
    "9: Cannot parse condition: no search is named `t`",
  ],
  [
    "a search that is a text",
    ruleText("s: x\ncondition: s"),
    "7: Cannot read search `s`: it is neither a list nor a map",
  ],
  [
    "a search that is null",
    ruleText("s:\ncondition: s"),
    "7: Cannot read search `s`: it is neither a list nor a map",
  ],
  [
    "a search that is empty",
    ruleText("s: {}\ncondition: s"),
    "7: Cannot read search `s`: it is empty",
  ],
  [
    "a list of no keywords",
    ruleText("s: []\ncondition: s"),
    "7: Cannot read keywords: its list is empty",
  ],
  [
    "timeframe, of Sigma 1",
    ruleText("s:\n  eventName: x\ntimeframe: 1h\ncondition: s"),
    "9: Cannot read detection: `timeframe` is of Sigma 1",
  ],
  [
    "a document action, of Sigma 1",
    "action: global\ntitle: a\n",
    "1: Cannot read document: `action` is of Sigma 1",
  ],
  [
    "an unknown modifier",
    selectionText("eventName|like: x"),
    "8: Cannot use modifier `like`: the specification has no such modifier",
  ],
  ["an empty modifier", selectionText("'eventName|': x"), "8: Cannot use modifier ``"],
  ["i without re", selectionText("eventName|i: x"), "8: Cannot use modifier `i`"],
  ["re and cidr at once", selectionText("a|re|cidr: x"), "8: Cannot use modifier `cidr`"],
  ["re with contains", selectionText("a|re|contains: x"), "8: Cannot use modifier `contains`"],
  ["lt and gt at once", selectionText("a|lt|gt: 1"), "8: Cannot use modifier `gt`"],
  ["two time parts at once", selectionText("a|hour|day: 1"), "8: Cannot use modifier `day`"],
  ["i and cased at once", selectionText("a|re|i|cased: x"), "8: Cannot use modifier `cased`"],
  [
    "all on a single value",
    selectionText("eventName|contains|all: x"),
    "8: Cannot read `eventName|contains|all`: `all` needs more than one value",
  ],
  [
    "all on a list of one",
    selectionText("eventName|contains|all: [x]"),
    "8: Cannot read `eventName|contains|all`: `all` needs",
  ],
  [
    "an empty list",
    selectionText("eventName: []"),
    "8: Cannot read `eventName`: its list is empty",
  ],
  [
    "null in a list",
    selectionText("eventName:\n  - ''\n  - null"),
    "10: Cannot read `eventName`: null stands in a list of values",
  ],
  ["null to contain", selectionText("eventName|contains: null"), "8: Cannot read value: null"],
  ["a map as a value", selectionText("eventName: {a: b}"), "8: Cannot read value: a map or list"],
  ["a list as a value", selectionText("eventName: [[a]]"), "8: Cannot read value: a map or list"],
  [
    "exists with a text",
    selectionText("eventName|exists: 'yes'"),
    "8: Cannot read value: `exists`",
  ],
  ["gt with a text", selectionText("a|gt: many"), "8: Cannot read value: `gt` takes a number"],
  ["gt with a boolean", selectionText("a|gt: true"), "8: Cannot read value: `gt` takes a number"],
  ["an hour of 24", selectionText("a|hour: 24"), "8: Cannot read value: `hour` is from 0 to 23"],
  ["a fieldref to a number", selectionText("a|fieldref: 5"), "8: Cannot read value: `fieldref`"],
  ["cidr without address", selectionText("a|cidr: x"), "8: Cannot use `x` as a network"],
  ["cidr too long", selectionText("a|cidr: 10.0.0.0/33"), "8: Cannot use `10.0.0.0/33`"],
  ["cidr with a wildcard", selectionText("a|cidr: 10.*"), "8: Cannot use `10.*` as a network"],
  ["re that is none", selectionText("a|re: '(b'"), "8: Cannot use regular expression `(b`"],
  ["base64 of a wildcard", selectionText("a|base64: 'b*'"), "8: Cannot apply `base64`"],
  ["base64offset of too little", selectionText("a|base64offset: b"), "8: Cannot apply `base64off"],
  ["exists as a keyword", selectionText("'|exists': true"), "8: Cannot read `|exists`"],
  ["a field to expand without a list", selectionText("a|expand: '%x%'"), "8: Cannot expand"],
  ["a level that is none", ruleText("s: [x]\ncondition: s") + "level: dire\n", "9: Cannot read"],
  ["tags that are a map", ruleText("s: [x]\ncondition: s") + "tags: {a: b}\n", "9: Cannot read"],
  ["an id that is a list", ruleText("s: [x]\ncondition: s").replace("test-rule", "[a]"), "2: Cann"],
  ["a title without letters", "title: '!!'\n" + body(), "1: Cannot read document: neither `id`"],
  ["another taxonomy", "title: a\ntaxonomy: ecs\n" + body(), "2: Cannot read document: `taxonomy`"],
  ["an alias without anchor", "title: *a\n" + body(), "1: "],
  [
    "an anchor inside itself",
    "title: a\nx: &a [*a]\n" + body(),
    "2: Cannot read document: `a` con",
  ],
  [
    "nesting without end",
    `title: ${"[".repeat(5000)}${"]".repeat(5000)}\n`,
    "1: Cannot parse YAML: nested too deep",
  ],
];

function body(): string {
  return "logsource: {product: aws}\ndetection: {s: [x], condition: s}\n";
}

for (const [what, text, start] of malformed) {
  Deno.test(`Sigma bad input: ${what}`, async () => {
    const problem = await problemOf(text);
    assert(problem.startsWith(start), problem);
  });
}

Deno.test("Sigma bad input: expand without a list names the placeholder and the flag", async () => {
  const problem = await problemOf(selectionText("a|expand: 'x%name%y'"), { other: [] });
  assert(problem.includes("`%name%`") && problem.includes("--placeholders"), problem);
});

Deno.test("Sigma bad input: an alias bomb is refused at once", async () => {
  const levels = Array.from({ length: 9 }, (_, i) => {
    const inner = i === 0 ? "x" : `*l${i - 1}`;
    return `l${i}: &l${i} [${Array(10).fill(inner).join(", ")}]`;
  });
  const before = performance.now();
  const problem = await problemOf(`title: bomb\n${levels.join("\n")}\n${body()}`);
  assert(problem.includes("more than 50000 values"), problem);
  assert(performance.now() - before < 20_000);
});

/** The shortest of three readings of a file of so many keys, in ms: what a busy machine adds is not always there. */
async function readingMs(keyCount: number): Promise<number> {
  const keys = Array.from({ length: keyCount }, (_, i) => `k${i}: 1`);
  let least = Infinity;
  for (let turn = 0; turn < 3; turn++) {
    const before = performance.now();
    await loadText(`title: big\n${keys.join("\n")}\n${body()}`);
    least = Math.min(least, performance.now() - before);
  }
  return least;
}

Deno.test("Sigma bad input: a file of many keys takes no quadratic time", async () => {
  const few = await readingMs(2_000);
  const many = await readingMs(16_000);
  // Eight times the keys: quadratic time is 64 times as long.
  assert(many < 32 * few, `${few} ms and ${many} ms`);
});

Deno.test("Sigma bad input: one malformed document leaves its neighbours", async () => {
  const set = await loadText(`title: a\n${body()}---\ntitle: [\n---\ntitle: b\n${body()}`);
  assertEquals(set.specs.map((spec) => spec.kind === "sigma" && spec.id), ["a", "b"]);
  assertEquals(set.problems.length, 1);
});
