import { Buffer } from "node:buffer";
import { sha256Hex } from "../core/ids.ts";
import { canonicalJson } from "../core/json_text.ts";
import { EVENT_COLUMNS, type TableWriter } from "../parquet/mod.ts";
import { FIELD, type RecordField } from "./record_fields.ts";
import { type RowColumns, SLOT_COLUMNS, type SlotColumn } from "./row_columns.ts";
import type { OddField } from "./record_batch.ts";
import { RECURRING_BYTES_MAX, type ScannedRecord } from "./scanned_record.ts";

const [EVENT_TIME, EVENT_ID, EXTRA, SOURCE_OBJECT] = [
  "event_time",
  "event_id",
  "extra",
  "source_object",
].map((name) => EVENT_COLUMNS.findIndex((column) => column.name === name));

/** A lone surrogate, which UTF-8 cannot hold: such a string is kept as JSON text in `extra` too. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** How the id begins of an event whose record gives none. */
const MADE_ID_START = "sha256:";
const MADE_ID_BYTES = Buffer.from(MADE_ID_START);

const [QUOTE, N] = [0x22, 0x6e];

/** A bit for each JSON column, by its place in EVENT_COLUMNS. */
const NULL_BITS = EVENT_COLUMNS.map(({ type }, index) =>
  type === "json" ? 1 << EVENT_COLUMNS.slice(0, index).filter((c) => c.type === "json").length : 0
);

/** What an event lacked that had one odd field: neighbours often lack the same. */
interface OddExtra {
  readonly name: string;
  readonly value: string;
  /** Bits of the JSON columns that are `null`. */
  readonly nulls: number;
  readonly text: string;
}

/** Events as columns, in the order of EVENT_COLUMNS: their bytes are copied from the log file, and texts not made. */
export class EventColumns {
  readonly #columns: RowColumns;
  #rowCount = 0;
  /** What events lack that only lack JSON columns which are `null`, by these columns' bits. */
  readonly #nullTexts: string[] = [];

  #lastOdd: OddExtra | null = null;

