/** The names that `query` offers, as DuckDB's SQL. */
import {
  ACTIVITY_COLUMNS,
  type Column,
  EVENT_COLUMNS,
  S3_VIEW_COLUMNS,
  S3_VIEW_SOURCE,
  type S3ViewColumn,
} from "../parquet/mod.ts";
import type { Dataset } from "../core/lake_paths.ts";
import { MEMBER_TEXT } from "./member_text.ts";

/** DuckDB's types of the lake's columns. */
export const SQL_TYPES: Readonly<Record<Column["type"], string>> = {
  timestamp: "TIMESTAMP WITH TIME ZONE",
  string: "VARCHAR",
  json: "VARCHAR",
  bool: "BOOLEAN",
  int64: "BIGINT",
};

/** A row of `jsonl` longer than this, in bytes, fails the query; DuckDB keeps a buffer of this size. */
const JSON_LINE_BYTES_MAX = 128 * 1024 * 1024;

/** Text as an SQL string. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A path in which DuckDB's glob finds nothing to expand. */
export function escapeGlob(path: string): string {
  return path.replace(/[[*?]/g, "[$&]");
}

/** Files of one dataset as DuckDB opens them: absolute paths. */
export interface DatasetFiles {
  readonly parquet: readonly string[];
  readonly jsonl: readonly string[];
}

/** A view over files of a dataset, which has its columns also while there is no file. */
export function datasetView(dataset: Dataset, files: DatasetFiles): string {
  const columns = dataset === "events" ? EVENT_COLUMNS : ACTIVITY_COLUMNS;
  const selects: string[] = [];
  if (files.parquet.length > 0) selects.push(selectParquet(columns, files.parquet));
  if (files.jsonl.length > 0) selects.push(selectJsonl(columns, files.jsonl));
  if (selects.length === 0) {
    const list = columns.map(({ name, type }) => `CAST(NULL AS ${SQL_TYPES[type]}) AS ${name}`);
    selects.push(`SELECT ${list.join(", ")} WHERE false`);
  }
  return `CREATE VIEW ${dataset} AS ${selects.join(" UNION ALL ")}`;
}

function selectParquet(columns: readonly Column[], paths: readonly string[]): string {
  return `SELECT ${columns.map(({ name }) => name).join(", ")} ` +
    `FROM read_parquet(${fileList(paths)}, hive_partitioning = false)`;
}

/**
 * Lines are read as text and parsed by themselves: `read_json` gives up a whole file for one lone surrogate
 * (`\ud800`), which anybody can put into a request. Such a line's surrogates become `\ufffd`, but JSON columns keep
 * the line's own text. Control characters never stand in JSON text, so that no line is split or taken for null.
 */
function selectJsonl(columns: readonly Column[], paths: readonly string[]): string {
  const structure = JSON.stringify(Object.fromEntries(
    columns.filter(({ type }) => type !== "json").map(({ name, type }) => [name, SQL_TYPES[type]]),
  ));
  const list = columns.map(({ name, type }) =>
    (type === "json" ? `${MEMBER_TEXT}(line, ${quote(name)})` : `event.${name}`) + ` AS ${name}`
  );
  const sound = "CASE WHEN json_valid(line) THEN line ELSE " +
    String.raw`regexp_replace(line, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '\\ufffd', 'g') END`;
  return `SELECT ${list.join(", ")} FROM (SELECT line, from_json(${sound}, ${
    quote(structure)
  }) AS event ` +
    `FROM read_csv(${fileList(paths)}, columns = {line: 'VARCHAR'}, auto_detect = false, ` +
    String
      .raw`header = false, delim = '\x01', nullstr = '\x02', quote = '', escape = '', comment = '', ` +
    String.raw`new_line = '\n', compression = 'gzip', max_line_size = ${JSON_LINE_BYTES_MAX}, ` +
    "hive_partitioning = false))";
}

/** Names are patterns to DuckDB. */
function fileList(paths: readonly string[]): string {
  return `[${paths.map((path) => quote(escapeGlob(path))).join(", ")}]`;
}

/**
 * S3's events with what an auditor asks of them in columns of their own, named as CloudTrail names them.
 * A member of JSON text that DuckDB refuses (a lone surrogate) is null rather than the query's end.
 */
export const S3_EVENTS_VIEW = `CREATE VIEW cloudtrail_s3_events_flattened AS SELECT ${
  S3_VIEW_COLUMNS.map((column) => `${s3Expression(column)} AS "${column.name}"`).join(", ")
} FROM events WHERE event_source = ${quote(S3_VIEW_SOURCE)}`;

function s3Expression({ column, member, isNumber }: S3ViewColumn): string {
  if (member === undefined) return column;
  const text = `TRY(json_extract_string(${column}, ${quote(`$."${member}"`)}))`;
  return isNumber ? `TRY_CAST(${text} AS DOUBLE)::BIGINT` : text;
}
