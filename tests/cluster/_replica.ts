/** One replica as a process: its log while it runs, its memory, its end. */
import { startProgram } from "../support/program.ts";

/** How a replica is started. */
export interface ReplicaOptions {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A started replica. It is killed when it is disposed of. */
export class Replica implements AsyncDisposable {
  readonly name: string;
  readonly #child: Deno.ChildProcess;
  readonly #watchers = new Set<() => void>();
  readonly #reading: Promise<unknown>;
  /** What it wrote to stderr so far. */
  log = "";
  /** Its exit code, or null while it runs; 137 after SIGKILL. */
  code: number | null = null;
  /** The most memory it held, bytes, as of its last {@linkcode notePeak}; 0 where the system does not tell. */
  rssBytesMax = 0;
  /** Fulfilled with the exit code when the process is gone and its log is read to the end. */
  readonly ended: Promise<number>;

  constructor(name: string, { args, cwd, env }: ReplicaOptions) {
    this.name = name;
    this.#child = startProgram(args, { cwd, env });
    this.#reading = Promise.all([this.#readLog(), this.#child.stdout.pipeTo(new WritableStream())]);
    this.ended = this.#end();
  }

  get pid(): number {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.code === null;
  }

  /** Sends a signal; one that has ended gets none. */
  kill(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM" | "SIGINT"): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It ended by itself in this very moment.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Waits until the log holds the text. Rejects with the log if the process ends without it. */
  async logged(text: string): Promise<void> {
    while (!this.log.includes(text)) {
      if (!this.isRunning) {
        throw new Error(
          `${this.name} ended with ${this.code} and never said ${text}:\n${this.log}`,
        );
      }
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  /** Notes the most memory that the process has held up to now: Linux's VmHWM, nothing on other systems. */
  notePeak(): void {
    if (Deno.build.os !== "linux") return;
    // Deno reads /proc itself only with every permission.
    const { stdout } = new Deno.Command("cat", {
      args: [`/proc/${this.#child.pid}/status`],
      stderr: "null",
    }).outputSync();
    const status = new TextDecoder().decode(stdout);
    const kilobytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    this.rssBytesMax = Math.max(this.rssBytesMax, kilobytes * 1024);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) {
      this.kill("SIGKILL");
      await this.ended;
    }
  }

  async #end(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    this.code = code;
    this.#tell();
    return code;
  }

  async #readLog(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.log += text;
      this.#tell();
    }
  }

  #tell(): void {
    for (const resolve of this.#watchers) resolve();
    this.#watchers.clear();
  }
}
