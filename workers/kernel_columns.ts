import {
  boolColumn,
  type ByteColumn,
  EVENT_COLUMNS,
  gapOf,
  type TableWriter,
} from "../parquet/mod.ts";
import { LIMITS } from "../core/limits.ts";
import { type RowColumns, SLOT_COLUMNS, type SlotKind } from "./row_columns.ts";
import type { ScannedRecord } from "./scanned_record.ts";
import { kernel, MEMORY } from "./kernel_tables.ts";
import { moveIntoKernel, spansInKernel } from "./kernel_scan.ts";

const KINDS: Readonly<Record<SlotKind, number>> = { text: 0, json: 1, bool: 2, copy: 3 };
/** Numbers of an entry in the table of a row's columns. */
const ENTRY_NUMBERS = 3;

const TEXT = kernel.text();
const TEXT_BYTES_MAX = kernel.textBytesMax();

/**
 * Bytes that columns may hold for one byte of a record: its JSON, the copy of a member, in `extra` the value of a field
 * that came twice, and what a short one adds, as an id and the name of its object.
 */
const HELD_FACTOR = 4;

/**
 * A row may have every column move to twice the room. How much these hold was measured before at most two records of
 * the largest size: that many bytes may have come since, the row's own among them.
 */
const FREE_BYTES_MIN = 2 *
  (LIMITS.partBytesMax + 2 * HELD_FACTOR * LIMITS.kernelRecordBytesMax);

const LEFT = new Int32Array(MEMORY.buffer, kernel.left(), SLOT_COLUMNS.length);

/** The kernel's columns, by their places in EVENT_COLUMNS. */
const COLUMNS = makeColumns();

function makeColumns(): number[] {
  kernel.setRowsMax(LIMITS.partRowsMax);
  const columns = EVENT_COLUMNS.map((column) => kernel.addColumn(gapOf(column)));
  const table = new Int32Array(
    MEMORY.buffer,
    kernel.rowTable(),
    SLOT_COLUMNS.length * ENTRY_NUMBERS + 1,
  );
  table.set(SLOT_COLUMNS.flatMap(({ index, slot, kind }) => [slot, KINDS[kind], columns[index]]));
  table[table.length - 1] = -1;
  return columns;
}

/** Those that store no slot. */
const OTHERS = COLUMNS.filter((_, index) => SLOT_COLUMNS.every((column) => column.index !== index));
const NULL = -1;

/** Whose rows the kernel's columns hold. */
let owner: KernelColumns | null = null;

const encoder = new TextEncoder();

/**
 * Columns in the kernel's memory: there can be only one set of them in an isolate. Records of up to
 * `LIMITS.kernelRecordBytesMax`, and at most `LIMITS.partRowsMax` rows, fit.
 */
export class KernelColumns implements RowColumns {
  /** The text that each column was given last, and its number. */
  readonly #lastTexts: (string | null)[] = EVENT_COLUMNS.map(() => null);
  readonly #lastCodes = new Int32Array(EVENT_COLUMNS.length);

  constructor() {
    this.clear();
  }

  get isFull(): boolean {
    return kernel.freeBytes() < FREE_BYTES_MIN;
  }

  get byteLength(): number {
    return kernel.heldBytes();
  }

  setRow(row: number, record: ScannedRecord): ArrayLike<number> {
    if (owner !== this) throw new Error("the kernel's columns were taken over by others");
    const { batch, index, isSpaced } = record;
    for (let i = 0; i < OTHERS.length; i++) kernel.setCode(OTHERS[i], row, NULL);
    const spans = batch.isInKernel ? spansInKernel(index) : moveIntoKernel(batch, index);
    const count = kernel.setRow(spans, row, isSpaced ? 1 : 0);
    return count === 0 ? NONE : LEFT.subarray(0, count);
  }

  setString(row: number, index: number, text: string): void {
    const column = COLUMNS[index];
    if (text !== this.#lastTexts[index]) {
      const { read, written } = encoder.encodeInto(
        text,
        MEMORY.subarray(TEXT, TEXT + TEXT_BYTES_MAX),
      );
      if (read < text.length) throw new RangeError(`A text of ${text.length} units is too long`);
      kernel.setText(column, row, TEXT, TEXT + written);
      this.#lastTexts[index] = text;
      this.#lastCodes[index] = kernel.lastCode(column);
    } else kernel.setCode(column, row, this.#lastCodes[index]);
  }

  setInteger(row: number, index: number, value: number): void {
    kernel.setInteger(COLUMNS[index], row, value);
  }

  write(writer: TableWriter, rows: Uint32Array): void {
    writer.writeRows(this.columns(), rows);
  }

  /** All columns, with as many rows as there may be; valid until `clear`. */
  columns(): ByteColumn[] {
    return EVENT_COLUMNS.map((column, index) => {
      const at = COLUMNS[index];
      const codes = new Int32Array(MEMORY.buffer, kernel.codesOf(at), LIMITS.partRowsMax);
      if (column.type === "bool") return boolColumn(codes);
      const count = kernel.finishColumn(at);
      const bytes = new Uint8Array(MEMORY.buffer, kernel.bytesOf(at), kernel.lengthOf(at));
      const view = new DataView(MEMORY.buffer, bytes.byteOffset, bytes.length);
      const starts = new Uint32Array(MEMORY.buffer, kernel.startsOf(at), count + 1);
      // Numbers are not looked up.
      const gap = gapOf(column);
      return { codes, bytes, view, starts, gap, areDistinct: gap === 4 && !kernel.isPlain(at) };
    });
  }

  clear(): void {
    owner = this;
    kernel.clearColumns();
    this.#lastTexts.fill(null);
  }
}

const NONE: readonly number[] = [];
