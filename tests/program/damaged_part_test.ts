/** A part of the lake that is damaged before its hour is compacted: named, kept, and its objects redriven. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { endOf, runProgram, startProgram } from "../support/program.ts";
import { readReport } from "../support/report.ts";
import { rowsOf } from "../support/outcome.ts";
import { walk } from "../support/walk.ts";

const RULE = `import { defineRule } from "trailsieve/rule";
export default defineRule({
  id: "every", title: "Every", level: "low", description: "d", author: "a", tags: [], references: [],
  falsePositives: [], matches: () => true,
});
`;

function log(name: string, count: number): Uint8Array {
  const records = Array.from({ length: count }, (_, i) => ({
    eventTime: "2026-11-20T10:00:00Z",
    eventSource: "test.amazonaws.com",
    eventName: "Watched",
    eventID: `${name}-${i}`,
  }));
  return gzipSync(JSON.stringify({ Records: records }));
}

const FLAGS = ["--source", "file:./trail", "--no-bundled-rules", "--rules", "rules"];
const MORE = ["--alert", "file:./alerts.jsonl", "--workers", "1", "--report", "report.json"];

/** Follows the trail until so many alerts came, then stops: what it read waits in parts. */
async function readIntoParts(folder: string, alerts: number): Promise<void> {
  const child = startProgram(["poll", ...FLAGS, ...MORE], { cwd: folder });
  const deadline = performance.now() + 60_000;
  for (let lines = 0; lines < alerts && performance.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const text = await Deno.readTextFile(`${folder}/alerts.jsonl`).catch(() => "");
    lines = text.split("\n").length - 1;
  }
  child.kill("SIGTERM");
  const end = await endOf(child);
  assertEquals(end.code, 143, end.stderr);
}

Deno.test("poll compacts an hour without its damaged part, and a redrive brings its events back", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/trail`);
    await Deno.mkdir(`${folder}/rules`);
    await Deno.writeTextFile(`${folder}/rules/every.rule.ts`, RULE);
    await Deno.writeFile(`${folder}/trail/a.json.gz`, log("a", 3));
    await readIntoParts(folder, 3);
    const partsFolder = `${folder}/data/lake/_work/parts`;
    const [damaged, ...others] = await Array.fromAsync(walk(partsFolder));
    assertEquals(others, []);
    await Deno.writeFile(`${folder}/trail/b.json.gz`, log("b", 4));
    await readIntoParts(folder, 7);
    const bytes = await Deno.readFile(damaged);
    await Deno.writeFile(damaged, bytes.subarray(0, bytes.length / 2));

    const once = ["poll", "--once", ...FLAGS, ...MORE];
    const first = await runProgram(once, { cwd: folder });
    assertEquals(first.code, 1, first.stderr);
    assertStringIncludes(first.stderr, "Gave up on the part file://");
    assertEquals((await rowsOf(`${folder}/data/lake`)).length, 4);
    assertEquals(await Array.fromAsync(walk(partsFolder)), [damaged]);

    const listed = await runProgram(["deadletters", "list", "--format", "json"], { cwd: folder });
    const letter = JSON.parse(listed.stdout);
    assertEquals([letter.kind, letter.stage], ["part", "compact"]);
    assertStringIncludes(letter.object, damaged.split("/").at(-1)!);
    assertEquals((await runProgram(once, { cwd: folder })).code, 0);

    const redriven = await runProgram(["deadletters", "redrive", String(letter.id)], {
      cwd: folder,
    });
    assertEquals(
      redriven.stdout,
      "1 dead letter redriven: 1 object to be read again, 1 damaged part to be made anew\n",
    );
    const last = await runProgram(once, { cwd: folder });
    assertEquals(last.code, 0, last.stderr);
    const { objects, alerts } = await readReport(`${folder}/report.json`);
    assertEquals([objects.listed, objects.unchanged, objects.done], [2, 1, 1]);
    assertEquals(alerts.raised, 0);
    assertEquals((await rowsOf(`${folder}/data/lake`)).length, 7);
    const left = await Array.fromAsync(walk(partsFolder));
    assert(left.length === 0, `left: ${left}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
