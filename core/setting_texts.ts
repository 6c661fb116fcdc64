/** Parsers of what single settings take. */
import { parsePostSink, readPostUrl } from "./alert_sinks.ts";
import { DAY_MS } from "./hours.ts";
import { LIMITS } from "./limits.ts";
import type { SettingsInput } from "./settings.ts";
import { parseDuration, parseFileUrl, parsePath } from "./setting_values.ts";

/** The URL of a database; a folder's path becomes absolute. Throws Error that says what is wrong, as all here do. */
export function parseDatabase(text: string, folder: string): string {
  if (/^postgres(ql)?:\/\//.test(text)) {
    if (!URL.canParse(text)) {
      throw new Error("it is no URL such as postgres://user:password@host:5432/name");
    }
    return text;
  }
  if (text.startsWith("pglite:") && text.length > "pglite:".length) {
    return `pglite:${parsePath(text.slice("pglite:".length), folder)}`;
  }
  throw new Error("it is neither pglite:FOLDER nor postgres://user:password@host:5432/name");
}

/** An account id. */
export function parseAccount(text: string): string {
  if (/^\d{12}$/.test(text)) return text;
  throw new Error(`${JSON.stringify(text)} is no account id of 12 digits`);
}

/** A storage class of S3 whose objects can be read at once. */
export function parseStorageClass(text: string): string {
  if (["GLACIER", "DEEP_ARCHIVE"].includes(text)) {
    throw new Error(`${text} cannot be read without a restore, and the lake is read and rewritten`);
  }
  if (/^[A-Z][A-Z0-9_]*$/.test(text)) return text;
  throw new Error(`${JSON.stringify(text)} is no storage class such as STANDARD_IA`);
}

/** The time between passes in ms. */
export function parseInterval(text: string): number {
  const ms = parseDuration(text);
  if (ms >= LIMITS.intervalMsMin && ms <= LIMITS.intervalMsMax) return ms;
  throw new Error(
    `${JSON.stringify(text)} is not from ${LIMITS.intervalMsMin}ms to ${
      LIMITS.intervalMsMax / DAY_MS
    }d`,
  );
}

/** A duration in ms that no schedule of listing outlives. */
export function parseRetention(text: string): number {
  const ms = parseDuration(text);
  if (ms >= LIMITS.ledgerRetentionMsMin) return ms;
  throw new Error(
    `${JSON.stringify(text)} is less than ${
      LIMITS.ledgerRetentionMsMin / DAY_MS
    }d: days are listed until 30 days ` +
      "after their end, and objects that were dropped before would be read again as new",
  );
}

/** A sink's name, as the database has it: the path of a file is absolute. */
export function sinkName(text: string, folder: string): string {
  return text.startsWith("file:") ? `file:${parseFileUrl(text, folder)}` : text;
}

/**
 * Sinks; the paths of files become absolute. What is wrong with any is told together, a variable that is not set
 * included, so that no second start is needed to learn of it.
 */
export function parseAlerts(
  texts: readonly string[],
  { folder, env }: Pick<SettingsInput, "folder" | "env">,
): readonly string[] {
  const problems: string[] = [];
  const specs = texts.map((text) => {
    try {
      if (text.startsWith("file:")) return sinkName(text, folder);
      if (text !== "stdout") readPostUrl(text, parsePostSink(text), env);
    } catch (error) {
      problems.push((error as Error).message);
    }
    return text;
  });
  if (problems.length > 0) throw new Error(problems.join("; "));
  return specs;
}

/** Parameters of the form NAME=VALUE, by name. */
export function parseParameters(texts: readonly string[]): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const text of texts) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined) {
      throw new Error(`${JSON.stringify(text)} is not of the form NAME=VALUE`);
    }
    if (parameters.has(name)) throw new Error(`${JSON.stringify(name)} is given more than once`);
    parameters.set(name, value);
  }
  return parameters;
}
