/** Every setting of the program, declared once (CONTRACT.md, "Settings"). */
import type { LakeFormat } from "./lake_paths.ts";
import { LIMITS } from "./limits.ts";
import { LOG_LEVELS, type LogLevelName } from "./log.ts";
import { choice, nameList, one, switchSetting, wholeNumber } from "./setting_kinds.ts";
import type { Setting, SettingValues } from "./settings.ts";
import {
  parseAccount,
  parseAlerts,
  parseDatabase,
  parseInterval,
  parseParameters,
  parseRetention,
  parseStorageClass,
} from "./setting_texts.ts";
import {
  type ListenAddress,
  parseDuration,
  parseFileUrl,
  parseListenAddress,
  parseLocation,
  parsePath,
  parseSince,
} from "./setting_values.ts";

const source: Setting<readonly string[]> = {
  kind: "list",
  env: "TRAILSIEVE_SOURCE",
  shape: "URL",
  help: "where the trail lies: s3://bucket/prefix/ or file:///folder; several allowed",
  parse: (texts, { folder }) => {
    if (texts.length === 0) {
      throw new Error("is required, e.g. s3://my-trail-bucket/ or file:./logs");
    }
    return [...new Set(texts.map((text) => parseLocation(text, folder)))];
  },
};

const lake: Setting<string> = {
  kind: "text",
  env: "TRAILSIEVE_LAKE",
  shape: "URL",
  help:
    "where the lake goes: file:./folder, s3://bucket/prefix/ or none (default file:./data/lake)",
  parse: ([text = "file:./data/lake"], { folder }) =>
    text === "none"
      ? text
      // A key that begins with a slash lies in a folder without a name.
      : parseLocation(text, folder).replace(/^(s3:\/\/[^/]+\/)\/+/, "$1"),
};

const rules: Setting<readonly string[]> = {
  kind: "list",
  env: "TRAILSIEVE_RULES",
  shape: "FOLDER",
  help: "folders of Sigma YAML and *.rule.ts, added to the bundled pack",
  parse: (texts, { folder }) =>
    texts.map((text) =>
      text.startsWith("file:") ? parseFileUrl(text, folder) : parsePath(text, folder)
    ),
};

const alert: Setting<readonly string[]> = {
  kind: "list",
  env: "TRAILSIEVE_ALERTS",
  shape: "SINK",
  help: "where alerts go: stdout, file:PATH, slack, webhook, webhook:NAME (default stdout)",
  parse: (texts, input) => texts.length === 0 ? ["stdout"] : parseAlerts(texts, input),
};

/** What every command takes. */
export const LOG_SETTINGS = {
  "log-level": one<LogLevelName>(
    { shape: "LEVEL", help: `${LOG_LEVELS.join(", ")} (default info)` },
    choice(LOG_LEVELS),
    "info",
  ),
  "log-format": one<"text" | "json" | null>(
    { shape: "FORMAT", help: "text or json (default text on a terminal, else json)" },
    choice<"text" | "json">(["text", "json"]),
    null,
  ),
};

/** The database alone. */
export const DATABASE_SETTINGS = {
  database: one<string | null>(
    {
      env: "DATABASE_URL",
      shape: "URL",
      help: "pglite:FOLDER (embedded, one process) or postgres://… (default pglite:./data/state)",
    },
    parseDatabase,
    null,
  ),
};

/** The lake alone. */
export const LAKE_SETTINGS = { lake };

