import { Buffer } from "node:buffer";
import { compactJson } from "../core/json_text.ts";
import { INDEX_FIELDS, type IndexValues, type Path, type RecordFields } from "../detection/mod.ts";
import { compactPieces } from "./compact_pieces.ts";
import { cutAscii, cutUtf8 } from "./cut_text.ts";
import { endOfValue, findMember, NO_MEMBER, ODD_MEMBER } from "./members.ts";
import {
  FIELD,
  RECORD_FIELDS,
  type RecordField,
  type RecordMember,
  SLOT,
} from "./record_fields.ts";
import { RecurringIndexValues } from "./recurring_index_values.ts";
import { RecurringTexts } from "./recurring_texts.ts";
import { type OddField, RecordBatch } from "./scan_records.ts";

type CutText = typeof cutAscii;

/** A path as bytes. */
interface Way {
  readonly field: number;
  /** Names of the members below the field. */
  readonly names: readonly Uint8Array[];
  /** The slot of the one member below the field, if the scanner notes it; else -1. */
  readonly member: number;
}

const EMPTY = new RecordBatch();
/** The scanner's fields of those that the index asks for; -1 for `userIdentity.type`, the one that is no field. */
const INDEXED = INDEX_FIELDS.map((field) => FIELD[field as RecordField] ?? -1);
const SHORT_BYTES_MAX = 64;
/** Longer texts are not remembered. */
export const RECURRING_BYTES_MAX = 512;
const NO_ODD: readonly OddField[] = [];

/** One record of a batch, read by its spans. Moved from record to record, so that none is allocated for each. */
export class ScannedRecord implements RecordFields {
  #batch!: RecordBatch;
  #bytes!: Buffer;
  #view!: DataView;
  #index = 0;
  /** How text is cut, once that was asked: from plain ASCII that is several times as fast as from UTF-8. */
  #cutText: CutText | null = null;
  /** By the slot of a path; null where it begins with none of our fields. */
  readonly #ways: (Way | null | undefined)[] = [];
  /** Names and sources are short and many; user agents and identities are long. */
  readonly #shortTexts = new RecurringTexts({ bits: 10, bytesMax: SHORT_BYTES_MAX });
  readonly #longTexts = new RecurringTexts({ bits: 9, bytesMax: RECURRING_BYTES_MAX });
  readonly #indexValues = new RecurringIndexValues();

  /** Takes up the records of a batch; `moveTo` comes next. */
  useBatch(batch: RecordBatch): void {
    this.#batch = batch;
    this.#bytes = batch.bytes;
    const { buffer, byteOffset, length } = batch.bytes;
    this.#view = new DataView(buffer, byteOffset, length);
    this.#cutText = null;
  }

  /** Lets go of the batch's bytes. */
  release(): void {
    this.useBatch(EMPTY);
  }

  moveTo(index: number): void {
    this.#index = index;
  }

  get batch(): RecordBatch {
    return this.#batch;
  }

  /** Its place in the batch. */
  get index(): number {
    return this.#index;
  }

  get isObject(): boolean {
    return this.#batch.isObject(this.#index);
  }

  get byteLength(): number {
    return this.#batch.end(this.#index) - this.#batch.start(this.#index);
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** The same bytes. */
  get view(): DataView {
    return this.#view;
  }

  /** Whether there is white space outside strings: if not, every span is compact JSON already. */
  get isSpaced(): boolean {
    return this.#batch.spaced;
  }

  /** Odd fields in source order: names that are none of ours, and earlier values of a repeated field. */
  get odd(): readonly OddField[] {
    return this.#batch.odd.get(this.#index) ?? NO_ODD;
  }

  /** Where the value of a field, or of another slot, starts, -1 if the record lacks it. */
  start(field: number): number {
    return this.#batch.slotStart(this.#index, field);
  }

  end(field: number): number {
    return this.#batch.slotEnd(this.#index, field);
  }

  get #cut(): CutText {
    return this.#cutText ??= this.#batch.isAscii ? cutAscii : cutUtf8;
  }

  /** The text of a span, as the source has it. */
  slice(start: number, end: number): string {
    return this.#cut(this.#bytes, start, end);
  }

