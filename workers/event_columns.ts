import { Buffer } from "node:buffer";
import { sha256Hex } from "../core/ids.ts";
import { canonicalJson } from "../core/json_text.ts";
import { type ByteColumn, ColumnBuilder, EVENT_COLUMNS } from "../parquet/mod.ts";
import { isPlainEventTime, parsePlainEventTime, PLAIN_TIME_BYTES } from "./event_time.ts";
import { findMembers } from "./members.ts";
import { FIELD, type RecordField } from "./record_fields.ts";
import type { ScannedRecord } from "./scanned_record.ts";

const COLUMN = new Map(EVENT_COLUMNS.map((column, index) => [column.name, index]));

function columnIndex(name: string): number {
  const index = COLUMN.get(name);
  if (index === undefined) throw new TypeError(`There is no column ${name}`);
  return index;
}

/** Members of an object that are looked for together, and for each the column that it is copied to, -1 for none. */
interface Sought {
  readonly names: readonly Uint8Array[];
  readonly columns: readonly number[];
  /** Where they were found, as `findMembers` has it. */
  readonly spans: Int32Array;
}

function sought(columnByName: Readonly<Record<string, string | null>>): Sought {
  const names = Object.keys(columnByName).map((name) => Buffer.from(name));
  const columns = Object.values(columnByName).map((name) => name === null ? -1 : columnIndex(name));
  return { names, columns, spans: new Int32Array(names.length * 2) };
}

const IDENTITY = sought({
  sessionContext: null,
  type: "user_type",
  arn: "user_arn",
  userName: "user_name",
  accountId: "user_account_id",
  principalId: "user_principal_id",
  accessKeyId: "user_access_key_id",
  invokedBy: "user_invoked_by",
});
const SESSION_CONTEXT = sought({ sessionIssuer: null });
const SESSION_ISSUER = sought({ arn: "session_issuer_arn" });
const PARAMETERS = sought({ bucketName: "bucket_name", key: "object_key" });

const EVENT_TIME = columnIndex("event_time");
const EVENT_ID = columnIndex("event_id");
const EXTRA = columnIndex("extra");
const SOURCE_OBJECT = columnIndex("source_object");

/** What each column that stores a field of its own expects there. */
const FIELD_COLUMNS = EVENT_COLUMNS.flatMap((column, index) =>
  column.field === null || column.name === "event_time" || column.name === "event_id"
    ? []
    : [{ index, field: FIELD[column.field as RecordField], type: column.type }]
);

/** A lone surrogate, which UTF-8 cannot hold: such a string is kept as JSON text in `extra` too. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** How the id of an event begins that its record does not give. */
const MADE_ID_START = Buffer.from("sha256:");

/** How a value went into its column: as it is, as what gives it back not quite, or not at all. */
const enum Kept {
  Whole,
  InPart,
  NotAtAll,
}

/** Events as columns, in the order of EVENT_COLUMNS: their bytes are copied from the log file, and texts not made. */
export class EventColumns {
  readonly #columns = EVENT_COLUMNS.map((column) => new ColumnBuilder(column));
  #rowCount = 0;

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Bytes held, as a measure of memory. */
  get byteLength(): number {
    return this.#columns.reduce((sum, column) => sum + column.byteLength, 0);
  }

  /** All columns; valid until `clear`. */
  columns(): ByteColumn[] {
    return this.#columns.map((column) => column.column(this.#rowCount));
  }

  /** Forgets all events. */
  clear(): void {
    for (const column of this.#columns) column.clear();
    this.#rowCount = 0;
  }

  /**
   * Appends one event. Nothing of the record is lost: what its column cannot give back exactly, and every
   * field without a column, goes to `extra` under its own name.
   * @param timeMs its `eventTime`
   * @param sourceObject the URI of the log file
   */
  append(record: ScannedRecord, timeMs: number, sourceObject: string): void {
    const row = this.#rowCount++;
    const extra: string[] = [];
    const { odd } = record;
    for (const { name, start, end } of odd) {
      extra.push(`${JSON.stringify(name)}:${record.compactSlice(start, end)}`);
    }
    const isRepeated = (name: string) => odd.length > 0 && odd.some((field) => field.name === name);
    for (let i = 0; i < FIELD_COLUMNS.length; i++) {
      const { index, field, type } = FIELD_COLUMNS[i];
      const start = record.start(field);
      if (start < 0) continue;
      const end = record.end(field);
      const kept = this.#setField(row, index, type, record, start, end);
      if (kept === Kept.Whole && odd.length === 0) continue;
      const name = EVENT_COLUMNS[index].field!;
      if (kept !== Kept.Whole || isRepeated(name)) {
        extra.push(`"${name}":${record.compactSlice(start, end)}`);
      }
    }
    this.#columns[EVENT_TIME].setInteger(row, timeMs);
    if (!isPlainTime(record) || isRepeated("eventTime")) keepText(record, "eventTime", extra);
    if (!this.#setId(row, record) || isRepeated("eventID")) keepText(record, "eventID", extra);
    this.#copyIdentity(row, record);
    const parameters = record.start(FIELD.requestParameters);
    if (parameters >= 0) this.#copyMembers(row, record, parameters, PARAMETERS);
    this.#columns[SOURCE_OBJECT].setString(row, sourceObject);
    if (extra.length > 0) this.#columns[EXTRA].setString(row, `{${extra.join(",")}}`);
  }

  /** Sets what the column can hold of a field's value. */
  #setField(
    row: number,
    index: number,
    type: string,
    record: ScannedRecord,
    start: number,
    end: number,
  ): Kept {
    const column = this.#columns[index];
    const { bytes } = record;
    const first = bytes[start];
    if (type === "bool") {
      if (first !== 0x74 && first !== 0x66) return Kept.NotAtAll;
      column.setBool(row, first === 0x74);
      return Kept.Whole;
    }
    if (type === "string") {
      return first === 0x22 ? setString(column, row, record, start, end) : Kept.NotAtAll;
    }
    if (first === 0x6e) return Kept.NotAtAll;
    if (!record.isSpaced) column.setText(row, bytes, record.view, start, end);
    else {
      const compact = record.compactBytes(start, end);
      column.setText(row, compact, viewOf(compact), 0, compact.length);
    }
    return Kept.Whole;
  }

  /** @returns whether the column gives the record's own id back */
  #setId(row: number, record: ScannedRecord): boolean {
    const column = this.#columns[EVENT_ID];
    const start = record.start(FIELD.eventID);
    const end = record.end(FIELD.eventID);
    if (start < 0 || record.bytes[start] !== 0x22) {
      column.setString(row, eventIdOf(record));
      return start < 0;
    }
    return setString(column, row, record, start, end) === Kept.Whole &&
      !startsWith(record.bytes, start + 1, MADE_ID_START) &&
      !isEscapedMadeId(record, start, end);
  }

