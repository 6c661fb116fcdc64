import { DuckDBDecimalValue, DuckDBIntervalValue, type DuckDBValue } from "@duckdb/node-api";
import type { Formatter } from "./formatter.ts";
import { cellText, isNumeric, jsonObject } from "./value_text.ts";

/** One JSON object a line, as alerts are written too: a result of any size can be read as it comes. */
export class JsonFormatter implements Formatter {
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  rows(rows: readonly (readonly DuckDBValue[])[]): string {
    return rows.map((row) =>
      `${jsonObject(this.#names.map((name, c) => [name, row[c]] as const))}\n`
    ).join("");
  }

  end(): string {
    return "";
  }
}

/** A spreadsheet takes a cell that starts so for a formula (OWASP, "CSV Injection"). */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;

/**
 * CSV (RFC 4180, lines end in LF) with a header. An empty field is null, `""` an empty string. Text that a
 * spreadsheet would run as a formula gets an apostrophe in front: anyone can put a formula into a user
 * agent. Numbers are left alone.
 */
export class CsvFormatter implements Formatter {
  readonly #header: string;
  #isBegun = false;

  constructor(names: readonly string[]) {
    this.#header = `${names.map(csvText).join(",")}\n`;
  }

  rows(rows: readonly (readonly DuckDBValue[])[]): string {
    const lines = rows.map((row) => `${row.map(csvField).join(",")}\n`).join("");
    return this.#begin() + lines;
  }

  end(): string {
    return this.#begin();
  }

  #begin(): string {
    const header = this.#isBegun ? "" : this.#header;
    this.#isBegun = true;
    return header;
  }
}

function csvField(value: DuckDBValue): string {
  const text = cellText(value);
  if (text === null) return "";
  return isNumber(value) ? quoted(text) : csvText(text);
}

/** What may start with a minus and is no text of an event, as bytes and members of unions can be. */
function isNumber(value: DuckDBValue): boolean {
  return isNumeric(value) || value instanceof DuckDBDecimalValue ||
    value instanceof DuckDBIntervalValue;
}

function csvText(text: string): string {
  return quoted(FORMULA_START.test(text) ? `'${text}` : text);
}

function quoted(text: string): string {
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
