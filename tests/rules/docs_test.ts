import { dirname } from "node:path";
import { assert, assertEquals } from "@std/assert";
import { compileRules, readRuleFolders } from "../../detection/mod.ts";
import { matchesOf, readPack, type RuleCases } from "./pack.ts";

const DOCUMENT = new URL("../../docs/rules.md", import.meta.url);
/** A file name in backticks with a colon, and the block of code that follows it. */
const FILE_BLOCK = /^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$/gms;

Deno.test("docs/rules.md: its rules load and do what its cases say", async () => {
  const folder = await Deno.makeTempDir({ prefix: "trailsieve-docs-" });
  try {
    const files = [...Deno.readTextFileSync(DOCUMENT).matchAll(FILE_BLOCK)];
    for (const [, name, text] of files) {
      await Deno.mkdir(dirname(`${folder}/${name}`), { recursive: true });
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const { specs, problems, warnings } = await readRuleFolders([folder]);
    assertEquals([...problems, ...warnings], []);
    assertEquals(specs.length, 2);
    for (const spec of specs) {
      const detector = await compileRules([spec]);
      assertEquals(detector.problems, []);
      const cases: RuleCases = JSON.parse(
        Deno.readTextFileSync(spec.file.replace(/(\.rule\.ts|\.yml)$/, ".cases.json")),
      );
      for (const { name, event } of cases.match) {
        assertEquals(matchesOf(detector, event), [detector.rules[0].id], name);
      }
      for (const { name, event } of cases.no_match) {
        assertEquals(matchesOf(detector, event), [], name);
      }
      assert(cases.match.length > 0 && cases.no_match.length > 0);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("docs/pack.md: its table counts the pack's rules", async () => {
  const counts = new Map<string, Record<string, number>>();
  for (const { tactic, rule } of await readPack()) {
    const row = counts.get(tactic) ?? { high: 0, medium: 0, low: 0 };
    row[rule.level]++;
    counts.set(tactic, row);
  }
  const text = Deno.readTextFileSync(new URL("../../docs/pack.md", import.meta.url));
  const rows = [...text.matchAll(/^\| ([a-z-]+) +\| +(\d+) \| +(\d+) \| +(\d+) \|$/gm)]
    .map(([, tactic, high, medium, low]) =>
      [tactic, { high: Number(high), medium: Number(medium), low: Number(low) }] as const
    );
  assertEquals(new Map(rows), counts);
});
