import { TrailsieveError } from "../core/errors.ts";
import { hourFolder } from "../core/hours.ts";
import type { Dataset, LakePeriod } from "../core/lake_paths.ts";
import {
  ACTIVITY_COLUMNS,
  type Column,
  EVENT_COLUMNS,
  S3_VIEW_COLUMNS,
  S3_VIEW_SOURCE,
  type S3ViewColumn,
} from "../parquet/mod.ts";

/** Which lake, and what it is to be called. */
export interface AthenaOptions {
  /** `s3://bucket/prefix/`. */
  readonly lakeUrl: string;
  /** The database's name in Glue's catalog. */
  readonly database: string;
  /**
   * What a partition is. A day's folder holds those of its hours, and Athena reads folders with all below
   * them: partitions of days fit a lake of days, of hours, and one that has both.
   */
  readonly period: LakePeriod;
  /** The first hour that can have files, ms since the epoch: no older one is looked for. */
  readonly sinceMs: number;
}

const TYPES: Readonly<Record<Column["type"], string>> = {
  timestamp: "timestamp",
  string: "string",
  json: "string",
  bool: "boolean",
  int64: "bigint",
};

/** The partition column, its Java date pattern, and the unit that its values are apart. */
const PARTITIONS = {
  hour: { column: "event_hour", format: "yyyy/MM/dd/HH", unit: "HOURS", length: 13 },
  day: { column: "event_day", format: "yyyy/MM/dd", unit: "DAYS", length: 10 },
} as const;

/**
 * The statements that make a Parquet lake queryable in Athena: a database, the tables `events` and `activity`
 * with partition projection (Amazon Athena user guide, "Supported types for partition projection"), and the
 * view `cloudtrail_s3_events_flattened`. Athena runs one statement at a time.
 * Throws TrailsieveError `usage` for a lake that is not in S3 or whose name SQL or a template would misread.
 */
export function athenaDdl(options: AthenaOptions): readonly string[] {
  const { lakeUrl, database } = options;
  if (!/^s3:\/\/[^/]+\//.test(lakeUrl)) {
    throw new TrailsieveError("usage", `Cannot describe ${lakeUrl} to Athena: it is not in S3`, {
      hint: "Name the lake's bucket with --lake s3://bucket/prefix/",
    });
  }
  if (/['"\\`$;\p{Cc}]/u.test(lakeUrl)) {
    throw new TrailsieveError(
      "usage",
      `Cannot describe ${lakeUrl} to Athena: its prefix has quotes, $, ; or \\`,
    );
  }
  if (!/^[a-z_][a-z0-9_]{0,254}$/.test(database)) {
    throw new TrailsieveError(
      "usage",
      `Cannot name a database ${JSON.stringify(database)}: Athena takes a-z, 0-9 and _`,
    );
  }
  return [
    `CREATE DATABASE IF NOT EXISTS \`${database}\``,
    createTable("events", EVENT_COLUMNS, options),
    createTable("activity", ACTIVITY_COLUMNS, options),
    createView(options),
  ];
}

function createTable(
  dataset: Dataset,
  columns: readonly Column[],
  { lakeUrl, database, period, sinceMs }: AthenaOptions,
): string {
  const { column, format, unit, length } = PARTITIONS[period];
  const location = `${lakeUrl}${lakeUrl.endsWith("/") ? "" : "/"}${dataset}/`;
  const first = hourFolder(sinceMs).slice(0, length);
  const properties = {
    "projection.enabled": "true",
    [`projection.${column}.type`]: "date",
    [`projection.${column}.format`]: format,
    // Both ends belong to the range; NOW is the current hour or day in UTC.
    [`projection.${column}.range`]: `${first},NOW`,
    [`projection.${column}.interval`]: "1",
    [`projection.${column}.interval.unit`]: unit,
    "storage.location.template": `${location}\${${column}}/`,
  };
  return `CREATE EXTERNAL TABLE IF NOT EXISTS \`${database}\`.\`${dataset}\` (
${columns.map(({ name, type }) => `  \`${name}\` ${TYPES[type]}`).join(",\n")}
)
PARTITIONED BY (\`${column}\` string)
STORED AS PARQUET
LOCATION '${location}'
TBLPROPERTIES (
${Object.entries(properties).map(([name, value]) => `  '${name}' = '${value}'`).join(",\n")}
)`;
}

/** The view as `query` has it, and the partition column, by which its rows are narrowed too. */
function createView({ database, period }: AthenaOptions): string {
  const columns = S3_VIEW_COLUMNS.map((column) => `  ${expression(column)} AS "${column.name}"`);
  return `CREATE OR REPLACE VIEW "${database}"."cloudtrail_s3_events_flattened" AS
SELECT
${[...columns, `  "${PARTITIONS[period].column}"`].join(",\n")}
FROM "${database}"."events"
WHERE "event_source" = '${S3_VIEW_SOURCE}'`;
}

function expression({ column, member, isNumber }: S3ViewColumn): string {
  if (member === undefined) return `"${column}"`;
  const text = `TRY(json_extract_scalar("${column}", '$["${member}"]'))`;
  return isNumber ? `CAST(TRY_CAST(${text} AS double) AS bigint)` : text;
}
