import { INDEX_FIELDS, IndexValues } from "../detection/mod.ts";
import { areEqual, COMPARED_BYTES_MIN } from "./equal_bytes.ts";
import { HEAD, STRIDE } from "./record_batch.ts";
import { SLOT } from "./record_fields.ts";
import type { ScannedRecord } from "./scanned_record.ts";

/** Where the spans of the index's fields lie within a record's. */
const OFFSETS = INDEX_FIELDS.map((field) => HEAD + SLOT[field] * 2);
const FIELDS = OFFSETS.length;

const PLACE_BITS = 13;
const PLACES = 1 << PLACE_BITS;
/** Places that are looked at, so that whoever makes hashes equal slows nothing down. */
const PROBES = 8;
/** Half of the places: a day of an organization has some 2,000 kinds of events. */
const ENTRIES_MAX = PLACES / 2;
/** Room for as many, whose strings have 130 bytes together, and 290 where user agents are long. */
const BYTES_MAX = 1024 * 1024;
const STRING_BYTES_MAX = 512;
/** An entry: the place of its values, the length of each string, then the strings. */
const LENGTHS = 4;
const STRINGS = LENGTHS + 2 * FIELDS;
const ENTRY_BYTES_MAX = STRINGS + FIELDS * STRING_BYTES_MAX;

/**
 * Index values that came before, found by the bytes of all of a record's strings at once: most of what detection does
 * for an event. All are forgotten when they are too many.
 */
export class RecurringIndexValues {
  /** Where the entry lies; 0 where there is none. */
  readonly #entries = new Int32Array(PLACES);
  readonly #bytes = new Uint8Array(BYTES_MAX);
  readonly #view = new DataView(this.#bytes.buffer);
  #end = STRINGS;
  readonly #values: IndexValues[] = [];

  /** The values of a record; undefined where one of them is no string, or tiny, or long. */
  of(record: ScannedRecord): IndexValues | undefined {
    const { batch: { spans }, view } = record;
    const base = record.index * STRIDE;
    const first = placeOf(view, spans, base);
    if (first < 0) return undefined;
    for (let probe = 0; probe < PROBES; probe++) {
      const place = (first + probe) % PLACES;
      const entry = this.#entries[place];
      if (entry === 0) return this.#add(place, record);
      if (this.#isAt(entry, view, spans, base)) {
        return this.#values[this.#view.getInt32(entry, true)];
      }
    }
    return this.#add(first, record);
  }

  #isAt(entry: number, view: DataView, spans: Int32Array, base: number): boolean {
    const own = this.#view;
    let at = entry + STRINGS;
    for (let i = 0; i < FIELDS; i++) {
      const start = spans[base + OFFSETS[i]];
      const length = spans[base + OFFSETS[i] + 1] - start;
      if (own.getInt16(entry + LENGTHS + 2 * i, true) !== length) return false;
      if (length > 0 && !areEqual(own, at, view, start, length)) return false;
      at += length;
    }
    return true;
  }

  #add(place: number, record: ScannedRecord): IndexValues | undefined {
    const strings: (string | null)[] = [];
    for (let i = 0; i < FIELDS; i++) {
      const text = record.indexString(i);
      if (text === undefined) return undefined;
      strings.push(text);
    }
    if (this.#values.length >= ENTRIES_MAX || this.#end + ENTRY_BYTES_MAX > BYTES_MAX) {
      this.#clear();
    }
    const values = new IndexValues(strings);
    this.#entries[place] = this.#end;
    this.#write(record, this.#values.push(values) - 1);
    return values;
  }

  #write({ batch: { spans }, index, bytes }: ScannedRecord, valuesAt: number): void {
    const entry = this.#end;
    this.#view.setInt32(entry, valuesAt, true);
    this.#end += STRINGS;
    OFFSETS.forEach((offset, i) => {
      const at = index * STRIDE + offset;
      const [start, end] = [spans[at], spans[at + 1]];
      this.#view.setInt16(entry + LENGTHS + 2 * i, end - start, true);
      if (start === end) return;
      this.#bytes.set(bytes.subarray(start, end), this.#end);
      this.#end += end - start;
    });
  }

  #clear(): void {
    this.#entries.fill(0);
    this.#values.length = 0;
    this.#end = STRINGS;
  }
}

/** Where to look first: by length, first, middle and last bytes of each string. -1 where one is tiny or long. */
function placeOf(view: DataView, spans: Int32Array, base: number): number {
  let hash = 0;
  for (let i = 0; i < FIELDS; i++) {
    const start = spans[base + OFFSETS[i]];
    const length = spans[base + OFFSETS[i] + 1] - start;
    hash = Math.imul(hash, 31) + length;
    // Of what is absent, start and end are both -1.
    if (length === 0) continue;
    if (length < COMPARED_BYTES_MIN || length > STRING_BYTES_MAX) return -1;
    const last = length - COMPARED_BYTES_MIN;
    hash = Math.imul(hash, 31) + view.getInt32(start, true);
    hash = Math.imul(hash, 31) + view.getInt32(start + (last >>> 1), true);
    hash = Math.imul(hash, 31) + view.getInt32(start + last, true);
  }
  return Math.imul(hash, 0x9e3779b1) >>> (32 - PLACE_BITS);
}
