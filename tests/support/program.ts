import { fileURLToPath } from "node:url";
import { putMadeDatabase } from "./made_database.ts";

const ROOT = new URL("../../", import.meta.url);
const MAIN = fileURLToPath(new URL("main.ts", ROOT));
const CONFIG = fileURLToPath(new URL("deno.json", ROOT));

/** How a run of the program ended. */
export interface ProgramEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@linkcode startProgram}. */
export interface ProgramOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the run is to make its embedded database itself, where there is none yet. */
  readonly makesDatabase?: boolean;
}

/** The flags that the task of the same name runs the program with, from deno.json. */
export function taskFlags(task: string): string[] {
  return taskRun(task).flags.split(" ");
}

/** The environment that the task adds. */
function taskEnv(task: string): Record<string, string> {
  const { env } = taskRun(task);
  return Object.fromEntries(env.split(" ").filter(Boolean).map((word) => word.split("=")));
}

function taskRun(task: string): { readonly env: string; readonly flags: string } {
  const config = JSON.parse(Deno.readTextFileSync(CONFIG));
  const command: string = config.tasks[task].command;
  const run = /((?:[A-Z_]+=\S+ )*)deno run (.*?) main\.ts/.exec(command);
  if (run === null) throw new Error(`The task ${task} does not run main.ts`);
  return { env: run[1], flags: run[2] };
}

/** Starts the program as its task would, in an environment of its own. */
export function startProgram(
  args: readonly string[],
  { cwd, env = {}, makesDatabase = false }: ProgramOptions,
): Deno.ChildProcess {
  const inherited = Object.fromEntries(
    ["PATH", "HOME", "DENO_DIR"].flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const task = args[0] in TASKS ? args[0] : "poll";
  if (!makesDatabase && usesOwnDatabase(args, env)) giveDatabase(`${cwd}/data`);
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--config",
      CONFIG,
      ...taskFlags(task),
      MAIN,
      ...args,
    ],
    cwd,
    env: { ...inherited, ...taskEnv(task), NO_COLOR: "1", INIT_CWD: cwd, ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Whether the run opens the embedded database in its usual place, to write. */
function usesOwnDatabase(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): boolean {
  return (args[0] === "poll" || args[0] === "backfill") && !args.includes("--dry-run") &&
    !args.includes("--database") && env.DATABASE_URL === undefined;
}

function giveDatabase(data: string): void {
  try {
    Deno.statSync(`${data}/state`);
  } catch {
    Deno.mkdirSync(data, { recursive: true });
    putMadeDatabase(`${data}/state`);
  }
}

const TASKS = {
  demo: true,
  poll: true,
  backfill: true,
  work: true,
  query: true,
  lake: true,
  deadletters: true,
  rules: true,
  generate: true,
};

/** Runs the program to its end. */
export async function runProgram(
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramEnd> {
  return await endOf(startProgram(args, options));
}

/** Waits for a started program to end. */
export async function endOf(child: Deno.ChildProcess): Promise<ProgramEnd> {
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
