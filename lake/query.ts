import { checkStatement } from "./check_statement.ts";
import { CsvFormatter, JsonFormatter } from "./format_lines.ts";
import { TableFormatter } from "./format_table.ts";
import type { Formatter } from "./formatter.ts";
import { translateError } from "./duckdb_error.ts";
import { openLake } from "./open_lake.ts";

/** How rows are written: a table for people, one JSON object a line, or CSV. */
export type QueryFormat = "table" | "json" | "csv";

/** What to ask of which lake, and where the answer goes. */
export interface QueryOptions {
  /** `file:///folder/` or `s3://bucket/prefix/`. */
  readonly lakeUrl: string;
  /** One SELECT over `events`, `activity` and `cloudtrail_s3_events_flattened`, in DuckDB's SQL. */
  readonly sql: string;
  readonly format: QueryFormat;
  /** The environment; read for S3's access key, region and endpoint only. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Columns of the terminal, which a table fits. */
  readonly width: number;
  /** Takes the result's text, piece by piece; the next piece waits for it. */
  write(text: string): Promise<void> | void;
  /** Interrupts the query, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a query saw. */
export interface QuerySummary {
  readonly rows: number;
  /** End of the last event hour that the lake has a file of, ms since the epoch; null if it is empty. */
  readonly seenUntilMs: number | null;
}

/**
 * Runs one SELECT over a lake and writes its rows as they come. The query can change nothing and read
 * nothing but the lake. Throws TrailsieveError `usage` with DuckDB's sentence where the SQL is wrong,
 * `corrupt` or `unreachable` where a file of the lake cannot be read, and what `openLake` throws.
 */
export async function runQuery(options: QueryOptions): Promise<QuerySummary> {
  const { sql, format, width, signal } = options;
  signal?.throwIfAborted();
  using lake = await openLake(options.lakeUrl, options.env);
  const { connection } = lake;
  const interrupt = () => connection.interrupt();
  signal?.addEventListener("abort", interrupt, { once: true });
  let rows = 0;
  try {
    await checkStatement(connection, sql);
    const result = await connection.stream(sql);
    const formatter = formatterOf(format, result.deduplicatedColumnNames(), width);
    for await (const batch of result.yieldRows()) {
      rows += batch.length;
      await options.write(formatter.rows(batch));
      signal?.throwIfAborted();
    }
    await options.write(formatter.end());
  } catch (error) {
    signal?.throwIfAborted();
    throw translateError(error, options.lakeUrl);
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
  return { rows, seenUntilMs: lake.seenUntilMs };
}

function formatterOf(format: QueryFormat, names: readonly string[], width: number): Formatter {
  switch (format) {
    case "table":
      return new TableFormatter(names, width);
    case "json":
      return new JsonFormatter(names);
    case "csv":
      return new CsvFormatter(names);
    default:
      throw format satisfies never;
  }
}
