/** What a user's rule can do in an isolate, seen from within: it reads its event and its own folder, nothing else. */
import { assertEquals, assertMatch } from "@std/assert";
import { gzipSync } from "node:zlib";
import { runProgram } from "../support/program.ts";
import { readReport } from "../support/report.ts";

/** Tries everything when it is loaded, and tells in its alert's title how each attempt ended. */
function nosyRule(port: number): string {
  return `import { defineRule } from "trailsieve/rule";
const ends: Record<string, string> = {};
async function attempt(name: string, act: () => unknown) {
  try { await act(); ends[name] = "allowed"; } catch (error) { ends[name] = (error as Error).name; }
}
await attempt("ownFolder", () => Deno.readTextFile(new URL("./note.txt", import.meta.url)));
await attempt("otherFile", () => Deno.readTextFile("/etc/hostname"));
await attempt("writeFile", () => Deno.writeTextFile(new URL("./written.txt", import.meta.url), "x"));
await attempt("environment", () => Deno.env.get("SECRET"));
await attempt("processEnv", async () => (await import("node:process")).default.env.SECRET!.length);
await attempt("otherHost", () => fetch("http://127.0.0.1:${port}/"));
await attempt("run", () => new Deno.Command("true").output());
await attempt("npm", () => import("npm:" + "left-pad@1.3.0"));
await attempt("http", () => import("http://127.0.0.1:" + "${port}/x.ts"));
await attempt("ffi", () => Deno.dlopen("/lib/x.so", {}));
await attempt("sys", () => Deno.hostname());
await attempt("worker", () => new Promise((resolve, reject) => {
  const worker = new Worker("data:text/javascript,postMessage(1)", { type: "module", deno: { permissions: { env: true } } });
  worker.onmessage = resolve;
  worker.onerror = (event) => { event.preventDefault(); reject(new Error(event.message)); };
}));
export default defineRule({
  id: "nosy", title: "Nosy", level: "low", description: "d", author: "a", tags: [], references: [],
  falsePositives: [], matches: () => true, alertTitle: () => JSON.stringify(ends),
});
`;
}

const ONE_EVENT = gzipSync(
  `{"Records":[{"eventTime":"2026-11-20T10:00:00Z","eventID":"e","eventName":"A","eventSource":"b"}]}`,
);

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/trail`);
    await Deno.mkdir(`${folder}/rules`);
    await Deno.writeFile(`${folder}/trail/a.json.gz`, ONE_EVENT);
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const FLAGS = [
  "poll",
  "--once",
  "--source",
  "file:./trail",
  "--no-bundled-rules",
  "--rules",
  "rules",
];

Deno.test("a rule reaches its own folder and nothing else", async () => {
  let visits = 0;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    visits++;
    return new Response("export default 1");
  });
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/rules/note.txt`, "note");
    await Deno.writeTextFile(`${folder}/rules/nosy.rule.ts`, nosyRule(server.addr.port));
    const end = await runProgram(FLAGS, { cwd: folder, env: { SECRET: "s" } });
    assertEquals(end.code, 0, end.stderr);
    const ends = JSON.parse(JSON.parse(end.stdout.trim()).title);
    assertEquals(ends.ownFolder, "allowed");
    const { ownFolder: _, ...others } = ends;
    for (const [name, how] of Object.entries(others)) {
      assertMatch(
        how as string,
        /^(NotCapable|PermissionDenied|TypeError|Error)$/,
        `${name}: ${how}`,
      );
    }
    assertEquals(Object.keys(others).length, 11);
  });
  assertEquals(visits, 0);
});

Deno.test("a rule that never ends is named and switched off, and its event is kept", async () => {
  await inFolder(async (folder) => {
    const rule = (id: string, body: string) =>
      `import { defineRule } from "trailsieve/rule";
export default defineRule({ id: "${id}", title: "${id}", level: "low", description: "d", author: "a", tags: [],
  references: [], falsePositives: [], matches: () => { ${body} } });
`;
    await Deno.writeTextFile(`${folder}/rules/a.rule.ts`, rule("endless", "for (;;) {}"));
    await Deno.writeTextFile(
      `${folder}/rules/b.rule.ts`,
      rule("thrower", 'throw new Error("no");'),
    );
    await Deno.writeTextFile(`${folder}/rules/c.rule.ts`, rule("good", "return true;"));
    const end = await runProgram([...FLAGS, "--report", "report.json"], { cwd: folder });
    assertEquals(end.code, 1, end.stderr);
    assertMatch(end.stderr, /Switched off rule endless/);
    assertMatch(end.stderr, /Rule thrower failed on an event: no/);
    const report = await readReport(`${folder}/report.json`);
    assertEquals(report.rules.failed, 2);
    assertEquals(report.events.read, 1);
    assertEquals(end.stdout.trim().split("\n").map((line) => JSON.parse(line).rule_id), ["good"]);
  });
});

Deno.test("a rule whose module never ends keeps poll from starting, or is left out", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/rules/a.rule.ts`, "while (true) {}\n");
    const refused = await runProgram(FLAGS, { cwd: folder });
    assertEquals(refused.code, 2, refused.stderr);
    assertMatch(refused.stderr, /a\.rule\.ts: Cannot load rule: its module took more than/);
    const skipped = await runProgram([...FLAGS, "--skip-bad-rules", "--report", "report.json"], {
      cwd: folder,
    });
    assertEquals(skipped.code, 0, skipped.stderr);
    assertMatch(skipped.stderr, /a\.rule\.ts/);
    const report = await readReport(`${folder}/report.json`);
    assertEquals(report.events.read, 1);
    assertEquals(report.rules.refused, 1);
  });
});

Deno.test("a rule that ends its isolate does not keep the run from its end", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/rules/ending.rule.ts`,
      `import { defineRule } from "trailsieve/rule";
export default defineRule({ id: "self-ending", title: "t", level: "low", description: "d", author: "a", tags: [],
  references: [], falsePositives: [], matches: () => { self.close(); return false; } });
`,
    );
    const end = await runProgram([...FLAGS, "--report", "report.json"], { cwd: folder });
    const report = await readReport(`${folder}/report.json`);
    assertEquals(report.objects.listed, 1);
    assertEquals(report.objects.done + report.objects.dead, 1, end.stderr);
  });
});