  /** @param columns empty ones */
  constructor(columns: RowColumns) {
    this.#columns = columns;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Whether what they hold must be taken before another event comes. */
  get isFull(): boolean {
    return this.#columns.isFull;
  }

  /** Bytes held, as a measure of memory. */
  get byteLength(): number {
    return this.#columns.byteLength;
  }

  /** Writes some of the events, in the order given, as a row group. */
  write(writer: TableWriter, rows: Uint32Array): void {
    this.#columns.write(writer, rows);
  }

  /** Forgets all events. */
  clear(): void {
    this.#columns.clear();
    this.#rowCount = 0;
  }

  /**
   * Appends one event. Nothing of the record is lost: what its column cannot give back exactly, and every
   * field without a column, goes to `extra` under its own name.
   * @param timeMs its `eventTime`
   * @param sourceObject the URI of the log file
   */
  append(record: ScannedRecord, timeMs: number, sourceObject: string): void {
    const columns = this.#columns;
    const row = this.#rowCount++;
    const left = columns.setRow(row, record);
    columns.setInteger(row, EVENT_TIME, timeMs);
    columns.setString(row, SOURCE_OBJECT, sourceObject);
    if (!hasOwnId(record)) columns.setString(row, EVENT_ID, eventIdOf(record));
    // Most events lack nothing but what is `null` for JSON.
    const { odd } = record;
    let isUsual = isUsualOdd(odd) && isPlainTime(record) && isExactId(record);
    let nulls = 0;
    for (let i = 0; i < left.length; i++) {
      const { index, slot, kind } = SLOT_COLUMNS[left[i]];
      const start = record.start(slot);
      if (kind === "json" && record.bytes[start] === N) nulls |= NULL_BITS[index];
      else isUsual = this.#setLeft(row, SLOT_COLUMNS[left[i]], record) && isUsual;
    }
    if (!isUsual) columns.setString(row, EXTRA, extraOf(record, left));
    else if (odd.length > 0) columns.setString(row, EXTRA, this.#oddText(record, nulls, left));
    else if (nulls !== 0) columns.setString(row, EXTRA, this.#nullTexts[nulls] ??= nullText(nulls));
  }

  /** The same as `extraOf`, of a record that lacks one odd field and JSON columns that are `null`. */
  #oddText(record: ScannedRecord, nulls: number, left: ArrayLike<number>): string {
    const [{ name, start, end }] = record.odd;
    const value = record.recurringSlice(start, end);
    const last = this.#lastOdd;
    if (last?.value === value && last.name === name && last.nulls === nulls) return last.text;
    const text = extraOf(record, left);
    this.#lastOdd = { name, value, nulls, text };
    return text;
  }

  /** Sets a column that does not hold its value as it is written. @returns whether it holds the value */
  #setLeft(row: number, { index, slot, kind }: SlotColumn, record: ScannedRecord): boolean {
    const [start, end] = [record.start(slot), record.end(slot)];
    const first = record.bytes[start];
    if (kind === "json" && first !== N) {
      this.#columns.setString(row, index, record.compactSlice(start, end));
      return true;
    }
    if (kind === "bool" || first !== QUOTE) return false;
    const text = record.stringAt(start, end)!;
    this.#columns.setString(row, index, text);
    return kind === "copy" || !LONE_SURROGATE.test(text);
  }
}

/** Whether a record has no odd fields, or a short one that it has once. */
function isUsualOdd(odd: readonly OddField[]): boolean {
  if (odd.length !== 1) return odd.length === 0;
  const [{ name, start, end }] = odd;
  return end - start <= RECURRING_BYTES_MAX && !(name in FIELD);
}

/** What of a record its columns cannot give back, as the text of an object. */
function extraOf(record: ScannedRecord, left: ArrayLike<number>): string {
  const { odd } = record;
  const members = odd.map(({ name, start, end }) =>
    `${JSON.stringify(name)}:${record.compactSlice(start, end)}`
  );
  const kept = new Set<string>();
  const keep = (name: string) => {
    const slot = FIELD[name as RecordField];
    const start = record.start(slot);
    if (start < 0 || kept.has(name)) return;
    kept.add(name);
    members.push(`"${name}":${record.compactSlice(start, record.end(slot))}`);
  };
  // Of a field that occurs twice the last value is kept beside the others too.
  for (const { name } of odd) if (Object.hasOwn(FIELD, name)) keep(name);
  for (let i = 0; i < left.length; i++) {
    const { index, slot, kind } = SLOT_COLUMNS[left[i]];
    const start = record.start(slot);
    const first = record.bytes[start];
    const isHeld = kind === "json" ? first !== N : kind === "copy" ||
      (first === QUOTE && kind === "text" &&
        !LONE_SURROGATE.test(record.stringAt(start, record.end(slot))!));
    if (!isHeld) keep(EVENT_COLUMNS[index].field!);
  }
  if (!isPlainTime(record)) keep("eventTime");
  if (!isExactId(record)) keep("eventID");
  return `{${members.join(",")}}`;
}

/** The same of a record that lacks nothing but JSON columns which are `null`, by their bits. */
function nullText(nulls: number): string {
  const names = EVENT_COLUMNS.filter((_, index) => (nulls & NULL_BITS[index]) !== 0)
    .map(({ field }) => field);
  return `{${names.map((name) => `"${name}":null`).join(",")}}`;
}

function hasOwnId(record: ScannedRecord): boolean {
  const start = record.start(FIELD.eventID);
  return start >= 0 && record.bytes[start] === QUOTE;
}

/** Whether `event_id` gives the record's `eventID` back exactly, or that it has none. */
function isExactId(record: ScannedRecord): boolean {
  const { bytes, batch, index } = record;
  const start = record.start(FIELD.eventID);
  if (start < 0) return true;
  if (bytes[start] !== QUOTE) return false;
  if (!batch.isEscaped(index, FIELD.eventID)) return !startsWith(bytes, start + 1, MADE_ID_BYTES);
  const text = record.string("eventID")!;
  return !text.startsWith(MADE_ID_START) && !LONE_SURROGATE.test(text);
}

/** The record's `eventID`, or where it has none `sha256:` and the hex SHA-256 of its canonical JSON. */
export function eventIdOf(record: ScannedRecord): string {
  return record.string("eventID") ?? `${MADE_ID_START}${sha256Hex(canonicalJson(record.text()))}`;
}

function startsWith(bytes: Buffer, start: number, head: Uint8Array): boolean {
  for (let i = 0; i < head.length; i++) if (bytes[start + i] !== head[i]) return false;
  return true;
}

/** Bytes of `YYYY-MM-DDTHH:MM:SSZ` with its quotes. */
const PLAIN_TIME_BYTES = 22;

/**
 * Whether `event_time` gives the record's `eventTime`, which is an instant, back exactly: with as many bytes no other
 * instant can be written but by small letters, or with a leap second.
 */
function isPlainTime(record: ScannedRecord): boolean {
  const { bytes } = record;
  const start = record.start(FIELD.eventTime);
  if (start < 0) return true;
  return record.end(FIELD.eventTime) - start === PLAIN_TIME_BYTES && bytes[start + 11] === 0x54 &&
    bytes[start + 20] === 0x5a && bytes[start + 18] < 0x36;
}
