import type { DuckDBValue } from "@duckdb/node-api";
import { CsvFormatter, JsonFormatter } from "./format_lines.ts";
import { TableFormatter } from "./format_table.ts";
import type { Formatter } from "./formatter.ts";
import { translateError } from "./duckdb_error.ts";
import { type LakeExtent, openLake } from "./open_lake.ts";

/** How rows are written: a table for people, one JSON object a line, or CSV. */
export type QueryFormat = "table" | "json" | "csv";

/** What to ask of which lake, and where the answer goes. */
export interface QueryOptions {
  /** `file:///folder/` or `s3://bucket/prefix/`. */
  readonly lakeUrl: string;
  /** One SELECT over `events`, `activity` and `cloudtrail_s3_events_flattened`, in DuckDB's SQL. */
  readonly sql: string;
  /** Values by name that the SQL reads as `getvariable('name')`; default none. */
  readonly variables?: ReadonlyMap<string, DuckDBValue>;
  readonly format: QueryFormat;
  /** The environment, of which `AWS_*` counts, for a lake in S3. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Columns of the terminal, which a table fits. */
  readonly width: number;
  /** Takes the result's text, piece by piece; the next piece waits for it. */
  write(text: string): Promise<void> | void;
  /** Interrupts the query, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a query gave and saw. */
export interface QuerySummary extends LakeExtent {
  readonly rows: number;
}

/**
 * Runs one SELECT over a lake and writes its rows as they come. The query can change nothing and read
 * nothing but the lake. Throws TrailsieveError `usage` with DuckDB's sentence where the SQL is wrong,
 * `corrupt` or `unreachable` where a file of the lake cannot be read, and what `openLake` throws.
 */
export async function runQuery(options: QueryOptions): Promise<QuerySummary> {
  const { sql, format, width, signal, variables = new Map() } = options;
  signal?.throwIfAborted();
  await using lake = await openLake({ ...options, variables });
  let rows = 0;
  // What the reader of the rows throws is not the query's failure, and passes as it is.
  let writeFailure: { readonly error: unknown } | null = null;
  const write = async (text: string) => {
    try {
      await options.write(text);
    } catch (error) {
      writeFailure = { error };
      throw error;
    }
  };
  try {
    const result = await lake.connection.stream(sql);
    const formatter = formatterOf(format, result.deduplicatedColumnNames(), width);
    for await (const batch of result.yieldRows()) {
      rows += batch.length;
      await write(formatter.rows(batch));
      signal?.throwIfAborted();
    }
    await write(formatter.end());
  } catch (error) {
    signal?.throwIfAborted();
    if (writeFailure !== null) throw error;
    throw translateError(error, options.lakeUrl);
  }
  return { rows, ...lake.extent };
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
