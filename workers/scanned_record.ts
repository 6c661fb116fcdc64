import { type Buffer, isAscii } from "node:buffer";
import { compactJson } from "../core/json_text.ts";
import type { RecordFields } from "../detection/mod.ts";
import { compactPieces } from "./compact_pieces.ts";
import { cutAscii, cutUtf8 } from "./cut_text.ts";
import { FIELD, RECORD_FIELDS, type RecordField } from "./record_fields.ts";
import { type OddField, RecordBatch } from "./scan_records.ts";

const EMPTY = new RecordBatch();
const NO_ODD: readonly OddField[] = [];

/** One record of a batch, read by its spans. Moved from record to record, so that none is allocated for each. */
export class ScannedRecord implements RecordFields {
  #batch!: RecordBatch;
  #bytes!: Buffer;
  #index = 0;
  /** Cutting text from plain ASCII is several times as fast as decoding UTF-8. */
  #ascii = false;
  readonly #recurring = new RecurringTexts();

  /** Takes up the records of a batch; `moveTo` comes next. */
  useBatch(batch: RecordBatch): void {
    this.#batch = batch;
    this.#bytes = batch.bytes;
    this.#ascii = isAscii(batch.bytes);
  }

  /** Lets go of the batch's bytes. */
  release(): void {
    this.useBatch(EMPTY);
  }

  moveTo(index: number): void {
    this.#index = index;
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

  /** Odd fields in source order: names that are none of ours, and earlier values of a repeated field. */
  get odd(): readonly OddField[] {
    return this.#batch.odd.get(this.#index) ?? NO_ODD;
  }

  /** Where the field's value starts, -1 if the record lacks it. */
  start(field: number): number {
    return this.#batch.fieldStart(this.#index, field);
  }

  end(field: number): number {
    return this.#batch.fieldEnd(this.#index, field);
  }

  /** The text of a span, as the source has it. */
  slice(start: number, end: number): string {
    return this.#ascii ? cutAscii(this.#bytes, start, end) : cutUtf8(this.#bytes, start, end);
  }

  #recurringSlice(start: number, end: number): string {
    return this.#recurring.find(this.#bytes, start, end, this.#ascii ? cutAscii : cutUtf8);
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

  /** As `string`, for fields with few values, of which each comes again and again. */
  recurringString(field: RecordField): string | null {
    const index = FIELD[field];
    const start = this.start(index);
    if (start < 0 || this.#bytes[start] !== 0x22) return null;
    const text = this.#recurringSlice(start + 1, this.end(index) - 1);
    return text.includes("\\") ? JSON.parse(`"${text}"`) : text;
  }

  fieldText(name: string): string | undefined {
    const index = FIELD[name as RecordField];
    if (index !== undefined) {
      const start = this.start(index);
      return start < 0 ? undefined : this.#recurringSlice(start, this.end(index));
    }
    const odd = this.odd.findLast((field) => field.name === name);
    return odd === undefined ? undefined : this.slice(odd.start, odd.end);
  }

  /** Of `userIdentity.type`, which the scanner found on its way; of no other member. */
  memberText(path: string): string | null {
    if (path !== "userIdentity.type") return null;
    const start = this.#batch.identityTypeStart(this.#index);
    if (start < 0) return null;
    return this.#recurringSlice(start, this.#batch.identityTypeEnd(this.#index));
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

/** Texts remembered, a power of two, and the length up to which they are. */
const TEXTS_MAX = 1024;
const TEXT_BYTES_MAX = 256;

/**
 * Texts that came before, found by their bytes. Comparing bytes is quicker than making a string of them, and
 * a string that is met again has its hash already, which whoever looks it up in a map profits from.
 */
class RecurringTexts {
  /** Each text has one place, decided by its bytes; a newer one takes it over. */
  readonly #texts: string[] = new Array(TEXTS_MAX).fill("");
  readonly #lengths = new Uint16Array(TEXTS_MAX);
  readonly #bytes = new Uint8Array(TEXTS_MAX * TEXT_BYTES_MAX);

  /** @param cut makes the text where it is not known */
  find(
    bytes: Buffer,
    start: number,
    end: number,
    cut: (bytes: Buffer, start: number, end: number) => string,
  ): string {
    const length = end - start;
    if (length > TEXT_BYTES_MAX) return cut(bytes, start, end);
    const place = placeOf(bytes, start, end);
    if (this.#lengths[place] === length && this.#isAt(place, bytes, start, length)) {
      return this.#texts[place];
    }
    const text = cut(bytes, start, end);
    this.#texts[place] = text;
    this.#lengths[place] = length;
    this.#bytes.set(bytes.subarray(start, end), place * TEXT_BYTES_MAX);
    return text;
  }

  #isAt(place: number, bytes: Buffer, start: number, length: number): boolean {
    const known = this.#bytes;
    const from = place * TEXT_BYTES_MAX;
    for (let i = 0; i < length; i++) if (known[from + i] !== bytes[start + i]) return false;
    return true;
  }
}

/** Of a long text some bytes decide. */
function placeOf(bytes: Buffer, start: number, end: number): number {
  const step = 1 + ((end - start) >> 5);
  let hash = end - start;
  for (let i = start; i < end; i += step) hash = Math.imul(hash, 31) + bytes[i];
  return (hash ^ (hash >>> 16)) & (TEXTS_MAX - 1);
}
