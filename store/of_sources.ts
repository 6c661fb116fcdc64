import { sql } from "kysely";

/**
 * SQL: whether the source's URL in this column is one of these or lies below one: who reads `s3://bucket/` can read
 * what a run over `s3://bucket/AWSLogs/` has planned, and if that run is gone nobody else does.
 * @param sourceUrls each ends in a slash; undefined means all
 */
export function isOfSources(column: string, sourceUrls: readonly string[] | undefined) {
  if (sourceUrls === undefined) return sql`true`;
  return sql`exists (select from unnest(${[...sourceUrls]}::text[]) as of_source(url)
    where starts_with(${sql.ref(column)}, of_source.url))`;
}
