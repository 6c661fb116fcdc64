import type { PlainValues } from "./byte_column.ts";

/** Slots are doubled when more than half are taken. */
const FIRST_SLOTS = 64;

/**
 * A hash of bytes, eight at a time in two lanes, so that one multiplication need not wait for the other. Whoever uses
 * it compares the bytes too.
 */
export function hashBytes(view: DataView, start: number, end: number): number {
  let [even, odd] = [end - start, 0];
  let i = start;
  for (; i + 8 <= end; i += 8) {
    even = Math.imul((even << 5 | even >>> 27) ^ view.getInt32(i, true), 0x9e3779b1);
    odd = Math.imul((odd << 5 | odd >>> 27) ^ view.getInt32(i + 4, true), 0x85ebca77);
  }
  for (; i < end; i++) even = Math.imul((even << 5 | even >>> 27) ^ view.getUint8(i), 0x9e3779b1);
  let hash = even ^ (odd << 16 | odd >>> 16);
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
  return (hash ^ hash >>> 16) >>> 0;
}

/** Whether so many bytes at two places are the same. */
function areEqual(a: DataView, atA: number, b: DataView, atB: number, length: number): boolean {
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    if (a.getInt32(atA + i, true) !== b.getInt32(atB + i, true)) return false;
  }
  for (; i < length; i++) if (a.getUint8(atA + i) !== b.getUint8(atB + i)) return false;
  return true;
}

/** Orders bytes as Parquet orders texts: unsigned, a prefix first. */
export function compareBytes(
  a: Uint8Array,
  startA: number,
  endA: number,
  b: Uint8Array,
  startB: number,
  endB: number,
): number {
  const end = startA + Math.min(endA - startA, endB - startB);
  for (let i = startA, j = startB; i < end; i++, j++) if (a[i] !== b[j]) return a[i] - b[j];
  return (endA - startA) - (endB - startB);
}

/**
 * Distinct values by number, in the order in which they came first. They are held as a dictionary's page holds them:
 * each behind its length where `gap` is 4, one after the other where it is 0.
 */
export class ValueTable {
  readonly #gap: 0 | 4;
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #starts = new Uint32Array(FIRST_SLOTS);
  #hashes = new Uint32Array(FIRST_SLOTS);
  /** A value's number plus one; 0 where there is none. */
  #slots = new Uint32Array(FIRST_SLOTS);
  #count = 0;
  #length = 0;

  constructor(gap: 0 | 4) {
    this.#gap = gap;
  }

  /** Distinct values so far. */
  get count(): number {
    return this.#count;
  }

  /** All values by their numbers; valid until the next one is added. */
  get values(): PlainValues {
    const bytes = this.#bytes.subarray(0, this.#length);
    const starts = this.#starts.slice(0, this.#count + 1);
    starts[this.#count] = this.#length + this.#gap;
    return { bytes, view: new DataView(bytes.buffer, 0, this.#length), starts, gap: this.#gap };
  }

  /** The number of a column's value, which is added if it is new. */
  add({ view, bytes: source, starts, gap }: PlainValues, code: number): number {
    const start = starts[code];
    const end = starts[code + 1] - gap;
    const hash = hashBytes(view, start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const value = this.#slots[slot] - 1;
      if (this.#hashes[value] === hash && this.#isEqual(value, view, start, end)) return value;
    }
    this.#slots[slot] = this.#count + 1;
    this.#append(source, start, end, hash);
    if (this.#count * 2 > this.#slots.length) this.#grow();
    return this.#count - 1;
  }

  #isEqual(value: number, view: DataView, start: number, end: number): boolean {
    const from = this.#starts[value];
    const to = value + 1 < this.#count ? this.#starts[value + 1] - this.#gap : this.#length;
    return to - from === end - start && areEqual(this.#view, from, view, start, end - start);
  }

  #append(source: Uint8Array, start: number, end: number, hash: number): void {
    const size = end - start;
    const needed = this.#length + this.#gap + size;
    if (needed > this.#bytes.length) {
      const room = Math.max(needed, Math.ceil(this.#bytes.length * 1.5));
      this.#bytes = new Uint8Array((this.#bytes.buffer as ArrayBuffer).transfer(room));
      this.#view = new DataView(this.#bytes.buffer);
    }
    if (this.#gap === 4) {
      for (let i = 0; i < 4; i++) this.#bytes[this.#length++] = size >>> (8 * i);
    }
    this.#hashes[this.#count] = hash;
    this.#starts[this.#count++] = this.#length;
    copyBytes(source, start, end, this.#bytes, this.#length);
    this.#length += size;
  }

  #grow(): void {
    const size = this.#slots.length * 2;
    this.#slots = new Uint32Array(size);
    this.#starts = widened(this.#starts, size);
    this.#hashes = widened(this.#hashes, size);
    for (let value = 0; value < this.#count; value++) {
      let slot = this.#hashes[value] & (size - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (size - 1);
      this.#slots[slot] = value + 1;
    }
  }
}

function widened(list: Uint32Array, size: number): Uint32Array<ArrayBuffer> {
  const wide = new Uint32Array(size);
  wide.set(list);
  return wide;
}

/** Up to this many bytes a loop is quicker than a call. */
const LOOP_BYTES_MAX = 48;

/** Copies bytes from `start` to `end` to a place in `out`. */
export function copyBytes(
  source: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): void {
  if (end - start > LOOP_BYTES_MAX) out.set(source.subarray(start, end), at);
  else for (let i = start; i < end; i++) out[at++] = source[i];
}
