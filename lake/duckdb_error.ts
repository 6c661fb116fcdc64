import { TrailsieveError } from "../core/errors.ts";

/**
 * DuckDB's error as ours: `denied` or `unreachable` where a store refused or did not answer, `corrupt` where
 * a file of the lake is no Parquet, else `usage` with DuckDB's own sentence, which points at the place.
 */
export function translateError(error: unknown, lakeUrl: string): unknown {
  if (error instanceof TrailsieveError) return error;
  const sentence = (error instanceof Error ? error.message : String(error))
    .replace(/^Failed to extract statements: /, "").trimEnd();
  const options = { cause: error, object: lakeUrl };
  // What follows the first line quotes the query, which may say anything.
  const [headline] = sentence.split("\n");
  if (/^(IO|HTTP) Error/.test(headline)) {
    const code = /HTTP 40[13]|Forbidden|Permission denied/.test(headline)
      ? "denied"
      : "unreachable";
    return new TrailsieveError(code, `Cannot read the lake ${lakeUrl}: ${sentence}`, options);
  }
  if (/^Invalid Input Error: .*(magic bytes|[Cc]orrupt|too small to be a Parquet)/.test(headline)) {
    return new TrailsieveError("corrupt", `Cannot read the lake ${lakeUrl}: ${sentence}`, {
      ...options,
      advice: "stop",
    });
  }
  return new TrailsieveError("usage", `Cannot run the query: ${sentence}`, options);
}
