import type { SettingTable, SettingValues } from "../core/settings.ts";

/** What a command has of the process it runs in. */
export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the user stood. */
  readonly folder: string;
  /** Results: alerts, rows, tables. */
  readonly stdout: WritableStream<Uint8Array>;
  /** Logs, progress, summaries. */
  readonly writeError: (text: string) => void;
  /** Shows a line below what is written to stderr; empty to clear it. Nothing where stderr is no terminal. */
  readonly showStatus: (text: string) => void;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Whether colour is wanted on stdout and stderr; `NO_COLOR` is honoured. */
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  readonly cpuCount: number;
  /** Aborts at the first SIGINT or SIGTERM: finish what is held, take no more. */
  readonly drain: AbortSignal;
  /** When the process started, ms since the epoch. */
  readonly processStartedAt: number;
}

/** One command of the program. */
export interface Command<T extends SettingTable = SettingTable> {
  /** Its settings, for reading them and for help. */
  readonly settings: T;
  /** What it takes beside flags, for help; none by default. A last one in `…]` may be repeated. */
  readonly positionals?: readonly string[];
  /** A paragraph for help. */
  readonly description: string;
  /** @returns the exit code; a signal's code is the caller's to give. Throws TrailsieveError. */
  run(values: SettingValues<T>, positionals: readonly string[], io: CommandIo): Promise<number>;
}

/** A command that only chooses among commands of its own. */
export interface CommandGroup {
  /** A paragraph for help. */
  readonly description: string;
  /** By name, each with a line for help. */
  readonly commands: Readonly<
    Record<string, { readonly summary: string; readonly command: Command }>
  >;
}

/** Keeps a command's types while it is declared. */
export function defineCommand<const T extends SettingTable>(command: Command<T>): Command<T> {
  return command;
}
