/** A lake that cannot be written for a while: reading pauses, nothing is lost, it goes on by itself. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { type Fault, type S3Emulator, startS3Emulator } from "../../emulator/mod.ts";
import { alertsOf, rowsOfFile } from "../support/outcome.ts";
import { endOf, runProgram, startProgram } from "../support/program.ts";
import { readReport } from "../support/report.ts";
import { walk } from "../support/walk.ts";

const KEYS = { accessKeyId: "AKIATESTTESTTESTTEST", secretAccessKey: "secret" };
const DEADLINE_MS = 120_000;

const RULE = `import { defineRule } from "trailsieve/rule";
export default defineRule({
  id: "watched", title: "Watched", level: "medium", description: "d", author: "a",
  tags: [], references: [], falsePositives: [],
  matches: (event) => event.get("eventName") === "Watched",
});
`;

function logFile(id: string): Uint8Array {
  const day = id.startsWith("during") ? 21 : 20;
  const record = `{"eventTime":"2026-11-${day}T10:00:00Z","eventSource":"test.amazonaws.com",` +
    `"eventName":"Watched","awsRegion":"us-east-1","recipientAccountId":"111122223333","eventID":"${id}"}`;
  return gzipSync(`{"Records":[${record}]}`);
}

/** A trail and a lake of one kind, and how to trouble the lake. */
interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly s3: S3Emulator | null;
  add(name: string): Promise<void>;
  trouble(): Promise<void>;
  mend(): Promise<void>;
  /** Ids of the events in the lake. */
  ids(): Promise<string[]>;
}

async function makeFolder(): Promise<string> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/rules`);
  await Deno.writeTextFile(`${folder}/rules/watched.rule.ts`, RULE);
  return folder;
}

/** Event ids of a file: the second column of those that rows are compared by. */
async function idsOf(file: Uint8Array): Promise<string[]> {
  return (await rowsOfFile(file)).map((row) => JSON.parse(row)[1]);
}

async function onFolder(): Promise<Place> {
  const folder = await makeFolder();
  await Deno.mkdir(`${folder}/trail`);
  const lake = `${folder}/data/lake`;
  return {
    folder,
    flags: ["--source", "file:./trail"],
    env: {},
    s3: null,
    add: (name) => Deno.writeFile(`${folder}/trail/${name}.json.gz`, logFile(name)),
    async trouble() {
      await Deno.rename(lake, `${lake}.away`);
      await Deno.writeTextFile(lake, "a file in the way");
    },
    async mend() {
      await Deno.remove(lake);
      await Deno.rename(`${lake}.away`, lake);
    },
    async ids() {
      const files = await Array.fromAsync(walk(`${lake}/events`), (path) => Deno.readFile(path));
      return (await Promise.all(files.map(idsOf))).flat().sort();
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function onBucket(): Promise<Place> {
  const folder = await makeFolder();
  const s3 = await startS3Emulator({ ...KEYS, buckets: ["trail", "lake"] });
  let fault: Fault | null = null;
  return {
    folder,
    flags: ["--source", "s3://trail/", "--lake", "s3://lake/a %2F/b"],
    env: {
      AWS_ENDPOINT_URL: s3.url,
      AWS_REGION: s3.region,
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    },
    s3,
    add: (name) => Promise.resolve(void s3.put("trail", `${name}.json.gz`, logFile(name))),
    trouble: () => {
      fault = s3.faults.add({ operation: "PutObject", action: { kind: "deny" } });
      return Promise.resolve();
    },
    mend: () => Promise.resolve(fault!.remove()),
    async ids() {
      const files = s3.keys("lake").filter((key) => key.startsWith("a %2F/b/events/"));
      return (await Promise.all(files.map((key) => idsOf(s3.get("lake", key)!.slice())))).flat()
        .sort();
    },
    async [Symbol.asyncDispose]() {
      await s3[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Collects what a process says. */
function listen(stream: ReadableStream<Uint8Array>) {
  let text = "";
  const read = (async () => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) text += piece;
  })();
  return { text: () => text, read };
}

async function waitFor(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = performance.now();
  while (!await isTrue()) {
    if (performance.now() - startedAt > DEADLINE_MS) throw new Error(`Never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const ARGS = ["--no-bundled-rules", "--rules", "rules", "--alert", "file:./alerts.jsonl"];
