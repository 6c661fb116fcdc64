/**
 * Killed with SIGKILL at ten random moments and started again, on both databases: alerts and lake equal those of
 * a run that nobody disturbed.
 */
import { dirname } from "node:path";
import { assertEquals } from "@std/assert";
import { alertsOf, outcomeOf, type RunOutcome } from "../support/outcome.ts";
import { randomOf, withSeed } from "../support/random.ts";
import { endOf, runProgram, startProgram } from "../support/program.ts";
import { readReport } from "../support/report.ts";
import { writeTrail } from "../support/trail.ts";
import { walk } from "../support/walk.ts";
import { startTestPostgres } from "../store/_postgres.ts";

const KILLS = 10;
/** A bound on the test, should runs end before they are killed. */
const RUNS_MAX = 60;

function flags(trail: string, database: string | null): string[] {
  const common = [
    "poll",
    "--once",
    "--source",
    `file://${trail}`,
    "--alert",
    "file:./alerts.jsonl",
  ];
  const rest = ["--report", "report.json", "--workers", "2", "--log-level", "error"];
  return [...common, ...rest, ...(database === null ? [] : ["--database", database])];
}

/**
 * Kills runs at random moments until ten died, then lets one end. A tenth of the trail appears before each run,
 * so that there is work to be killed at.
 */
async function killed(
  folder: string,
  trail: string,
  database: string | null,
  random: () => number,
): Promise<RunOutcome> {
  const keys = await Array.fromAsync(walk(trail), (path) => path.slice(trail.length + 1));
  const tenths = Array.from({ length: KILLS }, (_, i) => keys.filter((_, at) => at % KILLS === i));
  let durationMs = await timed(() => runProgram(flags(trail, null), { cwd: `${folder}/warm-up` }));
  let kills = 0;
  for (let runs = 0; kills < KILLS && runs < RUNS_MAX; runs++) {
    for (const key of tenths.pop() ?? []) await copy(`${trail}/${key}`, `${folder}/trail/${key}`);
    const startedAt = performance.now();
    const child = startProgram(flags(`${folder}/trail`, database), { cwd: folder });
    const timer = setTimeout(() => child.kill("SIGKILL"), random() * durationMs);
    const { code, stderr } = await endOf(child);
    clearTimeout(timer);
    if (code === 137) kills++;
    else {
      assertEquals(code, 0, stderr);
      durationMs = performance.now() - startedAt;
    }
  }
  assertEquals(kills, KILLS, "runs that could be killed");
  for (const key of tenths.flat()) await copy(`${trail}/${key}`, `${folder}/trail/${key}`);
  const last = await runProgram(flags(`${folder}/trail`, database), { cwd: folder });
  assertEquals(last.code, 0, last.stderr);
  const { objects } = await readReport(`${folder}/report.json`);
  assertEquals([objects.dead, objects.pending], [0, 0]);
  return await outcomeOf(`${folder}/alerts.jsonl`, `${folder}/data/lake`);
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(dirname(to), { recursive: true });
  await Deno.copyFile(from, to);
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

async function compareKilledWithUndisturbed(database: string | null, seed: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeTrail(`${folder}/trail`, { seed: 5, events: 12_000 });
    for (const name of ["undisturbed", "killed", "killed/warm-up"]) {
      await Deno.mkdir(`${folder}/${name}`);
    }
    const end = await runProgram(flags(`${folder}/trail`, null), { cwd: `${folder}/undisturbed` });
    assertEquals(end.code, 0, end.stderr);
    const expected = await outcomeOf(
      `${folder}/undisturbed/alerts.jsonl`,
      `${folder}/undisturbed/data/lake`,
    );
    const found = await killed(`${folder}/killed`, `${folder}/trail`, database, randomOf(seed));
    assertEquals(
      found.alerts.length,
      (await alertsOf(`${folder}/undisturbed/alerts.jsonl`)).length,
    );
    assertEquals(found.alerts, expected.alerts);
    assertEquals(found.rows.length, expected.rows.length);
    assertEquals(found.rows, expected.rows);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("poll --once killed ten times equals an undisturbed run, on the embedded database", () =>
  withSeed((seed) => compareKilledWithUndisturbed(null, seed)));

const postgres = await startTestPostgres();
Deno.test.afterAll(async () => await postgres?.[Symbol.asyncDispose]());

Deno.test({
  name: "poll --once killed ten times equals an undisturbed run, on Postgres",
  ignore: postgres === null,
  fn: () =>
    withSeed(async (seed) =>
      await compareKilledWithUndisturbed(await postgres!.createEmptyDatabase(), seed)
    ),
});
