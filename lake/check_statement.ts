import type { DuckDBConnection } from "@duckdb/node-api";
import { TrailsieveError } from "../core/errors.ts";

/** What DuckDB's `json_serialize_sql` says of a text. */
interface Parsed {
  readonly error: boolean;
  readonly error_type?: string;
  readonly statements?: readonly unknown[];
}

/**
 * Accepts one statement that only reads. Within an allowed folder DuckDB's lock lets COPY and ATTACH write,
 * and EXPORT DATABASE makes its folder when it is merely prepared; so the text goes through DuckDB's parser
 * alone, by a function that takes nothing but SELECT. Throws TrailsieveError `usage`, or DuckDB's own error
 * where the text is no SQL.
 */
export async function checkStatement(connection: DuckDBConnection, sql: string): Promise<void> {
  const reader = await connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR)", [sql]);
  const parsed: Parsed = JSON.parse(reader.value(0, 0) as string);
  // What does not parse cannot run either, and this gives the sentence that points at the place.
  if (parsed.error && parsed.error_type === "parser") await connection.extractStatements(sql);
  const count = parsed.error ? null : parsed.statements?.length ?? 0;
  if (count === 1) return;
  if (count === 0) {
    throw new TrailsieveError("usage", "Cannot run the query: it is empty", {
      hint: 'Try query "SELECT event_name, count(*) FROM events GROUP BY 1 ORDER BY 2 DESC"',
    });
  }
  throw new TrailsieveError("usage", "Cannot run the query: it is not one SELECT statement", {
    hint: "The lake is only read: SELECT, WITH, DESCRIBE, SHOW TABLES and SUMMARIZE are allowed",
  });
}
