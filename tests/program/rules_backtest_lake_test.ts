/** `rules backtest --lake` finds in a lake what `--source` finds in the trail that it was made from. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { type ProgramEnd, runProgram } from "../support/program.ts";
import { inFolder, moduleRule, sigmaRule } from "../support/rule_folder.ts";
import { writeTrail } from "../support/trail.ts";
import { walk } from "../support/walk.ts";

const ODD_DAY = "2026-03-02";
const ODD_KEY =
  "trail/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_x.json.gz";

/** Events without an id, and with what JSON.parse or a column would not give back. */
const ODD_RECORDS = [
  `{"eventTime":"${ODD_DAY}T10:00:00Z","eventName":"DeleteThing","eventSource":"iam.amazonaws.com",` +
  `"requestParameters":{"n":12345678901234567890,"z":0.0}}`,
  `{ "eventTime": "${ODD_DAY}T12:30:00.250+01:00", "eventName": "DeleteThing", "readOnly": "no",` +
  ` "eventSource": "iam.amazonaws.com", "userIdentity": {"arn": "arn:aws:iam::111122223333:user/mira"} }`,
  `{"eventTime":"${ODD_DAY}T11:59:59Z","eventName":"DeleteThing","eventID":null,"tag":"\\ud800",` +
  `"recipientAccountId":"444455556666"}`,
];

const FILES = {
  "rules/a.yml": sigmaRule("a", "DeleteThing"),
  "rules/zero.rule.ts": moduleRule("zero", "return event.get('requestParameters.z') === 0;"),
  "rules/quiet.yml": sigmaRule("quiet", "Nothing"),
  [ODD_KEY]: gzipSync(`{"Records":[${ODD_RECORDS.join(",")}]}`),
};

const LAKE = ["--lake", "file:./data/lake"];

async function poll(cwd: string): Promise<void> {
  const { code, stderr } = await runProgram(
    ["poll", "--once", "--source", "file:./trail", "--alert", "file:./alerts.jsonl"],
    { cwd },
  );
  assert(code === 0 || code === 1, stderr);
}

