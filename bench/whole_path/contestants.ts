import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { TrailsieveError } from "../../core/errors.ts";
import type { Emulator } from "./emulator_process.ts";
import type { Measured } from "./measured.ts";

const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
const LOOK_MS = 10;

/** Two isolates, as the contestants have two threads. */
const WORKERS = "2";

/** Runs of `poll --once` with the bundled rules, alerts to a file and the lake to a folder, each on an empty database. */
export class PollRuns {
  readonly #made: string;
  readonly #folder: string;

  private constructor(scratch: string) {
    this.#made = `${scratch}/made`;
    this.#folder = `${scratch}/poll`;
  }

  /** Lets a first run make the database that each further one gets a copy of. */
  static async prepare(scratch: string): Promise<PollRuns> {
    const runs = new PollRuns(scratch);
    await Deno.mkdir(`${runs.#folder}/nothing`, { recursive: true });
    await endOf(runs.#start("file:./nothing"));
    await Deno.rename(runs.#folder, runs.#made);
    return runs;
  }

  /**
   * One pass over a source, one at a time: a database belongs to one lake, so that all runs have the same folder.
   * @param env is added to this process's own environment
   */
  async measure(
    source: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Measured> {
    const folder = this.#folder;
    cpSync(this.#made, folder, { recursive: true });
    try {
      const startedAt = performance.now();
      const child = this.#start(source, env);
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

  #start(source: string, env: Readonly<Record<string, string>> = {}): Deno.ChildProcess {
    const folder = this.#folder;
    return start("usage_at_exit.ts", [
      ...["poll", "--once", "--source", source, "--workers", WORKERS, "--report", "report.json"],
      ...["--alert", "file:./alerts.jsonl", "--log-level", "error"],
    ], {
      cwd: folder,
      env: { ...env, INIT_CWD: folder, BENCH_USAGE: `${folder}/usage` },
    });
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
