/** SQL over the lake; the only room with DuckDB. */
export { type QueryFormat, type QueryOptions, type QuerySummary, runQuery } from "./query.ts";