  /** The same of a text that is likely to come again. */
  recurringSlice(start: number, end: number): string {
    const texts = end - start <= SHORT_BYTES_MAX ? this.#shortTexts : this.#longTexts;
    const known = texts.find(this.#view, start, end);
    if (known !== undefined) return known;
    const text = this.slice(start, end);
    texts.keep(this.#bytes, this.#view, start, end, text);
    return text;
  }

  /** The text of a value without white space outside strings. */
  compactSlice(start: number, end: number): string {
    const text = this.slice(start, end);
    return this.#batch.spaced ? compactJson(text) : text;
  }

  /** The same as UTF-8: the scanner's own bytes, if they are compact. */
  compactBytes(start: number, end: number): Uint8Array {
    const bytes = this.#bytes.subarray(start, end);
    if (!this.#batch.spaced) return bytes;
    const compact = new Uint8Array(bytes.length);
    let length = 0;
    for (const piece of compactPieces(bytes)) {
      compact.set(piece, length);
      length += piece.length;
    }
    return compact.subarray(0, length);
  }

  /** The value of the string at a span, or null where the span is no string. */
  stringAt(start: number, end: number): string | null {
    if (start < 0 || this.#bytes[start] !== 0x22) return null;
    const text = this.slice(start + 1, end - 1);
    return text.includes("\\") ? JSON.parse(`"${text}"`) : text;
  }

  /** The value of a field that is a string; null where it is absent or no string. */
  string(field: RecordField): string | null {
    const index = FIELD[field];
    return this.stringAt(this.start(index), this.end(index));
  }

  fieldText(name: string): string | undefined {
    const index = FIELD[name as RecordField];
    if (index !== undefined) return this.#slotText(index);
    const odd = this.odd.findLast((field) => field.name === name);
    return odd === undefined ? undefined : this.slice(odd.start, odd.end);
  }

  #slotText(slot: number): string | undefined {
    const start = this.start(slot);
    return start < 0 ? undefined : this.recurringSlice(start, this.end(slot));
  }

  indexValues(): IndexValues | undefined {
    const batch = this.#batch;
    if (batch.hasDottedNames || !this.#identityTypeIsKnown()) return undefined;
    return this.#indexValues.of(this);
  }

  /** `userIdentity.type` is what the scanner found on its way. */
  indexString(place: number): string | null | undefined {
    const field = INDEXED[place];
    if (field < 0) return this.#identityType();
    const start = this.start(field);
    return start < 0 ? null : this.#recurringStringAt(start, this.end(field));
  }

  #identityType(): string | null | undefined {
    const batch = this.#batch;
    if (batch.hasDottedNames) return undefined;
    const start = batch.identityTypeStart(this.#index);
    if (start >= 0) return this.#recurringStringAt(start, batch.identityTypeEnd(this.#index));
    return this.#identityTypeIsKnown() ? null : undefined;
  }

  /** Of a list of identities the scanner tells nothing. */
  #identityTypeIsKnown(): boolean {
    const identity = this.start(FIELD.userIdentity);
    return identity < 0 || this.#bytes[identity] === 0x7b;
  }

  /** The string at a span, undefined where the span is none. */
  #recurringStringAt(start: number, end: number): string | undefined {
    if (this.#bytes[start] !== 0x22) return undefined;
    const text = this.recurringSlice(start + 1, end - 1);
    return text.includes("\\") ? JSON.parse(`"${text}"`) : text;
  }

  valueText(path: Path): string | undefined | null {
    const way = this.#wayOf(path);
    if (way === null || this.#batch.hasDottedNames) return null;
    const bytes = this.#bytes;
    let start = this.start(way.field);
    if (start < 0) return undefined;
    const { names, member } = way;
    if (member >= 0 && bytes[start] === 0x7b) return this.#slotText(member);
    for (let i = 0; i < names.length; i++) {
      if (bytes[start] === 0x5b) return null;
      if (bytes[start] !== 0x7b) return undefined;
      start = findMember(bytes, start, names[i], i < names.length - 1);
      if (start === NO_MEMBER) return undefined;
      if (start === ODD_MEMBER) return null;
    }
    return this.recurringSlice(start, endOfValue(bytes, start));
  }

  #wayOf({ slot, segments }: Path): Way | null {
    if (slot < 0) return null;
    const known = this.#ways[slot];
    if (known !== undefined) return known;
    const field = FIELD[segments[0] as RecordField];
    const way = field === undefined ? null : {
      field,
      names: segments.slice(1).map((name) => Buffer.from(name)),
      member: segments.length === 2 ? SLOT[segments.join(".") as RecordMember] ?? -1 : -1,
    };
    return this.#ways[slot] = way;
  }

  mayHoldDottedNames(): boolean {
    return this.#batch.hasDottedNames;
  }

  fieldNames(): readonly string[] {
    const names = new Set<string>(RECORD_FIELDS.filter((_, index) => this.start(index) >= 0));
    for (const odd of this.odd) names.add(odd.name);
    return [...names];
  }

  /** The whole record, white space included. */
  text(): string {
    return this.slice(this.#batch.start(this.#index), this.#batch.end(this.#index));
  }

  compactPieces(): Iterable<Uint8Array> {
    const bytes = this.#bytes.subarray(
      this.#batch.start(this.#index),
      this.#batch.end(this.#index),
    );
    return this.#batch.spaced ? compactPieces(bytes) : [bytes];
  }
}