  #copyIdentity(row: number, record: ScannedRecord): void {
    const identity = record.start(FIELD.userIdentity);
    if (identity < 0) return;
    this.#copyMembers(row, record, identity, IDENTITY);
    const { bytes } = record;
    if (bytes[identity] !== 0x7b) return;
    const session = IDENTITY.spans[0];
    if (session < 0 || bytes[session] !== 0x7b) return;
    findMembers(bytes, session, SESSION_CONTEXT.names, SESSION_CONTEXT.spans);
    const issuer = SESSION_CONTEXT.spans[0];
    if (issuer >= 0) this.#copyMembers(row, record, issuer, SESSION_ISSUER);
  }

  /** Copies those of an object's members that are strings. */
  #copyMembers(row: number, record: ScannedRecord, object: number, members: Sought): void {
    const { bytes } = record;
    if (bytes[object] !== 0x7b) return;
    const { names, columns, spans } = members;
    findMembers(bytes, object, names, spans);
    for (let i = 0; i < names.length; i++) {
      const start = spans[2 * i];
      if (columns[i] < 0 || start < 0 || bytes[start] !== 0x22) continue;
      setString(this.#columns[columns[i]], row, record, start, spans[2 * i + 1]);
    }
  }
}

/** The record's `eventID`, or where it has none `sha256:` and the hex SHA-256 of its canonical JSON. */
export function eventIdOf(record: ScannedRecord): string {
  return record.string("eventID") ?? `sha256:${sha256Hex(canonicalJson(record.text()))}`;
}

/** Sets the value of the JSON string at a span. */
function setString(
  column: ColumnBuilder,
  row: number,
  record: ScannedRecord,
  start: number,
  end: number,
): Kept {
  const { bytes } = record;
  if (!hasEscape(bytes, start + 1, end - 1)) {
    column.setText(row, bytes, record.view, start + 1, end - 1);
    return Kept.Whole;
  }
  const text = record.stringAt(start, end)!;
  column.setString(row, text);
  return LONE_SURROGATE.test(text) ? Kept.InPart : Kept.Whole;
}

function hasEscape(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > LOOKED_THROUGH_MAX) return bytes.subarray(start, end).includes(0x5c);
  for (let p = start; p < end; p++) if (bytes[p] === 0x5c) return true;
  return false;
}

/** Up to so many bytes a loop is quicker than a call. */
const LOOKED_THROUGH_MAX = 256;

function startsWith(bytes: Buffer, start: number, head: Uint8Array): boolean {
  for (let i = 0; i < head.length; i++) if (bytes[start + i] !== head[i]) return false;
  return true;
}

/** Whether an id that is written with escapes begins as made ones do. */
function isEscapedMadeId(record: ScannedRecord, start: number, end: number): boolean {
  return hasEscape(record.bytes, start + 1, end - 1) &&
    record.stringAt(start, end)!.startsWith("sha256:");
}

/** Whether `event_time` gives the record's `eventTime` back exactly. */
function isPlainTime(record: ScannedRecord): boolean {
  const start = record.start(FIELD.eventTime);
  if (start < 0) return true;
  const { bytes } = record;
  const isPlain = bytes[start] === 0x22 &&
    record.end(FIELD.eventTime) - start === PLAIN_TIME_BYTES + 2 &&
    parsePlainEventTime(bytes, start + 1) !== null;
  return isPlain || isPlainEventTime(record.string("eventTime") ?? "");
}

function keepText(record: ScannedRecord, name: "eventTime" | "eventID", extra: string[]): void {
  const start = record.start(FIELD[name]);
  if (start < 0) return;
  extra.push(`"${name}":${record.compactSlice(start, record.end(FIELD[name]))}`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
