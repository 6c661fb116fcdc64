import { type Column, EVENT_COLUMNS, type TableWriter } from "../parquet/mod.ts";
import { type RecordField, type RecordMember, SLOT } from "./record_fields.ts";
import type { ScannedRecord } from "./scanned_record.ts";

/** Columns that copy a string from within a JSON field. */
const COPIES: Readonly<Record<string, RecordMember>> = {
  user_type: "userIdentity.type",
  user_arn: "userIdentity.arn",
  user_name: "userIdentity.userName",
  user_account_id: "userIdentity.accountId",
  user_principal_id: "userIdentity.principalId",
  user_access_key_id: "userIdentity.accessKeyId",
  user_invoked_by: "userIdentity.invokedBy",
  session_issuer_arn: "userIdentity.sessionContext.sessionIssuer.arn",
  bucket_name: "requestParameters.bucketName",
  object_key: "requestParameters.key",
};

/** How a column takes the value of its slot: `copy` what is a string, the others what is theirs or tell. */
export type SlotKind = "text" | "json" | "bool" | "copy";

/** A column that stores the value of a slot. */
export interface SlotColumn {
  /** Its place in EVENT_COLUMNS. */
  readonly index: number;
  readonly slot: number;
  readonly kind: SlotKind;
}

function kindOf({ name, type }: Column): SlotKind {
  if (type === "json" || type === "bool") return type;
  // What an id is where there is none, only its column knows.
  return name === "event_id" || COPIES[name] !== undefined ? "copy" : "text";
}

/** All such columns, in their order. */
export const SLOT_COLUMNS: readonly SlotColumn[] = EVENT_COLUMNS.flatMap((column, index) => {
  const path = column.field as RecordField | null ?? COPIES[column.name];
  if (path === undefined || column.name === "event_time") return [];
  return [{ index, slot: SLOT[path], kind: kindOf(column) }];
});

/** The columns of EVENT_COLUMNS under way. */
export interface RowColumns {
  /** Whether what they hold must be taken before another row comes. */
  readonly isFull: boolean;
  /** Bytes of values held. */
  readonly byteLength: number;
  /**
   * Sets a row's columns from a record, as far as they hold its values as they are written; the others are null.
   * @returns the places in SLOT_COLUMNS of what is left: strings with escapes, JSON with white space, and values that
   * are not of the column's kind; valid until the next call
   */
  setRow(row: number, record: ScannedRecord): ArrayLike<number>;
  /** Sets a row of one column, given by its place in EVENT_COLUMNS. */
  setString(row: number, index: number, text: string): void;
  setInteger(row: number, index: number, value: number): void;
  /** Writes some of the rows, in the order given, as a row group. */
  write(writer: TableWriter, rows: Uint32Array): void;
  /** Forgets all rows. */
  clear(): void;
}
