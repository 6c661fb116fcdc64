/** The only reader of arguments, environment and signals; hands over to one command. */
import { FLAGS_NOT_BUILT } from "./core/config.ts";
import { describeError, TrailsieveError } from "./core/errors.ts";
import { configureLog, type LogLevelName } from "./core/log.ts";
import { readSettings } from "./core/settings.ts";
import type { Command, CommandGroup, CommandIo } from "./commands/command.ts";
import { cpuQuota } from "./commands/cpu_quota.ts";
import { EXIT, exitCodeOf } from "./commands/exit_codes.ts";
import { commandHelp, groupHelp, programHelp } from "./commands/help.ts";
import { listenForSignals } from "./commands/signals.ts";
import { StatusLine } from "./commands/status_line.ts";
import { ReaderGone, writeText } from "./commands/write_text.ts";

const COMMANDS: Readonly<Record<string, string>> = {
  demo: "shows everything on a generated trail; needs no account, server or Docker",
  poll: "follows a trail: alerts and lake; --once makes one pass",
  backfill: "reads a past range of days",
  work: "joins the cluster: reads what others plan",
  query: "SQL over the lake",
  lake: "what was written to the lake",
  deadletters: "what was given up on: shows it, puts it back to work, or drops it",
  rules: "lists, checks, tests, explains and tries rules",
  generate: "writes a synthetic organization trail to a folder or bucket",
  bench: "the whole path, measured against what bounds it",
};

const NOT_BUILT: ReadonlySet<string> = new Set([
  "verify",
  "doctor",
]);

async function main(): Promise<number> {
  const [name, ...rest] = Deno.args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const text = programHelp(COMMANDS);
    if (name === undefined) {
      writeError(text);
      return EXIT.usage;
    }
    await writeOut(text);
    return EXIT.done;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new TrailsieveError(
      "usage",
      NOT_BUILT.has(name)
        ? `The command ${name} is not built yet`
        : `There is no command ${JSON.stringify(name)}`,
      { hint: "main.ts --help lists the commands" },
    );
  }
  // Not a literal, so that `query` with its DuckDB is no part of every other command's module graph.
  const module = await import(new URL(`./commands/${name}.ts`, import.meta.url).href);
  // `deno task x -- --flag` passes the dashes on.
  const args = rest[0] === "--" ? rest.slice(1) : rest;
  if (module.group !== undefined) return await runGroup(name, module.group, args);
  return await runCommand(name, module.command, args);
}

/** Hands over to the command of a group that the first argument names. */
async function runGroup(
  name: string,
  group: CommandGroup,
  [inner, ...args]: readonly string[],
): Promise<number> {
  const text = groupHelp(name, group.description, group.commands);
  if (inner === "--help" || inner === "-h") {
    await writeOut(text);
    return EXIT.done;
  }
  if (inner === undefined) {
    writeError(text);
    return EXIT.usage;
  }
  if (!Object.hasOwn(group.commands, inner)) {
    throw new TrailsieveError(
      "usage",
      `There is no command ${JSON.stringify(`${name} ${inner}`)}`,
      {
        hint: `main.ts ${name} --help lists the commands`,
      },
    );
  }
  return await runCommand(`${name} ${inner}`, group.commands[inner].command, args);
}

async function runCommand(
  name: string,
  command: Command,
  args: readonly string[],
): Promise<number> {
  const positionals = command.positionals ?? [];
  if (args.includes("--help") || args.includes("-h")) {
    await writeOut(commandHelp(name, command.description, positionals, command.settings));
    return EXIT.done;
  }
  const folder = Deno.env.get("INIT_CWD") || Deno.cwd();
  const env = (name: string) => Deno.env.get(name);
  const input = { args, env, folder };
  const settings = readSettings(command.settings, input, {
    positionals: positionals.at(-1)?.endsWith("…]") ? Infinity : positionals.length,
    notBuilt: FLAGS_NOT_BUILT,
  });
  const status = new StatusLine(writeError);
  const colour = Deno.stderr.isTerminal() && !Deno.env.get("NO_COLOR");
  configureLog({
    level: settings.values["log-level"] as LogLevelName,
    format: (settings.values["log-format"] as "text" | "json" | null) ??
      (Deno.stderr.isTerminal() ? "text" : "json"),
    colour,
    write: status.write,
  });
  using signals = listenForSignals(status.write);
  const io: CommandIo = {
    env: Deno.env.toObject(),
    folder,
    stdout: Deno.stdout.writable,
    writeError: status.write,
    showStatus: Deno.stderr.isTerminal() ? status.show : () => {},
    stdoutIsTerminal: Deno.stdout.isTerminal(),
    stderrIsTerminal: Deno.stderr.isTerminal(),
    colour,
    width: terminalWidth(),
    cpuCount: await cpuQuota(navigator.hardwareConcurrency),
    drain: signals.drain,
    processStartedAt: performance.timeOrigin,
  };
  try {
    const code = await command.run(settings.values, settings.positionals, io);
    return signals.exitCode ?? code;
  } catch (error) {
    // What was cut off by a signal is no failure.
    if (signals.exitCode !== null && signals.drain.aborted && error === signals.drain.reason) {
      return signals.exitCode;
    }
    throw error;
  }
}

function terminalWidth(): number {
  try {
    // A terminal that does not know its size says 0.
    return Deno.consoleSize().columns || 120;
  } catch {
    return 120;
  }
}

const encoder = new TextEncoder();

function writeError(text: string): void {
  let bytes = encoder.encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stderr.writeSync(bytes));
  } catch {
    // Nobody reads the log any more; the work goes on.
  }
}

function writeOut(text: string): Promise<void> {
  return writeText(Deno.stdout.writable, text);
}

try {
  Deno.exitCode = await main();
} catch (error) {
  if (error instanceof ReaderGone) Deno.exitCode = EXIT.done;
  else {
    writeError(`trailsieve: ${describeError(error)}\n`);
    if (!(error instanceof TrailsieveError)) writeError(`${(error as Error)?.stack ?? error}\n`);
    Deno.exitCode = exitCodeOf(error);
  }
}
// What a library left running, such as a pooled connection, must not keep a finished program alive.
Deno.exit();
