import { canonicalJson } from "../core/json_text.ts";
import { sha256Hex } from "../core/ids.ts";
import { EVENT_COLUMNS } from "../parquet/mod.ts";
import { isPlainEventTime } from "./event_time.ts";
import { visitMembers } from "./members.ts";
import { FIELD, type RecordField } from "./record_fields.ts";
import type { ScannedRecord } from "./scanned_record.ts";

const COLUMN = new Map(EVENT_COLUMNS.map((column, index) => [column.name, index]));

function columnIndex(name: string): number {
  const index = COLUMN.get(name);
  if (index === undefined) throw new TypeError(`There is no column ${name}`);
  return index;
}

/** Columns that copy a string from within a JSON field, by the member's name there. */
const COPIES: readonly {
  readonly field: RecordField;
  readonly columns: ReadonlyMap<string, number>;
}[] = [
  {
    field: "userIdentity",
    columns: new Map([
      ["type", columnIndex("user_type")],
      ["arn", columnIndex("user_arn")],
      ["userName", columnIndex("user_name")],
      ["accountId", columnIndex("user_account_id")],
      ["principalId", columnIndex("user_principal_id")],
      ["accessKeyId", columnIndex("user_access_key_id")],
      ["invokedBy", columnIndex("user_invoked_by")],
    ]),
  },
  {
    field: "requestParameters",
    columns: new Map([
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

/** Events as columns, in the order of EVENT_COLUMNS: strings, milliseconds, booleans and null. */
export class EventColumns {
  readonly values: unknown[][] = EVENT_COLUMNS.map(() => []);
  rowCount = 0;
  /** Characters held, as a measure of memory. */
  textLength = 0;

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
      const name = EVENT_COLUMNS[index].field!;
      if (
        value === null || repeated?.has(name) ||
        (type === "string" && LONE_SURROGATE.test(value as string))
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
    for (const copy of COPIES) copyMembers(record, copy.field, copy.columns, values, row);
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

/** What the column can hold of the value at the span; null where it can hold nothing of it. */
function columnValue(
  record: ScannedRecord,
  type: string,
  start: number,
  end: number,
): string | boolean | null {
  const first = record.bytes[start];
  if (type === "string") return record.stringAt(start, end);
  if (type === "bool") return first === 0x74 ? true : first === 0x66 ? false : null;
  return first === 0x6e ? null : record.compactSlice(start, end);
}

function copyMembers(
  record: ScannedRecord,
  field: RecordField,
  columns: ReadonlyMap<string, number>,
  values: unknown[][],
  row: number,
): void {
  const start = record.start(FIELD[field]);
  if (start < 0 || record.bytes[start] !== 0x7b) return;
  visitMembers(record.bytes, start, (nameStart, nameEnd, valueStart, valueEnd) => {
    const name = record.stringAt(nameStart - 1, nameEnd + 1)!;
    const column = columns.get(name);
    if (column !== undefined) values[column][row] = record.stringAt(valueStart, valueEnd);
    else if (name === "sessionContext" && field === "userIdentity") {
      values[SESSION_ISSUER_ARN][row] = sessionIssuerArn(record, valueStart);
    }
  });
}

function sessionIssuerArn(record: ScannedRecord, sessionContext: number): string | null {
  let issuer = -1;
  visitNamed(record, sessionContext, "sessionIssuer", (start) => issuer = start);
  let arn: string | null = null;
  if (issuer >= 0) {
    visitNamed(record, issuer, "arn", (start, end) => arn = record.stringAt(start, end));
  }
  return arn;
}

function visitNamed(
  record: ScannedRecord,
  object: number,
  wanted: string,
  visit: (start: number, end: number) => void,
): void {
  if (record.bytes[object] !== 0x7b) return;
  visitMembers(record.bytes, object, (nameStart, nameEnd, valueStart, valueEnd) => {
    if (record.stringAt(nameStart - 1, nameEnd + 1) === wanted) visit(valueStart, valueEnd);
  });
}
