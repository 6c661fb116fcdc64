/** `rules lint` and `rules test`, on the pack and on rules that are not as they should be. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runProgram } from "../support/program.ts";
import { casesFile, inFolder, moduleRule, sigmaRule } from "../support/rule_folder.ts";

const IAM = { eventSource: "iam.amazonaws.com" };

Deno.test("rules lint finds no error and no warning in the pack", async () => {
  await inFolder({}, async (cwd) => {
    const { code, stdout, stderr } = await runProgram(["rules", "lint"], { cwd });
    assertEquals(code, 0, stderr);
    assertEquals(stdout.split("\n").filter((line) => /: (error|warning): /.test(line)), []);
    assertMatch(stderr, /^\d+ rules: 0 errors, 0 warnings, /m);
  });
});

Deno.test("rules lint tells what is doubtful of each rule", async () => {
  const taken = "f24c8121-ffcf-4c8f-80ea-2ed5543d3f09";
  const old = sigmaRule("old", "X", "related:\n  - id: x\n    type: obsoletes\n")
    .replace("attack.impact", "attack.initial_access")
    .replace("selection\n", "[selection]\n");
  const files = {
    "rules/bare.yml": sigmaRule("bare", "X"),
    "rules/old.yml": old,
    "rules/field.yml": sigmaRule("field", "X").replace("eventName", "process.name"),
    "rules/taken.yml": sigmaRule(taken, "X"),
    "rules/types.rule.ts": moduleRule("types", "const n: number = 'text'; return n > 0;"),
    "rules/cases.yml": sigmaRule("cases", "X"),
    "rules/cases.cases.json": "{",
  };
  await inFolder(files, async (cwd) => {
    const { code, stdout } = await runProgram(["rules", "lint", "rules"], { cwd });
    assertEquals(code, 1);
    for (
      const line of [
        /^rules\/bare\.yml: warning: The rule has no cases$/m,
        /^rules\/old\.yml:\d+: warning: .*initial-access/m,
        /^rules\/old\.yml:\d+: warning: .*`obsolete`/m,
        /^rules\/old\.yml:\d+: warning: A list of conditions/m,
        /^rules\/field\.yml:\d+: warning: CloudTrail has no field `process.name`$/m,
        /^rules\/field\.yml:1: note: .*every event/m,
        /^rules\/taken\.yml:1: error: .*twice/m,
        /^rules\/types\.rule\.ts:6: error: TS2322/m,
        /^rules\/cases\.yml: error: The cases are no JSON/m,
      ]
    ) assertMatch(stdout, line);
    assert(!/^\S*rules\/aws\//m.test(stdout), "It tells of the pack too");
  });
});

Deno.test("rules test passes the pack's cases", async () => {
  await inFolder({}, async (cwd) => {
    const { code, stdout, stderr } = await runProgram(["rules", "test"], { cwd });
    assertEquals([code, stdout], [0, ""], stderr);
    assertMatch(stderr, / 0 of them without cases: \d{3,} passed, 0 failed/);
  });
});

Deno.test("rules test names the case that fails, cuts off a loop and keeps rules to their folder", async () => {
  const files = {
    "secret.txt": "secret",
    "rules/a.yml": sigmaRule("a", "Wanted"),
    "rules/a.cases.json": casesFile(
      { right: { eventName: "Wanted" }, "wrong <1>": { eventName: "Other" } },
      { missed: { eventName: "wanted" } },
    ),
    "rules/loop.rule.ts": moduleRule("loop", "while (event.get('a') === 1); return true;"),
    "rules/loop.cases.json": casesFile({ loops: { ...IAM, a: 1 }, ends: IAM }, {}),
    "rules/nosy.rule.ts": moduleRule("nosy", "Deno.readTextFileSync('secret.txt'); return true;"),
    "rules/nosy.cases.json": casesFile({ reads: IAM }, {}),
  };
  await inFolder(files, async (cwd) => {
    const text = await runProgram(["rules", "test", "rules"], { cwd });
    assertEquals(text.code, 1);
    const failed = text.stdout.trim().split("\n");
    assertEquals(failed.length, 4, text.stdout);
    assertStringIncludes(failed[0], "rules/a.yml: matches: wrong <1>: expected a match, got none");
    assertStringIncludes(failed[1], "rules/a.yml: does not match: missed: expected no match, got");
    assertMatch(failed[2], /loop\.rule\.ts: matches: loops: .*1000 ms.*cut off/);
    assertMatch(failed[3], /nosy\.rule\.ts: matches: reads: .*read access/);
    assertStringIncludes(text.stderr, "2 passed, 4 failed");

    const tap = await runProgram(["rules", "test", "rules", "--format", "tap"], { cwd });
    assertMatch(tap.stdout, /^TAP version 13\n1\.\.6\nok 1 - .*right\nnot ok 2 - /);
    const junit = await runProgram(["rules", "test", "rules", "--format", "junit"], { cwd });
    assertStringIncludes(junit.stdout, `<testsuites tests="6" failures="4">`);
    assertStringIncludes(junit.stdout, `name="matches: wrong &lt;1&gt;"`);
  });
});
