/** `query` as a process: named queries, output that is cut off, and what it refuses. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { lakeFiles, rowsAt, writeFiles } from "../lake/lake_folder.ts";
import { runProgram, startProgram } from "../support/program.ts";

const T = Date.UTC(2026, 0, 2, 3);

async function withLake(check: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "trailsieve-query-program-" });
  try {
    const times = Array.from({ length: 3000 }, (_, i) => T + i * 1000);
    const files = await lakeFiles(rowsAt("e", times), { period: "hour", format: "parquet" });
    await writeFiles(`${folder}/lake`, files);
    await check(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const query = (cwd: string, ...args: string[]) =>
  runProgram(["query", "--lake", "file:./lake", ...args], { cwd });

Deno.test("query runs a named query with its parameters", async () => {
  await withLake(async (folder) => {
    const list = await query(folder, "--list");
    assertEquals([list.code, list.stderr], [0, ""]);
    assertStringIncludes(list.stdout, "put-objects  What was put into this bucket?");
    assertStringIncludes(list.stdout, "--param bucket=…");
    const flags = ["put-objects", "--param", "bucket=b2", "--param", "limit=2", "--format", "csv"];
    const found = await query(folder, ...flags);
    assertEquals([found.code, found.stderr], [0, ""]);
    assertEquals(
      found.stdout.split("\n").map((line) => line.split(",").slice(0, 3).join(",")),
      [
        "eventTime,user_arn,object_key",
        "2026-01-02T03:49:54Z,arn:aws:iam::000000000012:user/u4,k/2994",
        "2026-01-02T03:49:42Z,arn:aws:iam::000000000012:user/u2,k/2982",
        "",
      ],
    );
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [["put-objects"], "put-objects needs --param bucket=…"],
      [["put-object"], "There is no query named put-object"],
      [["put-objects", "--param", "bucket"], "not of the form NAME=VALUE"],
      [["put-objects", "--param", "bucket=a", "--param", "bucket=b"], "more than once"],
      [["SELECT 1", "--param", "bucket=a"], "--param goes with a named query"],
    ];
    for (const [args, words] of wrong) {
      const end = await query(folder, ...args);
      assertEquals([end.code, end.stdout], [2, ""]);
      assertStringIncludes(end.stderr, words);
    }
  });
});

Deno.test("query ends quietly when nobody reads on", async () => {
  await withLake(async (folder) => {
    for (const format of ["table", "json", "csv"]) {
      const args = ["query", "--lake", "file:./lake", "--format", format];
      const sql = "SELECT e.* FROM events e, range(20)";
      await using child = startProgram([...args, sql], { cwd: folder });
      const reader = child.stdout.getReader();
      const first = await reader.read();
      assert(first.value !== undefined && first.value.length > 0);
      await reader.cancel();
      const stderr = new Response(child.stderr).text();
      assertEquals([(await child.status).code, await stderr], [0, ""], format);
    }
  });
});

Deno.test("query colours nothing, NO_COLOR or not", async () => {
  await withLake(async (folder) => {
    for (const NO_COLOR of ["", "1"]) {
      const args = ["query", "--lake", "file:./lake", "SELECT event_id FROM events LIMIT 1"];
      const end = await runProgram(args, { cwd: folder, env: { NO_COLOR } });
      assertEquals(end, { code: 0, stdout: "event_id\n────────\ne-0\n(1 row)\n", stderr: "" });
    }
  });
});