/** What reads a trail: `poll` and `backfill`. */
export const RUN_SETTINGS = {
  source,
  lake,
  "lake-format": one<LakeFormat>(
    { shape: "FORMAT", help: "parquet, or jsonl: gzipped JSON, a row a line (default parquet)" },
    choice<LakeFormat>(["parquet", "jsonl"]),
    "parquet",
  ),
  "lake-cadence": one<"hourly" | "daily">(
    { shape: "CADENCE", help: "hourly or daily files (default hourly)" },
    choice<"hourly" | "daily">(["hourly", "daily"]),
    "hourly",
  ),
  "change-cadence": switchSetting("takes the new --lake-cadence for days without files yet"),
  "lake-kms-key": one<string | null>(
    {
      shape: "KEY",
      help: "id, ARN or alias of the KMS key for a lake in a bucket (default: the bucket's)",
    },
    (text) => text,
    null,
  ),
  "lake-bucket-owner": one<string | null>(
    { shape: "ACCOUNT", help: "refuses a lake's bucket of another account (default: any)" },
    parseAccount,
    null,
  ),
  "lake-storage-class": one<string | null>(
    {
      shape: "CLASS",
      help: "S3's storage class for the lake, e.g. STANDARD_IA (default STANDARD)",
    },
    parseStorageClass,
    null,
  ),
  "rebind-lake": switchSetting(
    "ties the database to another lake: rows written so far stay in the old one",
  ),
  ...DATABASE_SETTINGS,
  rules,
  "no-bundled-rules": switchSetting("leaves the bundled pack out"),
  "skip-bad-rules": switchSetting("goes on without rules that are malformed"),
  placeholders: one<string | null>(
    { shape: "FILE", help: "YAML or JSON with names and lists for Sigma's `expand`" },
    parsePath,
    null,
  ),
  alert,
  "alert-mode": one<"send" | "mute" | "summary">(
    {
      shape: "MODE",
      help:
        "send; mute: alerts are stored as suppressed; summary: so too, and backfill sums them " +
        "up at its end (default send)",
    },
    choice(["send", "mute", "summary"]),
    "send",
  ),
  "ledger-retention": one<number | null>(
    {
      shape: "DURATION",
      help: "drops what the database only remembers after e.g. 90d; at least 32d (default: kept)",
    },
    parseRetention,
    null,
  ),
  accounts: nameList("account ids to read (default all)"),
  regions: nameList("regions to read (default all)"),
  "alert-since": one<number | null>(
    {
      shape: "WHEN",
      help: "a date or duration: alerts of older events are stored as suppressed (default none)",
    },
    (text) => parseSince(text, Date.now()),
    null,
  ),
  workers: one<number | null>(
    {
      env: "TRAILSIEVE_WORKERS",
      shape: "N",
      help: "parallel isolates (default: the CPU quota of the process)",
    },
    wholeNumber(1, 256),
    null,
  ),
  report: one<string | null>(
    { shape: "FILE", help: "writes the run's report there as JSON (default off)" },
    parsePath,
    null,
  ),
  metrics: one<ListenAddress | null>(
    {
      env: "TRAILSIEVE_METRICS",
      shape: "HOST:PORT",
      help:
        "serves metrics for Prometheus there, e.g. 127.0.0.1:9464, or :9464 for every interface (default off)",
    },
    parseListenAddress,
    null,
  ),
  ...LOG_SETTINGS,
};

/** `poll`. */
export const POLL_SETTINGS = {
  ...RUN_SETTINGS,
  once: switchSetting("visits what is due and exits"),
  full: switchSetting("lists every prefix"),
  since: one<number | null>(
    {
      shape: "WHEN",
      help: "a date or duration: days before it are left to backfill (default none)",
    },
    (text) => parseSince(text, Date.now()),
    null,
  ),
  lookback: one<number>(
    {
      shape: "DURATION",
      help: "how far before the last object of a day listing starts again (default 6h)",
    },
    parseDuration,
    6 * 3_600_000,
  ),
  interval: one<number>(
    { shape: "DURATION", help: "time between passes (default 5m)" },
    parseInterval,
    300_000,
  ),
};

