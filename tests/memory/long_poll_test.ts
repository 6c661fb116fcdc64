/** A poll that runs for long, over S3, takes no more and no more memory; `deno task test:memory`. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { startS3Emulator } from "../../emulator/mod.ts";
import { readReport } from "../support/report.ts";
import { growthOf } from "./_growth.ts";
import type { MemorySample } from "./_sample.ts";
import { tinyObjectMaker } from "./_tiny_trail.ts";
import { peakUntilEnd } from "./_watched_process.ts";

const ROOT = new URL("../../", import.meta.url);
/** How long it runs: the argument behind `--`. Hours are merged from the tenth minute on. */
const MINUTES = Number(Deno.args[0] ?? 6);
const INTERVAL_MS = 500;
const ARRIVAL_MS = 50;
const HOUR_MS = 3_600_000;
const OBJECTS_PER_HOUR = 200;
const RSS_BYTES_MAX = 600e6;

/**
 * What may be more in the last quarter than in the second: in six minutes a leak of 1.2 KB for each object, or of
 * 20 KB for each pass, is more.
 */
const HEAP_GROWTH_BYTES_MAX = 4e6;
const RSS_GROWTH_BYTES_MAX = 40e6;

Deno.test("poll holds no more after hundreds of passes than after a quarter of them", async () => {
  const folder = await Deno.makeTempDir();
  const keys = { accessKeyId: "AKIATESTTESTTESTTEST", secretAccessKey: "secret" };
  const emulator = await startS3Emulator({ ...keys, buckets: ["trail"] });
  try {
    const child = startWatched(folder, emulator.url, keys);
    const ended = child.output();
    const peak = peakUntilEnd(child);
    const put = await putSteadily((key, bytes) => emulator.put("trail", key, bytes), child.status);
    const listings = emulator.requests.ListObjectsV2;
    child.kill("SIGTERM");
    const { code, stderr } = await ended;
    assertEquals(code, 143, new TextDecoder().decode(stderr));
    const report = await readReport(`${folder}/report.json`);
    const lines = (await Deno.readTextFile(`${folder}/samples`)).trimEnd().split("\n");
    const samples: MemorySample[] = lines.map((line) => JSON.parse(line));
    console.log(
      `${listings} listings, ${put} objects put, ${report.objects.done} read, ` +
        `${report.alerts.raised} alerts, peak ${megabytes(await peak)} MB`,
    );
    assert(put - report.objects.done < 200, "It did not keep up");
    assert(listings > 400, `${listings} listings are too few`);
    assert(await peak <= RSS_BYTES_MAX, `${await peak} bytes at most`);
    assertFlat(samples);
  } finally {
    await emulator[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
});

/** Starts `poll` with two workers, each isolate telling what it holds. */
function startWatched(
  folder: string,
  endpoint: string,
  keys: { readonly accessKeyId: string; readonly secretAccessKey: string },
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--cached-only", "--config", fileURLToPath(new URL("deno.json", ROOT))],
      fileURLToPath(new URL("_watched_main.ts", import.meta.url)),
      ...["poll", "--source", "s3://trail/", "--workers", "2", "--interval", `${INTERVAL_MS}ms`],
      ...["--report", "report.json", "--alert", "file:./alerts.jsonl", "--log-level", "error"],
    ],
    cwd: folder,
    env: {
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: "us-east-1",
      INIT_CWD: folder,
      MALLOC_MMAP_THRESHOLD_: "1048576",
      MEMORY_SAMPLES: `${folder}/samples`,
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/**
 * Puts an object every 50 ms until the time is over or the reader ends. Their events are of one hour of the last
 * twenty days after the other, so that hours come to rest and are merged. @returns how many.
 */
async function putSteadily(
  put: (key: string, bytes: Uint8Array) => void,
  ended: Promise<unknown>,
): Promise<number> {
  const make = tinyObjectMaker();
  const until = Date.now() + MINUTES * 60_000;
  let count = 0;
  let hasEnded = false;
  ended.finally(() => hasEnded = true);
  while (Date.now() < until && !hasEnded) {
    const eventAt = Date.now() - (2 + Math.floor(count / OBJECTS_PER_HOUR) % 480) * HOUR_MS;
    const { key, bytes } = make(eventAt, Date.now());
    put(key, bytes);
    count++;
    await new Promise((resolve) => setTimeout(resolve, ARRIVAL_MS));
  }
  return count;
}

function assertFlat(samples: readonly MemorySample[]): void {
  const grown: string[] = [];
  const check = (what: string, series: readonly number[], max: number) => {
    const { early, late } = growthOf(series);
    console.log(`${what}: ${megabytes(early)} MB, later ${megabytes(late)} MB`);
    if (late - early > max) grown.push(`${what} grew from ${early} to ${late} bytes`);
  };
  for (const [isolate, own] of Map.groupBy(samples, ({ isolate }) => isolate)) {
    check(`${isolate}, heap`, own.map(({ heapBytes }) => heapBytes), HEAP_GROWTH_BYTES_MAX);
    const external = own.map(({ externalBytes }) => externalBytes);
    check(`${isolate}, buffers`, external, HEAP_GROWTH_BYTES_MAX);
  }
  const main = samples.filter(({ isolate }) => isolate === "main");
  check("resident", main.map(({ rssBytes }) => rssBytes), RSS_GROWTH_BYTES_MAX);
  assertEquals(grown, []);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
