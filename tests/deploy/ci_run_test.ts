/** .ci/run with a Deno that only prints what it is told, for what it counts and when it fails. */
import { assertEquals, assertStringIncludes } from "@std/assert";

const SCRIPT = new URL("../../.ci/run", import.meta.url).pathname;

/** What `deno task test` prints and its exit code; which of the checks fail. The cluster's task runs one test. */
interface Told {
  readonly summary: string;
  readonly code?: number;
  readonly failing?: readonly string[];
}

async function runCi(told: Told) {
  const folder = await Deno.makeTempDir();
  try {
    const fake = `#!/bin/sh
[ "$1" = -y ] || exit 99
shift 2
case "$*" in
"task test") cat "${folder}/summary"; exit ${told.code ?? 0} ;;
"task test:cluster") echo "ok | 1 passed | 0 failed (1s)"; exit 0 ;;
${(told.failing ?? []).map((name) => `"${name}") exit 1 ;;`).join("\n")}
"fmt --check" | lint | "task check" | "task bench:guard") exit 0 ;;
*) exit 98 ;;
esac
`;
    await Deno.writeTextFile(`${folder}/summary`, told.summary);
    for (const [name, text] of [["npx", fake], ["initdb", "#!/bin/sh\n"]]) {
      await Deno.writeTextFile(`${folder}/${name}`, text, { mode: 0o755 });
    }
    const { code, stdout } = await new Deno.Command(SCRIPT, {
      cwd: "/",
      clearEnv: true,
      env: { PATH: `${folder}:/usr/bin:/bin` },
      stdin: "null",
      stderr: "null",
    }).output();
    const text = new TextDecoder().decode(stdout);
    return { code, text, last: text.trimEnd().split("\n").at(-1) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test(".ci/run adds both test tasks and the four checks up, from any folder and without HOME", async () => {
  const { code, last } = await runCi({ summary: "\nok | 47 passed | 0 failed (4s)\n\n" });
  assertEquals([code, last], [0, "52 passed, 0 failed"]);
});

Deno.test(".ci/run reads coloured summaries, steps, and several of them", async () => {
  const summary =
    "\x1b[0m\x1b[32mok\x1b[0m | 3 passed (2 steps) | 0 failed | 1 ignored \x1b[0m(1s)\n" +
    "ok | 4 passed | 0 failed | 2 filtered out (1s)\n";
  assertEquals((await runCi({ summary })).last, "12 passed, 0 failed");
});

Deno.test(".ci/run fails with the failed tests counted and shown", async () => {
  const summary = "it broke here\nFAILED | 24 passed | 2 failed (1 step) (1s)\n";
  const { code, last, text } = await runCi({ summary, code: 1 });
  assertEquals([code, last], [1, "29 passed, 2 failed"]);
  assertStringIncludes(text, "it broke here");
});

Deno.test(".ci/run counts a run that dies or does not start as a failure", async () => {
  const died = await runCi({ summary: "error: Module not found\n", code: 1 });
  assertEquals([died.code, died.last], [1, "5 passed, 1 failed"]);
  const odd = await runCi({ summary: "ok | 5 passed | 0 failed (1s)\n", code: 1 });
  assertEquals([odd.code, odd.last], [1, "10 passed, 1 failed"]);
  const silent = await runCi({ summary: "" });
  assertEquals([silent.code, silent.last], [1, "5 passed, 1 failed"]);
});

Deno.test(".ci/run goes on after a failed check and counts it", async () => {
  const { code, last } = await runCi({
    summary: "ok | 1 passed | 0 failed (1s)\n",
    failing: ["fmt --check", "lint"],
  });
  assertEquals([code, last], [1, "4 passed, 2 failed"]);
});
