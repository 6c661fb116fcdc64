/** `rules explain` and `rules backtest`. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { runProgram } from "../support/program.ts";
import { inFolder, moduleRule, sigmaRule } from "../support/rule_folder.ts";

const BOTH = sigmaRule("a", "DeleteThing").replace(
  "  condition: selection",
  "    userIdentity.type: Root\n  condition: selection",
);

Deno.test("rules explain says which field failed, and exits 0 for a match and 1 for none", async () => {
  const record = (type: string) => `{"eventName":"DeleteThing","userIdentity":{"type":"${type}"}}`;
  const files = {
    "rules/a.yml": BOTH,
    "one.json": record("IAMUser"),
    "two.json": `{"Records":[${record("IAMUser")},${record("Root")}]}`,
    "none.json": "[]",
  };
  await inFolder(files, async (cwd) => {
    const explain = (rule: string, event: string) =>
      runProgram(["rules", "explain", rule, event, "--rules", "rules"], { cwd });
    const one = await explain("a", "one.json");
    assertEquals(one.code, 1, one.stderr);
    assertMatch(one.stdout, /yes eventName: "DeleteThing"/);
    assertMatch(one.stdout, /no +userIdentity\.type: found "IAMUser", expected "Root"/);
    const two = await explain("rules/a.yml", "two.json");
    assertEquals(two.code, 0, two.stderr);
    assertMatch(two.stdout, /record 1: no match[^]*record 2: match/);
    assertEquals((await explain("Rule A", "two.json")).code, 0);
    for (const [rule, event] of [["nobody", "one.json"], ["a", "none.json"], ["a", "absent"]]) {
      assertEquals((await explain(rule, event)).code, 2, `${rule} ${event}`);
    }
  });
});

Deno.test("rules explain tells what a TypeScript rule read, threw, or is kept from by a hint", async () => {
  const files = {
    "b.rule.ts": moduleRule("b", "return event.get('requestParameters.name') === 'x';"),
    "c.rule.ts": moduleRule("c", "throw new Error('odd shape');"),
    "iam.json": `{"eventSource":"iam.amazonaws.com","requestParameters":{"name":"x"}}`,
    "s3.json": `{"eventSource":"s3.amazonaws.com"}`,
  };
  await inFolder(files, async (cwd) => {
    const explain = (rule: string, event: string) =>
      runProgram(["rules", "explain", rule, event], { cwd });
    const match = await explain("b.rule.ts", "iam.json");
    assertEquals(match.code, 0, match.stderr);
    assertStringIncludes(match.stdout, `read requestParameters.name: "x"`);
    const hinted = await explain("b.rule.ts", "s3.json");
    assertEquals(hinted.code, 1);
    assertStringIncludes(hinted.stdout, "eventSources leave this event out");
    assertStringIncludes((await explain("c.rule.ts", "iam.json")).stdout, "odd shape");
  });
});

/** A log file of one day in CloudTrail's layout. */
function log(day: string, records: readonly Record<string, unknown>[]): Record<string, Uint8Array> {
  const key = `trail/AWSLogs/111122223333/CloudTrail/us-east-1/${
    day.replaceAll("-", "/")
  }/x.json.gz`;
  return { [key]: gzipSync(JSON.stringify({ Records: records })) };
}

function deletion(eventID: string, day: string, user: string): Record<string, unknown> {
  const arn = `arn:aws:iam::111122223333:user/${user}`;
  return {
    eventTime: `${day}T10:00:00Z`,
    eventName: "DeleteThing",
    eventSource: "iam.amazonaws.com",
    userIdentity: { arn },
    eventID,
  };
}

Deno.test("rules backtest counts by rule, day and principal, and writes nothing", async () => {
  const twice = deletion("e3", "2026-03-03", "mira");
  const files = {
    "rules/a.yml": sigmaRule("a", "DeleteThing"),
    "rules/b.rule.ts": moduleRule("b", "return event.get('eventID') === 'e1';"),
    "rules/quiet.yml": sigmaRule("quiet", "Nothing"),
    ...log("2026-03-02", [
      deletion("e1", "2026-03-02", "mira"),
      deletion("e2", "2026-03-02", "joe"),
    ]),
    ...log("2026-03-03", [twice, twice]),
    ...log("2026-03-09", [deletion("e9", "2026-03-09", "joe")]),
  };
  await inFolder(files, async (cwd) => {
    const before = await Array.fromAsync(Deno.readDir(cwd), ({ name }) => name);
    const args = ["rules", "backtest", "--rules", "rules", "--source", "file:./trail"];
    const range = ["--from", "2026-03-02", "--to", "2026-03-04", "--format", "json"];
    const { code, stdout, stderr } = await runProgram([...args, ...range], { cwd });
    assertEquals(code, 0, stderr);
    const result = JSON.parse(stdout);
    assertEquals([result.days, result.matches, result.alerts_per_day], [2, 4, 2]);
    assertEquals([result.objects, result.events], [2, 4]);
    const [a, b, quiet] = result.rules;
    assertEquals([a.rule_id, a.matches, a.alerts_per_day], ["a", 3, 1.5]);
    assertEquals(a.by_day, { "2026-03-02": 2, "2026-03-03": 1 });
    assertEquals(Object.values(a.by_principal), [2, 1]);
    assertEquals(a.samples.length, 3);
    assertEquals([b.rule_id, b.matches, quiet.rule_id, quiet.matches], ["b", 1, "quiet", 0]);
    const after = await Array.fromAsync(Deno.readDir(cwd), ({ name }) => name);
    assertEquals(after.sort(), before.sort());
  });
});

Deno.test("rules backtest names a rule that fails, one that loops and an object that is broken", async () => {
  const key = "trail/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/05/broken.json.gz";
  const files = {
    "rules/a.yml": sigmaRule("a", "DeleteThing"),
    "rules/loop.rule.ts": moduleRule("loop", "for (;;) {}"),
    "rules/thrower.rule.ts": moduleRule("thrower", "throw new Error('odd shape');"),
    ...log("2026-03-02", [deletion("e1", "2026-03-02", "mira")]),
    [key]: "no gzip",
  };
  await inFolder(files, async (cwd) => {
    const args = ["rules", "backtest", "--rules", "rules", "--source", "file:./trail"];
    const { code, stdout, stderr } = await runProgram([...args, "--workers", "1"], { cwd });
    assertEquals(code, 1, stderr);
    assertMatch(stdout, /^loop: switched off: /m);
    assertMatch(stdout, /^thrower: threw 1 times: odd shape/m);
    assertMatch(stdout, /1 could not be read/);
    assertMatch(stdout, /^1 +1 +low +Rule a +a$/m);
    assertStringIncludes(stderr, "broken.json.gz");
  });
});