const MORE = [...ARGS, "--workers", "1", "--report", "report.json", "--log-format", "json"];

for (const [kind, make] of [["folder", onFolder], ["bucket", onBucket]] as const) {
  Deno.test(`poll pauses while its lake in a ${kind} cannot be written, and resumes by itself`, async () => {
    await using place = await make();
    const { folder, env } = place;
    const alerts = async () =>
      (await alertsOf(`${folder}/alerts.jsonl`)).map((alert) => JSON.parse(alert).event_id).sort();
    await place.add("before");
    await using process = startProgram(["poll", ...place.flags, ...MORE, "--interval", "500ms"], {
      cwd: folder,
      env,
    });
    const log = listen(process.stderr);
    await waitFor("the first alert", async () => (await alerts()).includes("before"));
    await place.trouble();
    const gets = place.s3?.requests.GetObject ?? 0;
    await place.add("during-1");
    await waitFor("the pause", () => log.text().includes("Reading pauses"));
    await place.add("during-2");
    // Several attempts at the lake and passes over the source go by.
    const probes = () => place.s3?.requests.PutObject ?? 0;
    const before = probes();
    if (place.s3 !== null) await waitFor("more attempts", () => probes() > before + 2);
    assertEquals(await alerts(), ["before"]);
    if (place.s3 !== null) {
      const readAgain = place.s3.requests.GetObject - gets;
      assert(readAgain <= 1, `${readAgain} GETs while the lake is in trouble`);
    }
    await place.mend();
    await waitFor("all alerts", async () => (await alerts()).length === 3);
    assertEquals(await alerts(), ["before", "during-1", "during-2"]);
    process.kill("SIGTERM");
    assertEquals((await process.status).code, 143, log.text());
    await log.read;
    await process.stdout.cancel();
    assertEquals(log.text().split("Reading pauses").length, 2, log.text());
    assertStringIncludes(log.text(), "The lake can be written again after");

    const last = await runProgram(["poll", "--once", ...place.flags, ...MORE], {
      cwd: folder,
      env,
    });
    assertEquals(last.code, 0, last.stderr);
    assertEquals(await place.ids(), ["before", "during-1", "during-2"]);
    assertEquals((await readReport(`${folder}/report.json`)).objects.unchanged, 3);
  });

  Deno.test(`poll --once on a lake in a ${kind} that becomes unwritable exits 3, the next run finishes`, async () => {
    await using place = await make();
    const { folder, env } = place;
    const once = () =>
      runProgram(["poll", "--once", ...place.flags, ...MORE], { cwd: folder, env });
    await place.add("before");
    assertEquals((await once()).code, 0);
    // What is tried at the start works; what is written after it does not.
    const inTheWay = `${folder}/data/lake/events/2026/11/21`;
    if (place.s3 !== null) {
      place.s3.faults.add({
        key: "a %2F/b/events/",
        operation: "PutObject",
        action: { kind: "deny" },
      });
    } else {
      await Deno.writeTextFile(inTheWay, "a file in the way");
    }
    await place.add("during");
    const failed = await once();
    assertEquals(failed.code, 3, failed.stderr);
    assertStringIncludes(failed.stderr, "Cannot write ");
    place.s3?.faults.clear();
    if (place.s3 === null) await Deno.remove(inTheWay);
    const last = await once();
    assertEquals(last.code, 0, last.stderr);
    assertEquals(await place.ids(), ["before", "during"]);
    const log = await endOf(
      startProgram(["lake", "log", "--format", "json", "--limit", "100"], { cwd: folder, env }),
    );
    const rows = log.stdout.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(rows.map(({ dataset, attempt, error }) => [dataset, attempt, error === null]), [
      ["activity", 2, true],
      ["events", 2, true],
      ["events", 1, false],
      ["activity", 1, true],
      ["events", 1, true],
    ]);
  });
}
