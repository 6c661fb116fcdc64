import { LIMITS } from "../core/limits.ts";
import { EVENT_COLUMNS, type TableWriter } from "../parquet/mod.ts";
import { type RowColumns, SLOT_COLUMNS } from "./row_columns.ts";
import type { ScannedRecord } from "./scanned_record.ts";

/**
 * Columns of any size as values of JavaScript, for records that are too large for the kernel's. A large text stays
 * where the scanner has it, so that rows must be written before it goes on.
 */
export class ValueColumns implements RowColumns {
  readonly isFull = false;
  byteLength = 0;
  #values: unknown[][] = EVENT_COLUMNS.map(() => []);

  /** Each column's values: numbers, booleans, strings, and large texts as UTF-8; null where absent. */
  get values(): readonly (readonly unknown[])[] {
    return this.#values;
  }

  setRow(row: number, record: ScannedRecord): number[] {
    const { batch, index, bytes, isSpaced } = record;
    const left: number[] = [];
    for (const column of this.#values) column[row] = null;
    SLOT_COLUMNS.forEach(({ index: place, slot, kind }, i) => {
      const start = record.start(slot);
      if (start < 0) return;
      const end = record.end(slot);
      const first = bytes[start];
      if (kind === "json") {
        if (first === 0x6e || isSpaced) left.push(i);
        else this.#setText(row, place, record, start, end);
      } else if (kind === "bool") {
        if (first === 0x74 || first === 0x66) this.#values[place][row] = first === 0x74;
        else left.push(i);
      } else if (first === 0x22) {
        if (batch.isEscaped(index, slot)) left.push(i);
        else this.#setText(row, place, record, start + 1, end - 1);
      } else if (kind === "text") left.push(i);
    });
    return left;
  }

  setString(row: number, index: number, text: string): void {
    this.#values[index][row] = text;
    this.byteLength += text.length;
  }

  setInteger(row: number, index: number, value: number): void {
    this.#values[index][row] = value;
  }

  write(writer: TableWriter, rows: Uint32Array): void {
    const picked = this.#values.map((column) => Array.from(rows, (row) => column[row]));
    writer.writeRowGroup(picked, rows.length);
  }

  clear(): void {
    this.#values = EVENT_COLUMNS.map(() => []);
    this.byteLength = 0;
  }

  #setText(row: number, index: number, record: ScannedRecord, start: number, end: number): void {
    const isLarge = end - start >= LIMITS.largeRecordBytes;
    this.#values[index][row] = isLarge
      ? record.bytes.subarray(start, end)
      : record.slice(start, end);
    this.byteLength += end - start;
  }
}
