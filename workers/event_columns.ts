import { Buffer } from "node:buffer";
import { sha256Hex } from "../core/ids.ts";
import { canonicalJson } from "../core/json_text.ts";
import { type ByteColumn, EVENT_COLUMNS } from "../parquet/mod.ts";
import { FIELD } from "./record_fields.ts";
import { type RowColumns, SLOT_COLUMNS } from "./row_columns.ts";
import type { ScannedRecord } from "./scanned_record.ts";

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

/** Keeps a field as it is written, by its name. */
type Keep = (name: string) => void;

const NO_NAMES: ReadonlySet<string> = new Set();

/** Events as columns, in the order of EVENT_COLUMNS: their bytes are copied from the log file, and texts not made. */
export class EventColumns {
  readonly #columns: RowColumns;
  #rowCount = 0;

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

  /** All columns; valid until `clear`. */
  columns(): ByteColumn[] {
    return this.#columns.columns(this.#rowCount);
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
    const extra: string[] = [];
    const { odd } = record;
    for (const { name, start, end } of odd) {
      extra.push(`${JSON.stringify(name)}:${record.compactSlice(start, end)}`);
    }
    // Of a field that occurs twice the last value is kept beside the others too.
    const repeated = odd.length === 0 ? NO_NAMES : new Set(
      odd.map(({ name }) => name).filter((name) => Object.hasOwn(FIELD, name)),
    );
    for (const name of repeated) keepText(record, name, extra);
    const keep = (name: string) => {
      if (!repeated.has(name)) keepText(record, name, extra);
    };
    for (let i = 0; i < left.length; i++) this.#setLeft(row, left[i], record, keep);
    columns.setInteger(row, EVENT_TIME, timeMs);
    if (!isPlainTime(record, record.start(FIELD.eventTime), record.end(FIELD.eventTime))) {
      keep("eventTime");
    }
    this.#setId(row, record, keep);
    columns.setString(row, SOURCE_OBJECT, sourceObject);
    if (extra.length > 0) columns.setString(row, EXTRA, `{${extra.join(",")}}`);
  }

  /** Sets a column that does not hold its value as it is written, and has what it cannot hold kept elsewhere. */
  #setLeft(row: number, place: number, record: ScannedRecord, keep: Keep): void {
    const { index, slot, kind } = SLOT_COLUMNS[place];
    const [start, end] = [record.start(slot), record.end(slot)];
    const first = record.bytes[start];
    const { field } = EVENT_COLUMNS[index];
    if (kind === "json" && first !== 0x6e) {
      this.#columns.setString(row, index, record.compactSlice(start, end));
    } else if (first === 0x22 && kind !== "bool") {
      const text = record.stringAt(start, end)!;
      this.#columns.setString(row, index, text);
      if (kind === "text" && LONE_SURROGATE.test(text)) keep(field!);
    } else keep(field!);
  }

  /** Makes an id where the record has none, and keeps what the column does not give back as the record's own. */
  #setId(row: number, record: ScannedRecord, keep: Keep): void {
    const { bytes, batch, index } = record;
    const start = record.start(FIELD.eventID);
    if (start < 0 || bytes[start] !== 0x22) {
      this.#columns.setString(row, EVENT_ID, eventIdOf(record));
      if (start >= 0) keep("eventID");
    } else if (batch.isEscaped(index, FIELD.eventID)) {
      const text = record.string("eventID")!;
      const isExact = !text.startsWith(MADE_ID_START) && !LONE_SURROGATE.test(text);
      if (!isExact) keep("eventID");
    } else if (startsWith(bytes, start + 1, MADE_ID_BYTES)) keep("eventID");
  }
}

/** The record's `eventID`, or where it has none `sha256:` and the hex SHA-256 of its canonical JSON. */
export function eventIdOf(record: ScannedRecord): string {
  return record.string("eventID") ?? `${MADE_ID_START}${sha256Hex(canonicalJson(record.text()))}`;
}

/** Keeps a field's text in `extra`. */
function keepText(record: ScannedRecord, name: string, extra: string[]): void {
  const slot = FIELD[name as keyof typeof FIELD];
  const start = record.start(slot);
  if (start < 0) return;
  extra.push(`"${name}":${record.compactSlice(start, record.end(slot))}`);
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
function isPlainTime({ bytes }: ScannedRecord, start: number, end: number): boolean {
  return end - start === PLAIN_TIME_BYTES && bytes[start + 11] === 0x54 &&
    bytes[start + 20] === 0x5a && bytes[start + 18] < 0x36;
}
