import { boolColumn, type ByteColumn, gapOf } from "./byte_column.ts";
import type { Column } from "./columns.ts";
import { ValueBytes } from "./value_bytes.ts";
import { areEqual, ValueTable } from "./value_table.ts";

/** Values after which a column is judged for the first time; then each time it has twice as many. */
const FIRST_JUDGED = 128;
/** With a greater share of distinct values, looking each one up costs more than it spares. */
const DISTINCT_SHARE_MAX = 0.7;

const FIRST_ROWS = 1024;
/** Characters of a text that is remembered, to be told from the next one without its bytes. */
const KEPT_TEXT_MAX = 4096;
const encoder = new TextEncoder();

/**
 * Builds a column row by row, as bytes: no value becomes one of JavaScript. A value that comes again is stored once,
 * as long as many do. Made for use again after `clear`, since new room for each part of rows would be garbage.
 */
export class ColumnBuilder {
  readonly #isBool: boolean;
  readonly #values: ValueBytes;
  readonly #table: ValueTable;
  #codes = new Int32Array(FIRST_ROWS).fill(-1);
  /** Whether most values are new, so that none is looked up any more. */
  #isPlain = false;
  #added = 0;
  #judgedAt = FIRST_JUDGED;
  /** The number of the value that came last, which most often comes again. */
  #last = -1;
  #lastText: string | null = null;
  #lastTextCode = -1;

  constructor(column: Column) {
    this.#isBool = column.type === "bool";
    this.#values = new ValueBytes(gapOf(column));
    this.#table = new ValueTable(this.#values);
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#values.byteLength;
  }

  /** Sets a row's text to the UTF-8 between two positions. @param view the same bytes */
  setText(row: number, bytes: Uint8Array, view: DataView, start: number, end: number): void {
    this.#setCode(row, this.#codeOf(bytes, view, start, end));
  }

  /** Sets a row's text. */
  setString(row: number, text: string): void {
    if (text !== this.#lastText) {
      const bytes = encoder.encode(text);
      this.#lastTextCode = this.#codeOf(bytes, new DataView(bytes.buffer), 0, bytes.length);
      this.#lastText = text.length <= KEPT_TEXT_MAX ? text : null;
    }
    this.#setCode(row, this.#lastTextCode);
  }

  /** Sets a row's whole number within 2 ** 53. */
  setInteger(row: number, value: number): void {
    const at = this.#values.add(8);
    const high = Math.floor(value / 2 ** 32);
    this.#values.view.setInt32(at + 4, high, true);
    this.#values.view.setUint32(at, value - high * 2 ** 32, true);
    this.#setCode(row, this.#values.count - 1);
  }

  setBool(row: number, value: boolean): void {
    this.#setCode(row, value ? 1 : 0);
  }

  /** What was not set is null too. */
  setNull(row: number): void {
    this.#setCode(row, -1);
  }

  /** The column of so many rows; valid until `clear`. */
  column(rowCount: number): ByteColumn {
    this.#reserve(rowCount);
    const codes = this.#codes.subarray(0, rowCount);
    if (this.#isBool) return boolColumn(codes);
    const { values } = this.#values;
    // Numbers are not looked up.
    return { codes, ...values, areDistinct: values.gap === 4 && !this.#isPlain };
  }

  /** Forgets all rows. */
  clear(): void {
    this.#codes.fill(-1);
    this.#values.clear();
    this.#table.clear();
    this.#isPlain = false;
    this.#added = 0;
    this.#judgedAt = FIRST_JUDGED;
    this.#last = -1;
    this.#lastText = null;
  }

  #codeOf(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const values = this.#values;
    const last = this.#last;
    if (last >= 0) {
      const from = values.start(last);
      const size = end - start;
      if (values.end(last) - from === size && areEqual(values.view, from, view, start, size)) {
        this.#added++;
        return last;
      }
    }
    if (this.#isPlain) return this.#last = values.append(bytes, start, end);
    if (++this.#added >= this.#judgedAt) {
      this.#isPlain = values.count > this.#added * DISTINCT_SHARE_MAX;
      this.#judgedAt *= 2;
    }
    return this.#last = this.#table.addBytes(bytes, view, start, end);
  }

  #setCode(row: number, code: number): void {
    if (row >= this.#codes.length) this.#reserve(row + 1);
    this.#codes[row] = code;
  }

  #reserve(rows: number): void {
    if (rows <= this.#codes.length) return;
    const codes = new Int32Array(Math.max(rows, this.#codes.length * 2)).fill(-1);
    codes.set(this.#codes);
    this.#codes = codes;
  }
}
