/**
 * The lake's tables as JSON lines: gzip, one row a line, columns under the same names and in the same order. What is
 * null is left out; times are ISO 8601 in UTC, as CloudTrail writes them; JSON columns are JSON, in the source's own
 * text.
 */
import { compactJson, objectMembers } from "../core/json_text.ts";
import { TrailsieveError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Column } from "./columns.ts";
import { TableWriter } from "./encode.ts";
import { type ColumnValues, type TableFile, TableReader } from "./read.ts";

/** Characters of lines that are compressed, or of values that become a row group, at a time. */
const TEXT_MAX = 4 * 1024 * 1024;
const ROW_GROUP_TEXT_MAX = 16 * 1024 * 1024;

const LINE_END = 0x0a;

/**
 * The same rows as JSON lines. Memory: the result, and one row group decoded.
 * @param file Parquet; throws TrailsieveError `corrupt` where it cannot be read
 */
export async function encodeJsonl(
  file: TableFile,
  columns: readonly Column[],
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = await TableReader.open(file);
  const gzip = new CompressionStream("gzip");
  const compressed = new Response(gzip.readable).arrayBuffer();
  const writer = gzip.writable.getWriter();
  const encoder = new TextEncoder();
  for (const { rowStart, rowCount } of reader.rowGroups) {
    const values: ColumnValues[] = [];
    for (const { name } of columns) {
      values.push(await reader.readColumn(name, rowStart, rowStart + rowCount));
    }
    let text = "";
    for (let row = 0; row < rowCount; row++) {
      text += lineOf(columns, values, row);
      if (text.length < TEXT_MAX && row < rowCount - 1) continue;
      await writer.write(encoder.encode(text));
      text = "";
    }
  }
  await writer.close();
  return new Uint8Array(await compressed);
}

/**
 * The same rows as a Parquet file, so that they can be merged. Memory: the result, and the text of one row group.
 * Throws TrailsieveError `corrupt` where the file is no such lines.
 */
export async function decodeJsonl(
  file: Uint8Array,
  columns: readonly Column[],
): Promise<Uint8Array<ArrayBuffer>> {
  const table = new TableWriter(columns);
  let rows = new RowGroup(columns);
  try {
    for await (const line of linesOf(file)) {
      rows.add(line);
      if (rows.textLength < ROW_GROUP_TEXT_MAX && rows.count < LIMITS.rowGroupRowsMax) continue;
      table.writeRowGroup(rows.values, rows.count);
      rows = new RowGroup(columns);
    }
    table.writeRowGroup(rows.values, rows.count);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new TrailsieveError("corrupt", `Cannot read JSON lines: ${reason}`, { cause });
  }
  return table.finish();
}

function lineOf(columns: readonly Column[], values: readonly ColumnValues[], row: number): string {
  let line = "";
  for (let i = 0; i < columns.length; i++) {
    const value = values[i][row];
    if (value === null) continue;
    line += `${line === "" ? "{" : ","}"${columns[i].name}":${textOf(columns[i], value)}`;
  }
  return line === "" ? "{}\n" : `${line}}\n`;
}

function textOf({ type }: Column, value: unknown): string {
  switch (type) {
    case "timestamp":
      return `"${new Date(value as number).toISOString().replace(".000Z", "Z")}"`;
    case "json":
      // A line must stay one.
      return /[\n\r]/.test(value as string) ? compactJson(value as string) : value as string;
    case "string":
      return JSON.stringify(value);
    case "bool":
    case "int64":
      return String(value);
    default:
      throw type satisfies never;
  }
}

/** Rows that become a row group. */
class RowGroup {
  readonly values: ColumnValues[];
  count = 0;
  textLength = 0;
  readonly #columns: readonly Column[];
  readonly #places: ReadonlyMap<string, number>;

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.#places = new Map(columns.map(({ name }, place) => [name, place]));
    this.values = columns.map(() => []);
  }

  add(line: string): void {
    for (const column of this.values) column.push(null);
    for (const { name, text } of objectMembers(line)) {
      const place = this.#places.get(name);
      if (place === undefined) throw new Error(`there is no column ${JSON.stringify(name)}`);
      this.values[place][this.count] = valueOf(this.#columns[place], text);
    }
    this.count++;
    this.textLength += line.length;
  }
}

function valueOf({ type, name }: Column, text: string): unknown {
  if (type === "json") return text;
  const value = JSON.parse(text);
  if (type !== "timestamp") return value;
  const timeMs = Date.parse(value);
  if (Number.isNaN(timeMs)) throw new Error(`${name} is no time: ${text.slice(0, 100)}`);
  return timeMs;
}

/** The lines of a gzip file; the last one must be ended too. */
async function* linesOf(file: Uint8Array): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
  const inflated = new Blob([file as Uint8Array<ArrayBuffer>]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  let begun: Uint8Array[] = [];
  for await (const chunk of inflated) {
    const end = chunk.lastIndexOf(LINE_END) + 1;
    if (end === 0) {
      begun.push(chunk);
      continue;
    }
    const text = begun.map((piece) => decoder.decode(piece, { stream: true })).join("") +
      decoder.decode(chunk.subarray(0, end));
    begun = end < chunk.length ? [chunk.subarray(end)] : [];
    for (let from = 0; from < text.length;) {
      const to = text.indexOf("\n", from);
      yield text.slice(from, to);
      from = to + 1;
    }
  }
  if (begun.length > 0) throw new Error("the last line does not end");
}
