import type { DuckDBValue } from "@duckdb/node-api";

/** Turns the rows of a result into text, a batch at a time. */
export interface Formatter {
  /** The text of further rows. */
  rows(rows: readonly (readonly DuckDBValue[])[]): string;
  /** What comes behind the last row. */
  end(): string;
}
