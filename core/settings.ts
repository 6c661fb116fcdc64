/**
 * Reading settings: flag beats environment beats default, and all problems are told together. What settings there
 * are is declared once, in core/config.ts; help and documentation come from there.
 */
import { parseArgs } from "node:util";
import { TrailsieveError } from "./errors.ts";

/** Where settings are read from; only the program's entry point knows the real ones. */
export interface SettingsInput {
  /** Arguments behind the command. */
  readonly args: readonly string[];
  readonly env: (name: string) => string | undefined;
  /** Where the user stood: relative paths start here. */
  readonly folder: string;
}

/** How a setting is given: a switch, one text, or a list of texts (commas or repeated flags). */
export type SettingKind = "switch" | "text" | "list";

/** One setting. */
export interface Setting<T> {
  readonly kind: SettingKind;
  readonly env?: string;
  /** Of a list: each text is one item, commas and all. */
  readonly takesCommas?: boolean;
  /** What the user may write, for help. */
  readonly shape?: string;
  /** One line for help; names the default. */
  readonly help: string;
  /**
   * Makes a value of what was given; with nothing given `texts` is empty. Throws Error with the reason, without
   * naming the setting.
   */
  readonly parse: (texts: readonly string[], input: SettingsInput) => T;
}

/** Settings by flag, without the dashes. */
export type SettingTable = Readonly<Record<string, Setting<unknown>>>;

/** The values of a table's settings. */
export type SettingValues<T extends SettingTable> = {
  readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : never;
};

/** What a command line holds beside settings. */
export interface ParsedSettings<T extends SettingTable> {
  readonly values: SettingValues<T>;
  readonly positionals: readonly string[];
}

/**
 * Reads the settings of one command. Throws TrailsieveError `usage` that names every problem, unknown flags
 * among them.
 */
export function readSettings<T extends SettingTable>(
  table: T,
  input: SettingsInput,
  options: { readonly positionals: number; readonly notBuilt?: readonly string[] },
): ParsedSettings<T> {
  const problems: string[] = [];
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokenize(table, options.notBuilt ?? [], input.args)) {
    if (token.kind === "positional") {
      positionals.push(token.value);
      if (positionals.length > options.positionals) {
        problems.push(`unexpected argument ${quote(token.value)}`);
      }
    } else if (token.kind === "option") {
      const setting = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
      if (options.notBuilt?.includes(token.name)) {
        problems.push(`${token.rawName} is not built yet`);
      } else if (setting === undefined || !token.rawName.startsWith("--")) {
        problems.push(`unknown flag ${token.rawName}`);
      } else if (setting.kind === "switch" && token.value !== undefined) {
        problems.push(`${token.rawName} takes no value`);
      } else if (
        setting.kind !== "switch" && (token.value === undefined || token.value.startsWith("--"))
      ) {
        problems.push(`${token.rawName} needs a value`);
      } else given.set(token.name, [...given.get(token.name) ?? [], token.value ?? "true"]);
    }
  }
  const values: Record<string, unknown> = {};
  for (const [flag, setting] of Object.entries(table)) {
    const fromEnv = setting.env === undefined ? undefined : input.env(setting.env);
    const flagTexts = given.get(flag);
    if (setting.kind === "text" && (flagTexts?.length ?? 0) > 1) {
      problems.push(`--${flag} is given more than once`);
    }
    const texts = flagTexts ?? (fromEnv === undefined || fromEnv === "" ? [] : [fromEnv]);
    try {
      values[flag] = setting.parse(
        setting.kind === "list" && !setting.takesCommas ? texts.flatMap(splitList) : texts,
        input,
      );
    } catch (error) {
      const name = flagTexts === undefined && texts.length > 0 ? setting.env : `--${flag}`;
      problems.push(`${name}: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new TrailsieveError("usage", problems.join("\n"));
  return { values: values as SettingValues<T>, positionals };
}

interface Token {
  readonly kind: "option" | "positional" | "option-terminator";
  readonly name: string;
  readonly rawName: string;
  readonly value: string;
}

function tokenize(
  table: SettingTable,
  notBuilt: readonly string[],
  args: readonly string[],
): Token[] {
  const known = Object.fromEntries(
    Object.entries(table).map(([flag, { kind }]) => [
      flag,
      { type: kind === "switch" ? "boolean" as const : "string" as const, multiple: true },
    ]),
  );
  // A flag of a later version takes what follows with it, so that one problem is told and not two.
  const later = notBuilt.filter((flag) => !(flag in table));
  const options = {
    ...known,
    ...Object.fromEntries(later.map((flag) => [flag, { type: "string" as const, multiple: true }])),
  };
  // `strict: false` reports unknown flags as tokens, so that all problems can be told at once.
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens as unknown as Token[];
}

/** Commas separate; `%2C` is a comma inside. */
function splitList(text: string): string[] {
  return text.split(",").map((item) => item.trim().replaceAll(/%2c/gi, ",")).filter((item) =>
    item !== ""
  );
}

function quote(text: string): string {
  return JSON.stringify(text);
}
