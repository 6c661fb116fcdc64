import { fileURLToPath } from "node:url";
import { TrailsieveError } from "../../core/errors.ts";
import type { Emulator } from "./emulator_process.ts";
import type { Measured } from "./measured.ts";

const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
const LOOK_MS = 10;

/** Two isolates, as the contestants have two threads. */
const WORKERS = "2";

/** One pass of `poll` with the bundled rules, alerts to a file and the lake to a folder, on an empty database. */
export async function measurePoll(
  source: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const folder = await Deno.makeTempDir();
  try {
    const poll = (from: string) =>
      start("usage_at_exit.ts", [
        ...["poll", "--once", "--source", from, "--workers", WORKERS, "--report", "report.json"],
        ...["--alert", "file:./alerts.jsonl", "--log-level", "error"],
      ], {
        cwd: folder,
        env: { ...env, INIT_CWD: folder, BENCH_USAGE: `${folder}/usage` },
      });
    // The first run makes the database.
    await Deno.mkdir(`${folder}/nothing`);
    await endOf(poll("file:./nothing"));
    const startedAt = performance.now();
    const child = poll(source);
    let firstAlertMs: number | null = null;
    const timer = setInterval(() => {
      if (firstAlertMs !== null || sizeOf(`${folder}/alerts.jsonl`) === 0) return;
      firstAlertMs = performance.now() - startedAt;
    }, LOOK_MS);
    await endOf(child).finally(() => clearInterval(timer));
    const report = JSON.parse(await Deno.readTextFile(`${folder}/report.json`));
    return {
      events: report.events.read,
      milliseconds: report.duration_ms,
      cpuSeconds: Number(await Deno.readTextFile(`${folder}/usage`)),
      rssBytes: report.rss_bytes_max,
      inflatedBytes: report.bytes.uncompressed,
      firstAlertMs,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Gunzip and JSON.parse in two isolates, and nothing else. */
export async function measureCeiling(folder: string): Promise<Measured> {
  return JSON.parse(await endOf(start("ceiling.ts", [folder])));
}

/** DuckDB's COPY to Parquet with two threads. */
export async function measureDuckdb(folder: string): Promise<Measured> {
  const scratch = await Deno.makeTempDir();
  try {
    return JSON.parse(await endOf(start("duckdb_copy.ts", [folder, `${scratch}/out.parquet`])));
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** GETs of the AWS SDK, and nothing else; its events are objects. */
export async function measureSdkGets(emulator: Emulator): Promise<Measured> {
  return JSON.parse(await endOf(start("sdk_gets.ts", [emulator.bucket], { env: emulator.env })));
}

function start(
  script: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Deno.ChildProcess {
  const path = fileURLToPath(new URL(script, import.meta.url));
  // Found by name, which is what the task's permission names.
  const command = new Deno.Command("deno", {
    args: ["run", "-A", "--cached-only", "--config", CONFIG, path, ...args],
    ...options,
    // As the tasks set it.
    env: { ...options.env, MALLOC_MMAP_THRESHOLD_: "1048576" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  try {
    return command.spawn();
  } catch (error) {
    throw new TrailsieveError("usage", `Cannot start deno: ${(error as Error).message}`, {
      cause: error,
      hint: "Run it as the task does (deno task bench), which may start processes",
    });
  }
}

/** @returns what it wrote to stdout. Throws with stderr where it did not end well. */
async function endOf(child: Deno.ChildProcess): Promise<string> {
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(`It ended with ${code}:\n${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
