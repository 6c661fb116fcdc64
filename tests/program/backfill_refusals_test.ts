/** What `backfill` and `work` cannot do ends with its code and a sentence that helps; a dry run leaves no trace. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sha256Hex } from "../../core/ids.ts";
import { FolderLock } from "../../store/folder_lock.ts";
import { runProgram } from "../support/program.ts";
import { readReport } from "../support/report.ts";
import { inFolder, sigmaRule } from "../support/rule_folder.ts";
import { writeTrail } from "../support/trail.ts";
import { walk } from "../support/walk.ts";

const SOURCE = ["--source", "file:./trail"];
const RANGE = ["--from", "2026-03-02", "--to", "2026-03-03"];
const COMMON = [...SOURCE, "--log-format", "text", "--alert", "file:./alerts.jsonl"];
const BACKFILL = ["backfill", ...RANGE, ...COMMON];

async function inTrail(run: (folder: string) => Promise<void>): Promise<void> {
  await inFolder({}, async (folder) => {
    const startAt = Date.UTC(2026, 2, 2);
    await writeTrail(`${folder}/trail`, { seed: 3, events: 400, days: 3, startAt });
    await run(folder);
  });
}

/** The accounts of a generated trail: of one organization. */
function* walkAccounts(trail: string): Generator<string> {
  for (const { name } of Deno.readDirSync(`${trail}/AWSLogs`)) {
    for (const account of Deno.readDirSync(`${trail}/AWSLogs/${name}`)) yield account.name;
  }
}

/** Every file below a folder with a hash of its bytes and its time, by path. */
async function snapshot(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const path of walk(folder)) {
    const { mtime } = await Deno.stat(path);
    files.set(path, `${sha256Hex(await Deno.readFile(path))} ${mtime?.getTime()}`);
  }
  return files;
}

Deno.test("backfill refuses ranges and settings that make no sense, before it touches anything", () =>
  inFolder({ "trail/beside.txt": "x" }, async (folder) => {
    const cases: [string[], RegExp][] = [
      [["--from", "2026-03-03", "--to", "2026-03-03"], /--to: is not after --from/],
      [["--from", "2026-13-01", "--to", "2026-03-03"], /--from: "2026-13-01" is no date/],
      [["--from", "2026-03-03", "--to", "03.03.2026"], /--to: "03.03.2026" is no date/],
      [[...RANGE, "--objects-per-second", "0"], /--objects-per-second: "0" is no whole number/],
      [[...RANGE, "--since", "7d"], /unknown flag --since/],
      [[...RANGE, "--alert-mode", "loud"], /"loud" is none of send, mute, summary/],
      [[...RANGE, "--accounts", "999999999999"], /no account 999999999999.*no folders of accounts/],
    ];
    for (const [flags, says] of cases) {
      const end = await runProgram(["backfill", ...COMMON, ...flags], {
        cwd: folder,
        makesDatabase: true,
      });
      assertEquals(end.code, 2, flags.join(" "));
      assertMatch(end.stderr, says);
    }
    assertEquals([...(await snapshot(folder)).keys()], [`${folder}/trail/beside.txt`]);
  }));

Deno.test("backfill names up to ten accounts of a trail that lacks the one asked for", () =>
  inTrail(async (folder) => {
    for (const more of [[], ["--dry-run"]]) {
      const flags = [...BACKFILL, "--accounts", "999999999999", ...more];
      const end = await runProgram(flags, { cwd: folder, makesDatabase: true });
      assertEquals(end.code, 2, end.stderr);
      assertMatch(end.stderr, /no account 999999999999\. It has (\d{12}, ){9}\d{12} and \d+ more/);
    }
    assertEquals((await snapshot(`${folder}/data`)).size, 0);
  }));

Deno.test("poll refuses accounts that a trail lacks, and tells of one among others", () =>
  inTrail(async (folder) => {
    const [account] = [...walkAccounts(`${folder}/trail`)];
    const poll = ["poll", "--once", ...COMMON, "--lake", "none", "--accounts"];
    const none = await runProgram([...poll, "999999999999"], { cwd: folder, makesDatabase: true });
    assertEquals(none.code, 2, none.stderr);
    assertMatch(none.stderr, /no account 999999999999\. It has (\d{12}, ){9}\d{12} and \d+ more/);
    assertEquals((await snapshot(`${folder}/data`)).size, 0);
    const some = await runProgram([...poll, `${account},999999999999`], {
      cwd: folder,
      makesDatabase: true,
    });
    assertEquals(some.code, 0, some.stderr);
    assertMatch(some.stderr, /warning: The trail has no account 999999999999 yet/);
    assertMatch(some.stderr, /objects +[1-9]\d* listed/);
  }));

