/** Values on their way into columns. */

/** Rows of one statement, and about how many bytes of text. */
const ROWS_MAX = 1000;
const TEXT_BYTES_MAX = 1024 * 1024;

/** Longest text kept of an error, in characters. */
const ERROR_CHARS_MAX = 1000;

/** Postgres refuses NUL in text; it becomes U+FFFD, as in every text that cannot be kept as it is. */
export function cleanText(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\uFFFD") : text;
}

/** An error's sentence, clean and cut. */
export function errorText(text: string): string {
  return cleanText(text.length > ERROR_CHARS_MAX ? `${text.slice(0, ERROR_CHARS_MAX)}…` : text);
}

/**
 * Cuts rows into statements of at most 1,000 rows and about 1 MB of text.
 * @param textOf the long text of a row, where it has one
 */
export function* batches<T>(
  rows: Iterable<T>,
  textOf: (row: T) => string | null = () => null,
): Generator<readonly T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for (const row of rows) {
    const rowBytes = textOf(row)?.length ?? 0;
    if (batch.length > 0 && (batch.length === ROWS_MAX || bytes + rowBytes > TEXT_BYTES_MAX)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += rowBytes;
  }
  if (batch.length > 0) yield batch;
}
