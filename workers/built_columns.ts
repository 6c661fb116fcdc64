import { type ByteColumn, ColumnBuilder, EVENT_COLUMNS } from "../parquet/mod.ts";
import { type RowColumns, SLOT_COLUMNS } from "./row_columns.ts";
import type { ScannedRecord } from "./scanned_record.ts";

/** Columns of any size, for records that are too large for the kernel's. */
export class BuiltColumns implements RowColumns {
  readonly isFull = false;
  readonly #columns = EVENT_COLUMNS.map((column) => new ColumnBuilder(column));

  get byteLength(): number {
    return this.#columns.reduce((sum, column) => sum + column.byteLength, 0);
  }

  setRow(row: number, record: ScannedRecord): number[] {
    const { batch, index, bytes, view, isSpaced } = record;
    const left: number[] = [];
    SLOT_COLUMNS.forEach(({ index: place, slot, kind }, i) => {
      const start = record.start(slot);
      if (start < 0) return;
      const end = record.end(slot);
      const first = bytes[start];
      const column = this.#columns[place];
      if (kind === "json") {
        if (first === 0x6e || isSpaced) left.push(i);
        else column.setText(row, bytes, view, start, end);
      } else if (kind === "bool") {
        if (first === 0x74 || first === 0x66) column.setBool(row, first === 0x74);
        else left.push(i);
      } else if (first === 0x22) {
        if (batch.isEscaped(index, slot)) left.push(i);
        else column.setText(row, bytes, view, start + 1, end - 1);
      } else if (kind === "text") left.push(i);
    });
    return left;
  }

  setString(row: number, index: number, text: string): void {
    this.#columns[index].setString(row, text);
  }

  setInteger(row: number, index: number, value: number): void {
    this.#columns[index].setInteger(row, value);
  }

  columns(rowCount: number): ByteColumn[] {
    return this.#columns.map((column) => column.column(rowCount));
  }

  clear(): void {
    for (const column of this.#columns) column.clear();
  }
}