async function backtest(
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<ProgramEnd> {
  return await runProgram(["rules", "backtest", "--format", "json", ...args], { cwd, env });
}

/** What must not depend on where the events were read. */
function countsOf({ code, stdout, stderr }: ProgramEnd) {
  assertEquals(code, 0, stderr);
  const { matches, rules } = JSON.parse(stdout);
  return {
    matches,
    rules: rules.map((
      { rule_id, matches, by_day, by_principal, principals }: Record<string, unknown>,
    ) => ({ rule_id, matches, by_day, by_principal, principals })),
  };
}

Deno.test("rules backtest --lake counts by rule, day and principal as --source does", async () => {
  await inFolder({}, async (cwd) => {
    await writeTrail(`${cwd}/trail`, { seed: 5, events: 4000, days: 3 });
    await poll(cwd);
    const before = await Array.fromAsync(walk(cwd));
    const whole = countsOf(await backtest(cwd, LAKE));
    assert(whole.matches > 0);
    assertEquals(whole, countsOf(await backtest(cwd, ["--source", "file:./trail"])));

    const range = ["--from", "2026-03-03T05:17:31Z", "--to", "2026-03-04"];
    const part = await backtest(cwd, [...LAKE, ...range]);
    assert(countsOf(part).matches > 0 && countsOf(part).matches < whole.matches);
    const bySource = await backtest(cwd, ["--source", "file:./trail", ...range]);
    assertEquals(countsOf(part), countsOf(bySource));
    assertEquals(
      JSON.parse(part.stdout).alerts_per_day,
      JSON.parse(bySource.stdout).alerts_per_day,
    );
    assertEquals(JSON.parse(part.stdout).objects, 19);
    assertEquals((await Array.fromAsync(walk(cwd))).sort(), before.sort());
  });
});

Deno.test("rules backtest --lake gives events without an id the id that they have in the trail", async () => {
  await inFolder(FILES, async (cwd) => {
    await poll(cwd);
    const rules = ["--rules", "rules"];
    const bySource = await backtest(cwd, ["--source", "file:./trail", ...rules]);
    const byLake = await backtest(cwd, [...LAKE, ...rules]);
    assertEquals(countsOf(byLake), countsOf(bySource));
    const samples = ({ stdout }: ProgramEnd): string[] =>
      JSON.parse(stdout).rules[0].samples.map((
        { event_id, event_time }: Record<string, string>,
      ) => `${event_id} ${event_time}`).sort();
    assertEquals(samples(byLake), samples(bySource));
    for (const sample of samples(byLake)) assertMatch(sample, /^sha256:[0-9a-f]{64} /);

    const account = await backtest(cwd, [...LAKE, ...rules, "--accounts", "444455556666"]);
    assertEquals(countsOf(account).matches, 1);
    assertEquals(JSON.parse(account.stdout).events, 1);
    const region = await backtest(cwd, [...LAKE, ...rules, "--regions", "eu-west-1"]);
    assertEquals(JSON.parse(region.stdout).events, 0);
  });
});

Deno.test("rules backtest --lake misses nothing of an hour that is read in several slices", async () => {
  // Nearly all of a record is the same as in the others, so the text is far longer than the file.
  const padding = "x".repeat(2000);
  const records = Array.from({ length: 9000 }, (_, i) => ({
    eventTime: `${ODD_DAY}T10:${String(i % 60).padStart(2, "0")}:00Z`,
    eventID: `e${i}`,
    eventName: i % 3 === 0 ? "DeleteThing" : "Else",
    eventSource: "iam.amazonaws.com",
    requestParameters: { padding },
  }));
  const files = { ...FILES, [ODD_KEY]: gzipSync(JSON.stringify({ Records: records })) };
  await inFolder(files, async (cwd) => {
    await poll(cwd);
    const end = await backtest(cwd, [...LAKE, "--rules", "rules"]);
    assertEquals(countsOf(end).matches, 3000);
    const { objects, events } = JSON.parse(end.stdout);
    assertEquals([objects, events], [1, 9000]);
  });
});

Deno.test("rules backtest --lake leaves foreign files alone and names one that is broken", async () => {
  await inFolder(FILES, async (cwd) => {
    await poll(cwd);
    const folder = `${cwd}/data/lake/events/2026/03/02/`;
    await Deno.writeTextFile(`${folder}notes.parquet`, "no Parquet");
    const foreign = await backtest(cwd, [...LAKE, "--rules", "rules"]);
    assertEquals(countsOf(foreign).matches, 4);
    assertStringIncludes(foreign.stderr, "events/2026/03/02/notes.parquet");

    await Deno.writeTextFile(`${folder}10/events-2026-03-02T10-00-00.parquet`, "no Parquet");
    const broken = await backtest(cwd, [...LAKE, "--rules", "rules"]);
    assertEquals(broken.code, 1, broken.stderr);
    assertStringIncludes(broken.stderr, "events-2026-03-02T10-00-00.parquet");
    const { objects, unread_objects, matches } = JSON.parse(broken.stdout);
    assertEquals([objects, unread_objects, matches], [1, 1, 2]);
    const later = await backtest(cwd, [...LAKE, "--rules", "rules", "--from", "2026-03-02T11:00Z"]);
    assertEquals(countsOf(later).matches, 2);
  });
});

Deno.test("rules backtest takes exactly one of --source and --lake", async () => {
  await inFolder(FILES, async (cwd) => {
    const env = { TRAILSIEVE_SOURCE: "file:./trail", TRAILSIEVE_LAKE: "file:./elsewhere" };
    const both = await backtest(cwd, ["--source", "file:./trail", ...LAKE]);
    assertEquals(both.code, 2);
    assertMatch(both.stderr, /--source: .*--lake/);
    const neither = await backtest(cwd, []);
    assertEquals(neither.code, 2);
    assertMatch(neither.stderr, /--source: or --lake is required/);
    const none = await backtest(cwd, ["--lake", "none"]);
    assertEquals(none.code, 2);
    const absent = await backtest(cwd, LAKE, env);
    assertEquals(absent.code, 3, absent.stderr);
    assertMatch(absent.stderr, /data\/lake\/: it holds no events/);
    const rules = ["--rules", "rules"];
    assertEquals(countsOf(await backtest(cwd, rules, env)).matches, 4);
    await poll(cwd);
    assertEquals(countsOf(await backtest(cwd, [...LAKE, ...rules], env)).matches, 4);
  });
});
