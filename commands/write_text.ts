const encoder = new TextEncoder();

/** Nobody reads the output any more, as behind `| head`: the program ends, and nothing went wrong. */
export class ReaderGone extends Error {}

/** Writes text to a stream that stays open. Throws {@linkcode ReaderGone} where its other end is closed. */
export async function writeText(
  stream: WritableStream<Uint8Array>,
  text: string,
): Promise<void> {
  const writer = stream.getWriter();
  try {
    await writer.write(encoder.encode(text));
  } catch (error) {
    throw error instanceof Deno.errors.BrokenPipe ? new ReaderGone() : error;
  } finally {
    writer.releaseLock();
  }
}

/** Columns side by side, each as wide as its widest cell; the first row is the heading. */
export function formatColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    `${row.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd()}\n`
  ).join("");
}

/** Makes control characters visible, so that a rule or an event cannot write to the terminal. */
export function plainText(text: string): string {
  return text.replaceAll(
    /\p{Cc}/gu,
    (unit) => `\\x${unit.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** `1 rule`, `2 rules`. */
export function formatNumber(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
