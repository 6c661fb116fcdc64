import { canonicalJson } from "../core/json_text.ts";
import { sha256Hex } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { EVENT_COLUMNS } from "../parquet/mod.ts";
import { isPlainEventTime } from "./event_time.ts";
import { MemberNames } from "./member_names.ts";
import { visitMembers } from "./members.ts";
import { FIELD, type RecordField } from "./record_fields.ts";
import type { ScannedRecord } from "./scanned_record.ts";

const COLUMN = new Map(EVENT_COLUMNS.map((column, index) => [column.name, index]));

function columnIndex(name: string): number {
  const index = COLUMN.get(name);
  if (index === undefined) throw new TypeError(`There is no column ${name}`);
  return index;
}

/** Columns that copy a string from within a JSON field, by the member's name there; -1 leads to the session's issuer. */
const COPIES: readonly { readonly field: RecordField; readonly members: MemberNames<number> }[] = [
  {
    field: "userIdentity",
    members: new MemberNames([
      ["type", columnIndex("user_type")],
      ["arn", columnIndex("user_arn")],
      ["userName", columnIndex("user_name")],
      ["accountId", columnIndex("user_account_id")],
      ["principalId", columnIndex("user_principal_id")],
      ["accessKeyId", columnIndex("user_access_key_id")],
      ["invokedBy", columnIndex("user_invoked_by")],
      ["sessionContext", -1],
    ]),
  },
  {
    field: "requestParameters",
    members: new MemberNames([
      ["bucketName", columnIndex("bucket_name")],
      ["key", columnIndex("object_key")],
    ]),
  },
];
const SESSION_ISSUER_ARN = columnIndex("session_issuer_arn");
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

/**
 * Events as columns, in the order of EVENT_COLUMNS: strings, milliseconds, booleans and null. Large texts are bytes
 * of UTF-8.
 */
export class EventColumns {
  readonly values: unknown[][] = EVENT_COLUMNS.map(() => []);
  rowCount = 0;
  /** Characters held, as a measure of memory. */
  textLength = 0;
  /** Whether a value is the scanner's own bytes, which are gone when it goes on. */
  borrows = false;

  /**
   * Appends one event. Nothing of the record is lost: what its column cannot give back exactly, and every
   * field without a column, goes to `extra` under its own name.
   * @param timeMs its `eventTime`
   * @param eventId what `eventIdOf` gave
   */
  append(record: ScannedRecord, timeMs: number, eventId: string, sourceObject: string): void {
    const values = this.values;
    const row = this.rowCount++;
    for (const column of values) column.push(null);
    const extra: string[] = [];
    for (const odd of record.odd) {
      extra.push(`${JSON.stringify(odd.name)}:${record.compactSlice(odd.start, odd.end)}`);
    }
    const repeated = record.odd.length === 0 ? null : new Set(record.odd.map((odd) => odd.name));
    for (const { index, field, type } of FIELD_COLUMNS) {
      const start = record.start(field);
      if (start < 0) continue;
      const end = record.end(field);
      const value = columnValue(record, type, start, end);
      values[index][row] = value;
      if (typeof value === "string") this.textLength += value.length;
      else if (value instanceof Uint8Array) {
        this.textLength += value.length;
        this.borrows = true;
      }
      const name = EVENT_COLUMNS[index].field!;
      if (
        value === null || repeated?.has(name) ||
        (type === "string" && typeof value === "string" && LONE_SURROGATE.test(value))
      ) {
        extra.push(`"${name}":${record.compactSlice(start, end)}`);
      }
    }
    values[EVENT_TIME][row] = timeMs;
    this.#keepUnlessExact(record, "eventTime", extra, repeated, (text) => isPlainEventTime(text));
    values[EVENT_ID][row] = eventId;
    this.#keepUnlessExact(
      record,
      "eventID",
      extra,
      repeated,
      (text) => text === eventId && !text.startsWith("sha256:") && !LONE_SURROGATE.test(text),
    );
    for (const { field, members } of COPIES) copyMembers(record, field, members, values, row);
    values[SOURCE_OBJECT][row] = sourceObject;
    if (extra.length > 0) {
      const text = `{${extra.join(",")}}`;
      values[EXTRA][row] = text;
      this.textLength += text.length;
    }
    this.textLength += eventId.length + sourceObject.length;
  }

  #keepUnlessExact(
    record: ScannedRecord,
    name: "eventTime" | "eventID",
    extra: string[],
    repeated: ReadonlySet<string> | null,
    isExact: (text: string) => boolean,
  ): void {
    const start = record.start(FIELD[name]);
    if (start < 0) return;
    const text = record.string(name);
    if (text !== null && isExact(text) && !repeated?.has(name)) return;
    extra.push(`"${name}":${record.compactSlice(start, record.end(FIELD[name]))}`);
  }
}

/** The record's `eventID`, or where it has none `sha256:` and the hex SHA-256 of its canonical JSON. */
export function eventIdOf(record: ScannedRecord): string {
  return record.string("eventID") ?? `sha256:${sha256Hex(canonicalJson(record.text()))}`;
}

/** What the column can hold of the value at the span, a large text as UTF-8; null where it can hold nothing of it. */
function columnValue(
  record: ScannedRecord,
  type: string,
  start: number,
  end: number,
): string | Uint8Array | boolean | null {
  const first = record.bytes[start];
  if (type === "bool") return first === 0x74 ? true : first === 0x66 ? false : null;
  if (type === "string") {
    if (first !== 0x22) return null;
    if (end - start < LIMITS.largeRecordBytes) return record.stringAt(start, end);
    const inner = record.bytes.subarray(start + 1, end - 1);
    return inner.includes(0x5c) ? record.stringAt(start, end) : inner;
  }
  if (first === 0x6e) return null;
  return end - start < LIMITS.largeRecordBytes
    ? record.compactSlice(start, end)
    : record.compactBytes(start, end);
}

function copyMembers(
  record: ScannedRecord,
  field: RecordField,
  members: MemberNames<number>,
  values: unknown[][],
  row: number,
): void {
  const start = record.start(FIELD[field]);
  if (start < 0 || record.bytes[start] !== 0x7b) return;
  visitMembers(record.bytes, start, (nameStart, nameEnd, valueStart, valueEnd) => {
    const column = members.find(record.bytes, nameStart, nameEnd);
    if (column === undefined) return;
    if (column >= 0) values[column][row] = record.stringAt(valueStart, valueEnd);
    else values[SESSION_ISSUER_ARN][row] = sessionIssuerArn(record, valueStart);
  });
}

const SESSION_ISSUER = new MemberNames<true>([["sessionIssuer", true]]);
const ARN = new MemberNames<true>([["arn", true]]);

function sessionIssuerArn(record: ScannedRecord, sessionContext: number): string | null {
  let issuer = -1;
  visitNamed(record, sessionContext, SESSION_ISSUER, (start) => issuer = start);
  let arn: string | null = null;
  if (issuer >= 0) {
    visitNamed(record, issuer, ARN, (start, end) => arn = record.stringAt(start, end));
  }
  return arn;
}

function visitNamed(
  record: ScannedRecord,
  object: number,
  wanted: MemberNames<true>,
  visit: (start: number, end: number) => void,
): void {
  const { bytes } = record;
  if (bytes[object] !== 0x7b) return;
  visitMembers(bytes, object, (nameStart, nameEnd, valueStart, valueEnd) => {
    if (wanted.find(bytes, nameStart, nameEnd)) visit(valueStart, valueEnd);
  });
}