Deno.test("backfill --dry-run makes no database, and changes neither one that is there nor the lake", () =>
  inTrail(async (folder) => {
    const dry = [...BACKFILL, "--dry-run"];
    const before = await snapshot(folder);
    const first = await runProgram(dry, { cwd: folder });
    assertEquals(first.code, 0, first.stderr);
    assertMatch(
      first.stdout,
      /^objects +[\d,]+ to read, .* 0 read before\nrequests +0 LIST, 0 GET\n/,
    );
    assertMatch(first.stdout, /\ndollars .*\ntime +about \d+ s with \d+ workers, reckoned with /);
    assertEquals(await snapshot(folder), before);

    assertEquals((await runProgram(BACKFILL, { cwd: folder })).code, 0);
    const after = await snapshot(folder);
    const second = await runProgram(dry.with(dry.indexOf("2026-03-03"), "2026-03-04"), {
      cwd: folder,
    });
    assertEquals(second.code, 0, second.stderr);
    const [, left, all, known] = /^objects +([\d,]+) .*; ([\d,]+) in .*, ([\d,]+) read before/
      .exec(second.stdout)!.map((text) => Number(text.replaceAll(",", "")));
    assert(known > 0 && left > 0);
    assertEquals(left + known, all);
    assertEquals(await snapshot(folder), after);

    // While another process has the embedded database, a dry run does without it; a backfill cannot.
    using _lock = new FolderLock(`${folder}/data/state`);
    const third = await runProgram(dry, { cwd: folder });
    assertEquals(third.code, 0, third.stderr);
    assertStringIncludes(third.stderr, "what was read before cannot be told");
    const locked = await runProgram(BACKFILL, { cwd: folder });
    assertEquals(locked.code, 3, locked.stderr);
    assertMatch(locked.stderr, /another process uses it.*use Postgres/);
  }));

Deno.test("backfill run again says that it was finished, and reads what came since", () =>
  inTrail(async (folder) => {
    assertEquals((await runProgram(BACKFILL, { cwd: folder })).code, 0);
    const report = ["--report", "report.json"];
    const again = await runProgram([...BACKFILL, ...report], { cwd: folder });
    assertEquals(again.code, 0, again.stderr);
    assertMatch(again.stderr, /this range was finished at 20.*Z; listing it again for files/);
    const { objects } = await readReport(`${folder}/report.json`);
    assertEquals([objects.listed, objects.done], [objects.unchanged, 0]);
    const key = (await Array.fromAsync(walk(`${folder}/trail`)))
      .find((path) => path.includes("/CloudTrail/") && path.includes("/2026/03/03/"))!;
    await Deno.copyFile(key, key.replace(".json.gz", "late.json.gz"));
    const late = await runProgram([...BACKFILL, ...report], { cwd: folder });
    assertEquals(late.code, 0, late.stderr);
    assertEquals((await readReport(`${folder}/report.json`)).objects.done, 1);
  }));

Deno.test("backfill --again raises what a new rule finds, and nothing twice", () =>
  inFolder({ "rules/one.yml": sigmaRule("one", "ConsoleLogin") }, async (folder) => {
    const startAt = Date.UTC(2026, 2, 2);
    await writeTrail(`${folder}/trail`, { seed: 3, events: 400, days: 3, startAt });
    const flags = [
      ...BACKFILL,
      "--no-bundled-rules",
      "--rules",
      "rules",
      "--report",
      "report.json",
    ];
    const alerts = async () =>
      (await Deno.readTextFile(`${folder}/alerts.jsonl`)).trim().split("\n")
        .map((line) => JSON.parse(line).rule_id as string);
    assertEquals((await runProgram(flags, { cwd: folder })).code, 0);
    const first = await alerts();
    assert(first.length > 0 && first.every((rule) => rule === "one"));
    await Deno.writeTextFile(`${folder}/rules/two.yml`, sigmaRule("two", "DescribeInstances"));
    const end = await runProgram([...flags, "--again"], { cwd: folder });
    assertEquals(end.code, 0, end.stderr);
    const { objects, events, alerts: counts } = await readReport(`${folder}/report.json`);
    assertEquals([objects.unchanged, objects.listed], [0, objects.done + objects.skipped]);
    // Every event is a redelivery to the lake.
    assertEquals([events.read > 0, events.duplicates], [true, events.read]);
    const second = await alerts();
    assertEquals(second.filter((rule) => rule === "one").length, first.length);
    assertEquals(second.length - first.length, counts.raised);
    assert(counts.raised > 0);
  }));

Deno.test("work refuses the embedded database and says what to do instead", () =>
  inFolder({ "trail/beside.txt": "x" }, async (folder) => {
    const end = await runProgram(["work", ...COMMON], { cwd: folder });
    assertEquals(end.code, 2, end.stderr);
    assertMatch(end.stderr, /Cannot work alone: .*embedded database.*Name a Postgres.*or run poll/);
    const chosen = await runProgram(["work", ...COMMON, "--accounts", "1"], { cwd: folder });
    assertEquals(chosen.code, 2);
    assertStringIncludes(chosen.stderr, "unknown flag --accounts");
    assertEquals((await snapshot(`${folder}/data`)).size, 0);
  }));
