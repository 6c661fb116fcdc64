/**
 * An event on which a rule ends the whole process, at once or by exhausting the heap. Started again and again, as a
 * service is, the program reads every neighbour and comes to its end, on both databases.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { LIMITS } from "../../core/limits.ts";
import { startTestPostgres } from "../store/_postgres.ts";
import { eventIdsOf } from "../support/outcome.ts";
import { type ProgramEnd, runProgram } from "../support/program.ts";
import { readReport, type Report } from "../support/report.ts";

const postgres = await startTestPostgres();
Deno.test.afterAll(async () => await postgres?.[Symbol.asyncDispose]());

/** Event ids, and names of objects. */
const NEIGHBOURS = [..."abcdfghijklm"];

/** A rule that does this on the event named Poison. */
function ruleThat(does: string): string {
  return `import process from "node:process";
import { defineRule } from "trailsieve/rule";
function poison(): boolean { ${does} }
export default defineRule({
  id: "deadly", title: "Deadly", level: "low", description: "d", author: "a", tags: [], references: [],
  falsePositives: [], matches: (event) => event.get("eventName") === "Poison" && poison(),
});
`;
}

/** Accepts every event: a rule that is switched off for its run says nothing of its neighbours. */
const EVERY = `import { defineRule } from "trailsieve/rule";
export default defineRule({
  id: "every", title: "Every", level: "low", description: "d", author: "a", tags: [], references: [],
  falsePositives: [], matches: () => true,
});
`;

/** As sudden as V8's own end where it runs out of memory, which takes its time to come. */
const DIES = 'process.kill(process.pid, "SIGKILL"); for (;;) {}';
/** Asks for an array of half a billion elements. V8 cannot be stopped in it, and ends the process. */
const STARVES = 'return "x".repeat(2 ** 29 - 30).split("").length > 0;';

function log(eventID: string, eventName: string): Uint8Array {
  const record = { eventTime: "2026-11-20T10:00:00Z", eventSource: "test.amazonaws.com" };
  return gzipSync(JSON.stringify({ Records: [{ ...record, eventID, eventName }] }));
}

/** Starts runs until one ends by itself. @returns it, and how many died before */
async function supervise(args: string[], folder: string): Promise<[ProgramEnd, number]> {
  // In company its shard is tried as often as a shard may die, then the object alone.
  const deathsMax = LIMITS.shardDeathsMax + LIMITS.objectDeathsMax;
  for (let deaths = 0;; deaths++) {
    const end = await runProgram(args, { cwd: folder });
    // V8 ends the process by a signal: none of the program's own exit codes.
    if (end.code <= 3) return [end, deaths];
    assert(deaths < deathsMax, `still dying after ${deathsMax} deaths: ${end.stderr}`);
  }
}

/** A trail with a poisoned object among its neighbours, read under supervision until a run ends. */
async function readPoisoned(
  rule: string,
  database: string | null,
  check: (world: {
    readonly end: ProgramEnd;
    readonly objects: Report["objects"];
    /** Event ids of alerts. */
    readonly alertIds: readonly string[];
    /** Event ids in the lake. */
    readonly rowIds: readonly string[];
    readonly letters: readonly Record<string, unknown>[];
  }) => void,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/trail`);
    await Deno.mkdir(`${folder}/rules`);
    await Deno.writeTextFile(`${folder}/rules/deadly.rule.ts`, rule);
    await Deno.writeTextFile(`${folder}/rules/every.rule.ts`, EVERY);
    for (const name of NEIGHBOURS) {
      await Deno.writeFile(`${folder}/trail/${name}.json.gz`, log(name, "Fine"));
    }
    await Deno.writeFile(`${folder}/trail/e-poison.json.gz`, log("poison", "Poison"));
    const state = ["--database", database ?? "pglite:./state"];
    const flags = ["--once", "--source", "file:./trail", "--no-bundled-rules", "--rules", "rules"];
    const more = [
      "--lake",
      "file:./lake",
      "--alert",
      "file:./alerts.jsonl",
      "--report",
      "report.json",
    ];
    const poll = ["poll", ...flags, ...more, "--workers", "1", ...state];
    const [end, deaths] = await supervise(poll, folder);
    console.log(`${deaths} deaths`);
    const { objects } = await readReport(`${folder}/report.json`);
    const alerts = (await Deno.readTextFile(`${folder}/alerts.jsonl`)).trim().split("\n");
    const list = ["deadletters", "list", "--format", "json", ...state];
    const lines = (await runProgram(list, { cwd: folder })).stdout.split("\n");
    check({
      end,
      objects,
      alertIds: alerts.map((line) => JSON.parse(line).event_id).sort(),
      rowIds: await eventIdsOf(`${folder}/lake`),
      letters: lines.filter((line) => line !== "").map((line) => JSON.parse(line)),
    });
    assertEquals((await runProgram(poll, { cwd: folder })).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function giveUpDeadly(database: string | null): Promise<void> {
  await readPoisoned(ruleThat(DIES), database, ({ end, objects, alertIds, rowIds, letters }) => {
    assertEquals(end.code, 1, end.stderr);
    assertEquals([objects.dead, objects.pending], [1, 0]);
    assertEquals(alertIds, NEIGHBOURS);
    assertEquals(rowIds, NEIGHBOURS);
    assertEquals(
      letters.map((letter) => [letter.kind, letter.stage, letter.attempts]),
      [["object", "report", LIMITS.objectDeathsMax]],
    );
    assertStringIncludes(String(letters[0].object), "/e-poison.json.gz");
  });
}

Deno.test("poll gives up an object that kills the process, on the embedded database", async () => {
  await giveUpDeadly(null);
});

Deno.test({
  name: "poll gives up an object that kills the process, on Postgres",
  ignore: postgres === null,
  fn: async () => await giveUpDeadly(await postgres!.createEmptyDatabase()),
});

Deno.test("poll comes to its end on an event that exhausts the heap, and reads its neighbours", async () => {
  // Whether the rule is switched off in time, and the object read without it, is up to the machine; so is whether
  // the collector, busy with what the rule left, makes the next rule look stuck, so that it is switched off too.
  await readPoisoned(ruleThat(STARVES), null, ({ objects, rowIds, letters }) => {
    assertEquals(objects.pending, 0);
    assertEquals(rowIds.filter((id) => id !== "poison"), NEIGHBOURS);
    assert(letters.length <= 1);
  });
});
