/** `backfill` as a process: it reads its range, resumes, refuses bad ranges, and poll reads only the rest. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { outcomeOf } from "../support/outcome.ts";
import { runProgram } from "../support/program.ts";
import { readReport } from "../support/report.ts";
import { writeTrail } from "../support/trail.ts";
import { walk } from "../support/walk.ts";

const COMMON = [
  "--report",
  "report.json",
  "--log-level",
  "error",
  "--alert",
  "file:./alerts.jsonl",
];
const SOURCE = ["--source", "file:./trail"];

Deno.test("backfill reads its range and one day more, and poll then reads the rest", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await writeTrail(`${folder}/trail`, {
      seed: 3,
      events: 4000,
      days: 5,
      startAt: Date.UTC(2026, 2, 2),
    });
    const whole = `${folder}/whole`;
    await Deno.mkdir(whole);
    const all = ["poll", "--once", ...COMMON, "--source", `file://${folder}/trail`];
    assertEquals((await runProgram(all, { cwd: whole })).code, 0);

    const range = ["backfill", "--from", "2026-03-03", "--to", "2026-03-04", ...SOURCE, ...COMMON];
    const first = await runProgram(range, { cwd: folder });
    assertEquals(first.code, 0, first.stderr);
    const days = await Array.fromAsync(
      walk(`${folder}/trail`),
      (path) => /\/(\d{4}\/\d\d\/\d\d)\//.exec(path)![1],
    );
    const inRange = days.filter((day) => day === "2026/03/03" || day === "2026/03/04").length;
    const { objects } = await readReport(`${folder}/report.json`);
    assertEquals(objects.listed, inRange);
    assert(inRange > 0 && inRange < days.length);

    assertEquals((await runProgram(range, { cwd: folder })).code, 0);
    assertEquals((await readReport(`${folder}/report.json`)).objects.unchanged, inRange);

    assertEquals(
      (await runProgram(["poll", "--once", ...SOURCE, ...COMMON], { cwd: folder })).code,
      0,
    );
    const rest = await readReport(`${folder}/report.json`);
    assertEquals(rest.objects.unchanged, inRange);
    assertEquals(rest.objects.done + rest.objects.skipped, days.length - inRange);
    assertEquals(
      await outcomeOf(`${folder}/alerts.jsonl`, `${folder}/data/lake`),
      await outcomeOf(`${whole}/alerts.jsonl`, `${whole}/data/lake`),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("backfill refuses ranges that are none", async () => {
  const bad: [string[], string][] = [
    [[], "--from: is required"],
    [["--from", "yesterday", "--to", "2026-03-04"], "is no date"],
    [["--from", "2026-02-30", "--to", "2026-03-04"], "is no date"],
    [["--from", "2026-03-04", "--to", "2026-03-03"], "--to: is not after --from"],
    [["--from", "2999-01-01", "--to", "2999-01-02"], "lies in the future"],
  ];
  for (const [flags, says] of bad) {
    const end = await runProgram(["backfill", ...SOURCE, ...flags], {
      cwd: "/tmp",
    });
    assertEquals(end.code, 2, flags.join(" "));
    assertStringIncludes(end.stderr, says);
  }
});
