/** Settings of `main.ts deadletters …`, declared once, beside core/config.ts. */
import { DATABASE_SETTINGS, LOG_SETTINGS } from "./config.ts";
import { choice, one, switchSetting } from "./setting_kinds.ts";
import { STAGES } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { objectUri } from "./object_uri.ts";
import { sinkName } from "./setting_texts.ts";
import { parseFileUrl, parseSince } from "./setting_values.ts";
import type { Setting, SettingValues } from "./settings.ts";
import { DEAD_LETTER_KINDS } from "./types.ts";

/** A list of some of a few words; null where it is left out. */
function choices<T extends string>(
  words: readonly T[],
  help: string,
): Setting<readonly T[] | null> {
  const parse = choice(words);
  return {
    kind: "list",
    shape: "LIST",
    help,
    parse: (texts) => (texts.length === 0 ? null : texts.map(parse)),
  };
}

/** The beginning of objects' addresses: not a folder, so nothing is added at its end. */
function parsePrefix(text: string, folder: string): string {
  if (/^s3:\/\/[^/]/.test(text)) return text;
  if (!text.startsWith("file:")) {
    throw new Error(`${JSON.stringify(text)} begins with neither s3:// nor file:`);
  }
  const path = objectUri("file:", parseFileUrl(text, folder));
  return text.endsWith("/") && !path.endsWith("/") ? `${path}/` : path;
}

const FILTER_SETTINGS = {
  kind: choices(DEAD_LETTER_KINDS, `only of these kinds: ${DEAD_LETTER_KINDS.join(", ")}`),
  stage: choices(STAGES, "only what failed at one of these stages, e.g. fetch, gunzip, deliver"),
  prefix: one<string | null>(
    { shape: "URL", help: "only objects whose address begins so, e.g. s3://bucket/AWSLogs/" },
    parsePrefix,
    null,
  ),
  sink: one<string | null>(
    { shape: "SINK", help: "only deliveries to this sink, named as for --alert" },
    sinkName,
    null,
  ),
  since: one<number | null>(
    { shape: "WHEN", help: "a date or duration: only what was given up on since (default all)" },
    (text) => parseSince(text, Date.now()),
    null,
  ),
};

/** `deadletters list`. */
export const DEADLETTERS_LIST_SETTINGS = {
  ...DATABASE_SETTINGS,
  ...FILTER_SETTINGS,
  limit: one<number>(
    { shape: "N", help: "at most so many, the newest (default 100)" },
    (text) => {
      const limit = Number(text.replaceAll("_", ""));
      if (/^[\d_]+$/.test(text) && limit >= 1 && limit <= LIMITS.deadLettersListedMax) return limit;
      throw new Error(
        `${JSON.stringify(text)} is no whole number from 1 to ${LIMITS.deadLettersListedMax}`,
      );
    },
    100,
  ),
  format: one<"table" | "json">(
    { shape: "FORMAT", help: "table, or json: one object a line (default table)" },
    choice<"table" | "json">(["table", "json"]),
    "table",
  ),
  ...LOG_SETTINGS,
};

/** `deadletters show`. */
export const DEADLETTERS_SHOW_SETTINGS = {
  ...DATABASE_SETTINGS,
  format: one<"text" | "json">(
    { shape: "FORMAT", help: "text or json (default text)" },
    choice<"text" | "json">(["text", "json"]),
    "text",
  ),
  ...LOG_SETTINGS,
};

/** `deadletters redrive` and `deadletters drop`. */
export const DEADLETTERS_TEND_SETTINGS = {
  ...DATABASE_SETTINGS,
  all: switchSetting("all of them, or all that the filters choose, instead of ids"),
  ...FILTER_SETTINGS,
  ...LOG_SETTINGS,
};

export type DeadLetterFilterSettings = SettingValues<typeof FILTER_SETTINGS>;
