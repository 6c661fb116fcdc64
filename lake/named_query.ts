import { DuckDBTimestampTZValue, type DuckDBValue } from "@duckdb/node-api";
import { TrailsieveError } from "../core/errors.ts";
import { parseSince } from "../core/setting_values.ts";

/** What a parameter's text is read as. */
export type ParameterType = "text" | "time" | "number";

/** A parameter of a named query; its SQL reads it as `getvariable('name')`. */
export interface QueryParameter {
  readonly name: string;
  readonly type: ParameterType;
  /** The text that stands where none is given; null for one that is null then. */
  readonly fallback: string | null;
  /** Whether it has to be given: always, or unless another such one is. */
  readonly need: "none" | "required" | "any";
  readonly help: string;
}

/** A query that comes with the program. */
export interface NamedQuery {
  readonly name: string;
  /** The question, as a sentence. */
  readonly title: string;
  /** What the rows are. */
  readonly answers: string;
  readonly parameters: readonly QueryParameter[];
  readonly sql: string;
}

const FOLDER = new URL("./queries/", import.meta.url);

/** What a query's name looks like; no SQL does. */
const NAME = /^[a-z][a-z0-9-]*$/;

/** The named queries, by name. */
export async function listNamedQueries(): Promise<NamedQuery[]> {
  const queries: NamedQuery[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (!name.endsWith(".sql")) continue;
    const text = await Deno.readTextFile(new URL(name, FOLDER));
    queries.push(parseNamedQuery(name.slice(0, -".sql".length), text));
  }
  return queries.sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * The query that a command line's text names; null for a text that is SQL.
 * Throws TrailsieveError `usage` for a name that no query has.
 */
export async function findNamedQuery(text: string): Promise<NamedQuery | null> {
  if (!NAME.test(text)) return null;
  const found = (await listNamedQueries()).find(({ name }) => name === text);
  if (found !== undefined) return found;
  throw new TrailsieveError("usage", `There is no query named ${text}`, {
    hint: "query --list shows the named queries; anything else is SQL",
  });
}

/**
 * Reads a query's file: `-- title:`, `-- answers:` (lines that follow one another are one text) and
 * `-- param: NAME TYPE [required | any | DEFAULT] | what it is` (of several `any` one is needed), then SQL. Throws Error where the header is wrong.
 */
export function parseNamedQuery(name: string, text: string): NamedQuery {
  const header = text.split("\n").filter((line) => /^-- (title|answers|param):/.test(line));
  const values = (field: string) =>
    header.filter((line) => line.startsWith(`-- ${field}: `)).map((line) =>
      line.slice(`-- ${field}: `.length)
    );
  const [title] = values("title");
  const answers = values("answers").join(" ");
  if (!NAME.test(name) || title === undefined || answers === "") {
    throw new Error(`Query ${name} lacks a title or what it answers`);
  }
  const parameters = values("param").map((line): QueryParameter => {
    const match = /^([a-z][a-z0-9-]*) (text|time|number)(?: (\S+))? \| (.+)$/.exec(line);
    if (match === null) throw new Error(`Query ${name} has a malformed parameter: ${line}`);
    const need = match[3] === "required" || match[3] === "any" ? match[3] : "none";
    return {
      name: match[1],
      type: match[2] as ParameterType,
      fallback: need === "none" ? match[3] ?? null : null,
      need,
      help: match[4],
    };
  });
  return { name, title, answers, parameters, sql: text };
}

/**
 * The values of a query's parameters, which are bound to its SQL and never become part of its text.
 * Throws TrailsieveError `usage` that names every problem.
 * @param given texts by name: for `time` a date, an instant or a duration before now, or ±infinity
 */
export function bindParameters(
  query: NamedQuery,
  given: ReadonlyMap<string, string>,
  nowMs: number,
): Map<string, DuckDBValue> {
  const problems = [...given.keys()]
    .filter((name) => !query.parameters.some((parameter) => parameter.name === name))
    .map((name) => `${query.name} has no parameter ${JSON.stringify(name)}`);
  const values = new Map<string, DuckDBValue>();
  for (const { name, type, fallback, need } of query.parameters) {
    const text = given.get(name) ?? fallback;
    if (text === null && need === "required") {
      problems.push(`${query.name} needs --param ${name}=…`);
    }
    try {
      values.set(name, text === null ? null : valueOf(text, type, nowMs));
    } catch (error) {
      problems.push(`--param ${name}: ${(error as Error).message}`);
    }
  }
  const choices = query.parameters.filter(({ need }) => need === "any").map(({ name }) => name);
  if (choices.length > 0 && !choices.some((name) => given.has(name))) {
    problems.push(`${query.name} needs ${choices.map((name) => `--param ${name}=…`).join(" or ")}`);
  }
  if (problems.length > 0) {
    throw new TrailsieveError("usage", problems.join("\n"), {
      hint: "query --list shows the named queries and their parameters",
    });
  }
  return values;
}

function valueOf(text: string, type: ParameterType, nowMs: number): DuckDBValue {
  switch (type) {
    case "text":
      return text;
    case "number":
      if (!/^\d{1,15}$/.test(text)) throw new Error(`${JSON.stringify(text)} is no whole number`);
      return BigInt(text);
    case "time":
      if (text === "infinity") return DuckDBTimestampTZValue.PosInf;
      if (text === "-infinity") return DuckDBTimestampTZValue.NegInf;
      return new DuckDBTimestampTZValue(BigInt(Math.round(parseSince(text, nowMs))) * 1000n);
    default:
      throw type satisfies never;
  }
}
