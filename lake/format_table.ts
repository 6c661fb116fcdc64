import type { DuckDBValue } from "@duckdb/node-api";
import { cutToWidth, visibleText, widthOf } from "./cell_width.ts";
import type { Formatter } from "./formatter.ts";
import { cellText, isNumeric } from "./value_text.ts";

/** Rows by which the columns' widths are set; later rows are cut to them. */
const MEASURED_ROWS_MAX = 1000;
/** A column narrower than this says nothing: then each row is written as a list instead. */
const COLUMN_WIDTH_MIN = 12;
/** A cell longer than this is never shown whole, so no more of it is looked at. */
const CELL_UNITS_MAX = 4000;

const GAP = "  ";

/**
 * Rows as a table no wider than the terminal: long cells are cut with `…`, nulls are empty as in psql, and
 * what could steer the terminal is escaped. With too many columns to stand side by side each row becomes a
 * list of names and values.
 */
export class TableFormatter implements Formatter {
  readonly #names: readonly string[];
  readonly #width: number;
  #waiting: (readonly DuckDBValue[])[] = [];
  #widths: readonly number[] | null = null;
  #rightAligned: readonly boolean[] = [];
  #rowCount = 0;

  constructor(names: readonly string[], width: number) {
    this.#names = names.map(visibleText);
    this.#width = Math.max(width, 20);
  }

  rows(rows: readonly (readonly DuckDBValue[])[]): string {
    if (this.#widths !== null) return this.#render(rows);
    this.#waiting.push(...rows);
    return this.#waiting.length < MEASURED_ROWS_MAX ? "" : this.#begin();
  }

  end(): string {
    const head = this.#widths === null ? this.#begin() : "";
    return `${head}(${this.#rowCount} ${this.#rowCount === 1 ? "row" : "rows"})\n`;
  }

  #begin(): string {
    const rows = this.#waiting;
    this.#waiting = [];
    const wanted = this.#names.map((name, c) =>
      rows.reduce((max, row) => Math.max(max, widthOf(cell(row[c]))), widthOf(name))
    );
    this.#rightAligned = this.#names.map((_, c) =>
      rows.some((row) => isNumeric(row[c])) &&
      rows.every((row) => row[c] === null || isNumeric(row[c]))
    );
    this.#widths = fitWidths(wanted, this.#width - GAP.length * (wanted.length - 1));
    if (this.#widths.length === 0) return this.#render(rows);
    const head = this.#line(this.#names);
    const rule = this.#widths.map((width) => "─".repeat(width)).join(GAP);
    return `${head}${rule}\n${this.#render(rows)}`;
  }

  #render(rows: readonly (readonly DuckDBValue[])[]): string {
    const isList = this.#widths!.length === 0;
    return rows.map((row) => {
      this.#rowCount++;
      return isList ? this.#list(row) : this.#line(row.map(cell));
    }).join("");
  }

  #line(cells: readonly string[]): string {
    const padded = cells.map((text, c) => {
      const cut = cutToWidth(text, this.#widths![c]);
      const space = " ".repeat(this.#widths![c] - widthOf(cut));
      return this.#rightAligned[c] ? space + cut : cut + space;
    });
    return `${padded.join(GAP).trimEnd()}\n`;
  }

  #list(row: readonly DuckDBValue[]): string {
    const nameWidth = Math.min(
      Math.max(...this.#names.map(widthOf)),
      Math.floor(this.#width / 2),
    );
    const lines = row.map((value, c) => {
      const name = cutToWidth(this.#names[c], nameWidth);
      const text = cutToWidth(cell(value), this.#width - nameWidth - GAP.length);
      return `${name}${" ".repeat(nameWidth - widthOf(name))}${GAP}${text}`.trimEnd();
    });
    return `── row ${this.#rowCount} ──\n${lines.join("\n")}\n`;
  }
}

function cell(value: DuckDBValue): string {
  return visibleText((cellText(value) ?? "").slice(0, CELL_UNITS_MAX));
}

/** Widths that add up to the room at most: the widest columns give way first. Empty: there is no way. */
function fitWidths(wanted: readonly number[], room: number): number[] {
  const widths = [...wanted];
  let spare = room - widths.reduce((sum, width) => sum + width, 0);
  while (spare < 0) {
    const widest = Math.max(...widths);
    if (widest <= COLUMN_WIDTH_MIN) return [];
    const next = Math.max(COLUMN_WIDTH_MIN, ...widths.filter((width) => width < widest));
    const at = widths.flatMap((width, c) => width === widest ? [c] : []);
    const cutEach = Math.min(widest - next, Math.ceil(-spare / at.length));
    for (const c of at) widths[c] -= cutEach;
    spare += cutEach * at.length;
  }
  return widths;
}
