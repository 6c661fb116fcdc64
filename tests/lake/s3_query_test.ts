/** `query` over a lake in S3: the same answers as over a folder, and only the bytes that they need. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TrailsieveError } from "../../core/errors.ts";
import { HOUR_MS } from "../../core/hours.ts";
import { type S3Emulator, startS3Emulator } from "../../emulator/mod.ts";
import { type QuerySummary, runQuery } from "../../lake/mod.ts";
import { environment, KEYS } from "../objects/s3_world.ts";
import { runProgram } from "../support/program.ts";
import { lakeFiles, rowsAt, writeFiles } from "./lake_folder.ts";

const DAY = Date.UTC(2026, 0, 2);
const LAKE = "s3://lake/a b/c+d/";

interface World extends AsyncDisposable {
  readonly s3: S3Emulator;
  readonly folder: string;
  /** Keys that were read, and the bytes of the files. */
  readonly got: string[];
  readonly files: ReadonlyMap<string, Uint8Array>;
}

async function build(): Promise<World> {
  const times = (startMs: number, count: number, stepMs: number) =>
    Array.from({ length: count }, (_, i) => startMs + i * stepMs);
  const hours = await lakeFiles(rowsAt("h", times(DAY, 6 * 400, HOUR_MS / 400)), {
    period: "hour",
    format: "parquet",
  });
  const files = new Map(hours);
  const lines = await lakeFiles(rowsAt("j", times(DAY + 24 * HOUR_MS, 50, 60_000)), {
    period: "day",
    format: "jsonl",
  });
  for (const [path, bytes] of lines) files.set(path, bytes);
  files.set("events/2026/01/02/00/notes.txt", new TextEncoder().encode("not ours"));
  files.set("_work/parts/p.parquet", new Uint8Array(10));
  const s3 = await startS3Emulator({ ...KEYS, buckets: ["lake"] });
  for (const [path, bytes] of files) s3.put("lake", `a b/c+d/${path}`, bytes);
  const got: string[] = [];
  // A fault that meets nothing sees every key.
  const watch = (key: string) => {
    got.push(key);
    return false;
  };
  s3.faults.add({ action: { kind: "deny" }, operation: "GetObject", key: watch });
  const folder = await Deno.makeTempDir({ prefix: "trailsieve-s3-query-" });
  await writeFiles(`${folder}/lake`, files);
  await Deno.mkdir(`${folder}/tmp`);
  return {
    s3,
    folder,
    got,
    files,
    async [Symbol.asyncDispose]() {
      await s3[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function ask(
  lakeUrl: string,
  sql: string,
  env: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<{ text: string; summary: QuerySummary }> {
  let text = "";
  const write = (piece: string) => void (text += piece);
  const summary = await runQuery({ lakeUrl, sql, format: "csv", env, width: 80, write, signal });
  return { text, summary };
}

const QUESTIONS = [
  "SELECT * FROM events ORDER BY event_id",
  "SELECT event_name, count(*), max(event_time) FROM events GROUP BY ALL ORDER BY ALL",
  "SELECT count(*) FROM events",
  "SELECT * FROM activity ORDER BY ALL",
  `SELECT * FROM cloudtrail_s3_events_flattened WHERE bucket_name = 'b2' ORDER BY "eventTime" DESC LIMIT 7`,
  "SELECT a.event_id FROM events a JOIN events b ON a.event_time = b.event_time AND b.error_code = '' ORDER BY 1",
  "SELECT event_id FROM events WHERE event_time < '2026-01-02 02:00:00' AND read_only ORDER BY 1 DESC LIMIT 3",
  "SELECT max(object_key), (SELECT sum(event_count) FROM activity) FROM events WHERE event_id LIKE '%7'",
  "WITH RECURSIVE t(n) AS (SELECT 1 UNION SELECT n + 1 FROM t WHERE n < 3) SELECT n, event_id FROM t, events WHERE event_id = 'h-' || n",
  "SELECT typeof(event_time), bool_and(read_only) FROM events GROUP BY ALL ORDER BY ALL",
  "DESCRIBE activity",
];

Deno.test("queries give the same over S3 as over a folder", async () => {
  await using world = await build();
  const env = environment(world.s3);
  for (const sql of QUESTIONS) {
    const local = await ask(`file://${world.folder}/lake/`, sql);
    const remote = await ask(LAKE, sql, env);
    assertEquals(remote.text, local.text, sql);
    assertEquals(remote.summary.rows, local.summary.rows);
    assertEquals(remote.summary.filesRead, local.summary.filesRead);
  }
});

Deno.test("a query over S3 fetches the columns and hours that it reads", async () => {
  await using world = await build();
  const { s3, got, files } = world;
  const env = environment(s3);
  const within = "event_time >= '2026-01-02 03:00:00' AND event_time < '2026-01-02 05:00:00'";
  const { text, summary } = await ask(
    LAKE,
    `SELECT count(*) AS n FROM events WHERE ${within}`,
    env,
  );
  assertEquals(text, "n\n800\n");
  assertEquals(got.sort(), [
    "a b/c+d/events/2026/01/02/03/events-2026-01-02T03-00-00.parquet",
    "a b/c+d/events/2026/01/02/04/events-2026-01-02T04-00-00.parquet",
  ]);
  assertEquals([summary.filesRead, summary.filesListed], [2, 7]);
  assertEquals(summary.seenUntilMs, DAY + 48 * HOUR_MS);
  const sizes = got.map((key) => files.get(key.slice("a b/c+d/".length))!.length);
  assert(summary.bytesFetched <= sizes[0] + sizes[1], "more than the two files");

  got.length = 0;
  await ask(LAKE, "SELECT 1", env);
  await ask(LAKE, "SELECT sum(event_count) FROM activity", env);
  assertEquals(new Set(got.map((key) => key.split("/")[2])), new Set(["activity"]));
});

Deno.test("of a large file the footer and the columns asked for are fetched, and no more", async () => {
  await using world = await build();
  const { s3, folder } = world;
  const hourMs = DAY + 54 * HOUR_MS;
  const rows = rowsAt("x", Array.from({ length: 12_000 }, (_, i) => hourMs + i * 200)).map((
    row,
  ) => ({
    ...row,
    // What no compression makes small.
    user_agent: crypto.getRandomValues(new Uint8Array(120)).toHex(),
    response_elements: JSON.stringify(crypto.getRandomValues(new Uint8Array(120)).toHex()),
  }));
  const files = await lakeFiles(rows, { period: "hour", format: "parquet" });
  const [path] = [...files.keys()].filter((path) => path.startsWith("events/"));
  const size = files.get(path)!.length;
  assert(size > 2_000_000);
  s3.put("lake", `a b/c+d/${path}`, files.get(path)!);
  await writeFiles(`${folder}/lake`, new Map([[path, files.get(path)!]]));
  const env = environment(s3);
  const late = "event_time > '2026-01-04 01:00:00'";
  const questions: readonly (readonly [string, number])[] = [
    [`SELECT event_name, count(*) FROM events WHERE ${late} GROUP BY ALL ORDER BY 1`, 0.4],
    [`SELECT count(user_agent), max(user_agent) FROM events WHERE ${late}`, 0.8],
    [
      `SELECT event_id, object_key FROM events WHERE ${late} AND event_name = 'PutObject' ORDER BY ALL`,
      0.4,
    ],
    [`SELECT * FROM events WHERE ${late} ORDER BY event_id LIMIT 9`, 1.01],
    [
      `SELECT request_parameters FROM events WHERE ${late} AND response_elements < '"1' ORDER BY 1`,
      0.9,
    ],
  ];
  for (const [sql, share] of questions) {
    const local = await ask(`file://${folder}/lake/`, sql);
    const remote = await ask(LAKE, sql, env);
    assertEquals(remote.text, local.text, sql);
    assertEquals(remote.summary.filesRead, 1);
    const { bytesFetched } = remote.summary;
    assert(bytesFetched <= size * share, `${bytesFetched} of ${size} bytes for ${sql}`);
  }
});

Deno.test("a file replaced while it is fetched is fetched as it is now", async () => {
  await using world = await build();
  const { s3, files } = world;
  const path = "events/2026/01/02/03/events-2026-01-02T03-00-00.parquet";
  const newer = await lakeFiles(rowsAt("new", [DAY + 3 * HOUR_MS]), {
    period: "hour",
    format: "parquet",
  });
  assert(files.has(path) && newer.has(path));
  let isReplaced = false;
  s3.faults.add({
    action: { kind: "deny" },
    operation: "GetObject",
    key(key) {
      if (!isReplaced && key.endsWith(path)) s3.put("lake", key, newer.get(path)!);
      isReplaced ||= key.endsWith(path);
      return false;
    },
  });
  const sql =
    "SELECT event_id FROM events WHERE date_trunc('hour', event_time) = '2026-01-02 03:00'";
  assertEquals((await ask(LAKE, sql, environment(s3))).text, "event_id\nnew-0\n");
});

Deno.test("what S3 refuses, damages or delays is told as it is", async () => {
  await using world = await build();
  const { s3 } = world;
  const env = environment(s3);
  const refused = async (code: string, words: string) => {
    const error = await assertRejects(() => ask(LAKE, "FROM events", env), TrailsieveError);
    assertEquals(error.code, code, error.message);
    assertStringIncludes(`${error.message} ${error.hint}`, words);
  };
  let fault = s3.faults.add({ action: { kind: "deny" }, operation: "GetObject" });
  await refused("denied", "s3:GetObject");
  fault.remove();
  fault = s3.faults.add({ action: { kind: "deny" }, operation: "ListObjectsV2" });
  await refused("denied", "s3:ListBucket");
  fault.remove();
  const key = "a b/c+d/events/2026/01/02/05/events-2026-01-02T05-00-00.parquet";
  s3.put("lake", key, new TextEncoder().encode("no Parquet at all, but long enough to be one"));
  await refused("corrupt", key);
  s3.delete("lake", key);

  s3.faults.add({ action: { kind: "hang" }, operation: "GetObject" });
  const stop = new AbortController();
  s3.faults.add({
    action: { kind: "deny" },
    key: () => (queueMicrotask(() => stop.abort(new Error("enough"))), false),
  });
  await assertRejects(() => ask(LAKE, "FROM events", env, stop.signal), Error, "enough");
});

Deno.test("an S3 lake without files answers with no rows", async () => {
  await using world = await build();
  const sql = "SELECT count(*) AS n, max(event_time) AS t FROM events, activity";
  const { text, summary } = await ask("s3://lake/nowhere/", sql, environment(world.s3));
  assertEquals(text, "n,t\n0,\n");
  assertEquals([summary.filesRead, summary.seenUntilMs], [0, null]);
});

Deno.test("the program queries S3 under its task's permissions and leaves nothing behind", async () => {
  await using world = await build();
  const { s3, folder } = world;
  const sql = "SELECT count(*) AS n FROM events";
  const options = { cwd: folder, env: { ...environment(s3), TMPDIR: `${folder}/tmp` } };
  const end = await runProgram(["query", "--lake", LAKE, "--format", "csv", sql], options);
  assertEquals(end, { code: 0, stdout: "n\n2450\n", stderr: "" });
  s3.faults.add({ action: { kind: "deny" }, operation: "GetObject" });
  const denied = await runProgram(["query", "--lake", LAKE, sql], options);
  assertEquals([denied.code, denied.stdout], [3, ""]);
  assertStringIncludes(denied.stderr, "s3:GetObject");
  assert(!denied.stderr.includes(KEYS.secretAccessKey));
  assertEquals([...Deno.readDirSync(`${folder}/tmp`)], []);
});
