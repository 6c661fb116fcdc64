/** Malformed rules as a process meets them: each is named with file, line and reason, and none is passed over. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { runProgram } from "../support/program.ts";
import { readReport } from "../support/report.ts";
import { inFolder, sigmaRule } from "../support/rule_folder.ts";

const HEAD = "title: T\nlogsource: {product: aws, service: cloudtrail}\n";

/** Nine levels of ten aliases each: a billion values. */
const BOMB = `${HEAD}a0: &a0 [x, x]\n${
  Array.from({ length: 9 }, (_, i) =>
    `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(", ")}]\n`).join("")
}`;

/** Each file with the line and reason that it is reported by. */
const BAD: Readonly<Record<string, readonly [content: string, reported: RegExp]>> = {
  "yaml.yml": [`${HEAD}detection: [\n`, /:\d+: .*Cannot parse YAML/],
  "modifier.yml": [
    `${HEAD}detection:\n  s:\n    eventName|sounds: x\n  condition: s\n`,
    /:5: .*sounds/,
  ],
  "condition.yml": [
    `${HEAD}detection:\n  s:\n    eventName: x\n  condition: nobody\n`,
    /:6: .*nobody/,
  ],
  "type.yml": [`${HEAD}detection:\n  s: 7\n  condition: s\n`, /:4: .*neither a list nor a map/],
  "twin-a.yml": [sigmaRule("twin", "A"), /^$/],
  "twin-b.yml": [sigmaRule("twin", "B"), /:1: .*twin.* twice/],
  "large.yml": [`# ${"x".repeat(10 * 1024 * 1024)}\n`, /: .*10485\d+ bytes/],
  "bomb.yml": [BOMB, /:\d+: .*aliases followed/],
  "expand.yml": [
    `${HEAD}detection:\n  s:\n    eventName|expand: "%names%"\n  condition: s\n`,
    /:5: .*names/,
  ],
};

const FILES = {
  ...Object.fromEntries(Object.entries(BAD).map(([name, [text]]) => [`rules/${name}`, text])),
  "rules/good.yml": sigmaRule("good", "Watched"),
  "trail/log.json.gz": gzipSync(
    `{"Records":[{"eventTime":"2026-11-20T10:00:00Z","eventName":"Watched","eventID":"e"}]}`,
  ),
};

const REPORTED = Object.entries(BAD).filter(([name]) => name !== "twin-a.yml");

/** Each bad file has its line of output, with its place and reason. */
function assertNamesEach(text: string): void {
  const lines = text.split("\n");
  for (const [name, [, reported]] of REPORTED) {
    const line = lines.find((line) => line.includes(`rules/${name}:`));
    assert(line !== undefined, `${name} is not named: ${text}`);
    assertMatch(line.slice(line.indexOf(`rules/${name}`) + `rules/${name}`.length), reported);
  }
}

const POLL = ["poll", "--once", "--source", "file:./trail", "--lake", "none", "--rules", "rules"];
const MORE = ["--no-bundled-rules", "--report", "report.json", "--workers", "1"];

Deno.test("rules lint names each malformed rule with file, line and reason", async () => {
  await inFolder(FILES, async (cwd) => {
    const { code, stdout, stderr } = await runProgram(["rules", "lint", "rules"], { cwd });
    assertEquals(code, 1, stderr);
    const errors = stdout.split("\n").filter((line) => line.includes(": error: "));
    assertEquals(errors.length, REPORTED.length, stdout);
    assertNamesEach(errors.join("\n"));
  });
});

Deno.test("poll refuses to start on malformed rules, and names each", async () => {
  await inFolder(FILES, async (cwd) => {
    const { code, stdout, stderr } = await runProgram([...POLL, ...MORE], { cwd });
    assertEquals(code, 2, stderr);
    assertEquals(stdout, "");
    assertNamesEach(stderr.slice(stderr.indexOf("trailsieve:")));
    assertStringIncludes(stderr, "--skip-bad-rules");
  });
});

Deno.test("poll --skip-bad-rules goes on with the others, and says so in log and report", async () => {
  await inFolder(FILES, async (cwd) => {
    const end = await runProgram([...POLL, ...MORE, "--skip-bad-rules"], { cwd });
    assertEquals(end.code, 0, end.stderr);
    assertEquals(JSON.parse(end.stdout).rule_id, "good");
    const { rules } = await readReport(`${cwd}/report.json`);
    // Of the twins, the one that was read first is good.
    assertEquals([rules.loaded, rules.refused], [2, REPORTED.length]);
    const logged = end.stderr.split("\n").filter((line) => line.includes('"level":"ERROR"'));
    assertNamesEach(logged.join("\n"));
  });
});