/** `generate`. */
export const GENERATE_SETTINGS = {
  to: one<string | null>(
    { shape: "URL", help: "file:./folder or s3://bucket/prefix/" },
    parseLocation,
    null,
  ),
  events: one<number>(
    { shape: "N", help: "distinct events (default 100000)" },
    wholeNumber(1, 10_000_000_000),
    100_000,
  ),
  seed: one<number>(
    { shape: "S", help: "the same seed gives the same trail (default 1)" },
    wholeNumber(0, 2 ** 32 - 1),
    1,
  ),
  days: one<number | null>(
    { shape: "N", help: "days that the trail spans" },
    wholeNumber(1, 3660),
    null,
  ),
  accounts: one<number | null>(
    { shape: "N", help: "accounts of the organization" },
    wholeNumber(1, 10_000),
    null,
  ),
  labels: one<string | null>(
    { shape: "FILE", help: "writes the attack stories there as JSON" },
    parsePath,
    null,
  ),
  ...LOG_SETTINGS,
};

/** `bench`. */
export const BENCH_SETTINGS = {
  events: one<number>(
    { shape: "N", help: "distinct events of a generated trail (default 200000)" },
    wholeNumber(1000, 100_000_000),
    200_000,
  ),
  rounds: one<number>(
    { shape: "N", help: "runs of each contestant (default 3)" },
    wholeNumber(1, 100),
    3,
  ),
  trail: one<string | null>(
    { shape: "FOLDER", help: "a trail of your own instead of generated ones" },
    parsePath,
    null,
  ),
  json: switchSetting("writes every run as JSON"),
  ...LOG_SETTINGS,
};

/** `query`. */
export const QUERY_SETTINGS = {
  lake,
  list: switchSetting("shows the named queries and their parameters"),
  param: {
    kind: "list",
    takesCommas: true,
    shape: "NAME=VALUE",
    help: "a parameter of a named query; repeated for several",
    parse: (texts) => parseParameters(texts),
  } satisfies Setting<ReadonlyMap<string, string>>,
  format: one<"table" | "json" | "csv">(
    { shape: "FORMAT", help: "table, json (one object a line) or csv (default table)" },
    choice(["table", "json", "csv"]),
    "table",
  ),
  ...LOG_SETTINGS,
};

/** `lake ddl`. */
export const LAKE_DDL_SETTINGS = {
  lake,
  "lake-cadence": one<"hourly" | "daily">(
    { shape: "CADENCE", help: "hourly, or daily, which fits a lake of both too (default hourly)" },
    choice(["hourly", "daily"]),
    "hourly",
  ),
  "athena-database": one<string>(
    { shape: "NAME", help: "the database's name in Athena (default trailsieve)" },
    (text) => text,
    "trailsieve",
  ),
  since: one<number>(
    {
      shape: "WHEN",
      help: "the first day that has events (default 2013-11-01, CloudTrail's first)",
    },
    (text) => parseSince(text, Date.now()),
    Date.UTC(2013, 10, 1),
  ),
  ...LOG_SETTINGS,
};

/** `lake log`. */
export const LAKE_LOG_SETTINGS = {
  ...DATABASE_SETTINGS,
  limit: one<number>(
    { shape: "N", help: "at most so many files (default 50)" },
    wholeNumber(1, LIMITS.lakeLogRowsMax),
    50,
  ),
  since: one<number | null>(
    { shape: "WHEN", help: "a date or duration: files written since then (default all)" },
    (text) => parseSince(text, Date.now()),
    null,
  ),
  format: QUERY_SETTINGS.format,
  ...LOG_SETTINGS,
};

/** `demo`. */
export const DEMO_SETTINGS = {
  ...LOG_SETTINGS,
};

export type RunSettings = SettingValues<typeof RUN_SETTINGS>;
export type PollSettings = SettingValues<typeof POLL_SETTINGS>;

/** Flags of CONTRACT.md that a later version brings. */
export const FLAGS_NOT_BUILT: readonly string[] = [];

/** The database that a setting names, or the embedded one below the user's folder. */
export function databaseUrlOf(database: string | null, folder: string): string {
  return database ?? `pglite:${parsePath("data/state", folder)}`;
}
