import type { PlainValues } from "./byte_column.ts";
import type { ValueBytes } from "./value_bytes.ts";

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
export function areEqual(
  a: DataView,
  atA: number,
  b: DataView,
  atB: number,
  length: number,
): boolean {
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

/** Distinct values by number, in the order in which they came first. */
export class ValueTable {
  readonly #values: ValueBytes;
  #hashes = new Uint32Array(FIRST_SLOTS);
  /** A value's number plus one; 0 where there is none. */
  #slots = new Uint32Array(FIRST_SLOTS);

  /** @param values where they are held: none so far */
  constructor(values: ValueBytes) {
    this.#values = values;
  }

  /** Distinct values so far. */
  get count(): number {
    return this.#values.count;
  }

  /** All values by their numbers; valid until the next one is added. */
  get values(): PlainValues {
    return this.#values.values;
  }

  /** The number of a column's value, which is added if it is new. */
  add({ view, bytes, starts, gap }: PlainValues, code: number): number {
    return this.addBytes(bytes, view, starts[code], starts[code + 1] - gap);
  }

  /** The number of the bytes between two positions. @param view the same bytes */
  addBytes(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const hash = hashBytes(view, start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const value = this.#slots[slot] - 1;
      if (this.#hashes[value] === hash && this.#isEqual(value, view, start, end)) return value;
    }
    const value = this.#values.append(bytes, start, end);
    this.#slots[slot] = value + 1;
    this.#hashes[value] = hash;
    if (this.#values.count * 2 > this.#slots.length) this.#grow();
    return value;
  }

  /** Forgets all values, which its owner clears too. */
  clear(): void {
    this.#slots.fill(0);
  }

  #isEqual(value: number, view: DataView, start: number, end: number): boolean {
    const from = this.#values.start(value);
    const size = end - start;
    return this.#values.end(value) - from === size &&
      areEqual(this.#values.view, from, view, start, size);
  }

  #grow(): void {
    const size = this.#slots.length * 2;
    this.#slots = new Uint32Array(size);
    const hashes = new Uint32Array(size);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    for (let value = 0; value < this.#values.count; value++) {
      let slot = hashes[value] & (size - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (size - 1);
      this.#slots[slot] = value + 1;
    }
  }
}
