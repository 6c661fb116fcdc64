/**
 * Event times and ids of many rows, which order them. They are kept as bytes outside the JavaScript heap,
 * 8 + 4 + 4 bytes and the id a row: as strings they would be the largest live part of the heap, and the
 * collector lets garbage grow in proportion to what lives.
 */
export class KeyTable {
  readonly timesMs: Float64Array;
  readonly #ends: Float64Array;
  #bytes = new Uint8Array(1024);
  #count = 0;
  readonly #encoder = new TextEncoder();

  constructor(rowCount: number) {
    this.timesMs = new Float64Array(rowCount);
    // One more, for an id that is looked for.
    this.#ends = new Float64Array(rowCount + 1);
  }

  /** Appends rows in their order. */
  add(timesMs: readonly number[], ids: readonly string[]): void {
    let end = this.#count === 0 ? 0 : this.#ends[this.#count - 1];
    for (let i = 0; i < ids.length; i++) {
      // A UTF-16 unit takes three bytes of UTF-8 at most.
      this.#reserve(end + ids[i].length * 3);
      end += this.#encoder.encodeInto(ids[i], this.#bytes.subarray(end)).written;
      this.#ends[this.#count] = end;
      this.timesMs[this.#count++] = timesMs[i];
    }
  }

  /** Orders by event time, then by the bytes of the event id. */
  compare(a: number, b: number): number {
    return this.timesMs[a] - this.timesMs[b] || this.#compareIds(a, b);
  }

  /** Groups of rows between two that share an event id, two or more each, in the order of their rows. */
  sharedIds(from: number, to: number): number[][] {
    const size = 2 ** Math.ceil(Math.log2((to - from) * 2 + 1));
    // Open addressing; a slot holds the first row of an id, plus one.
    const slots = new Uint32Array(size);
    const groups = new Map<number, number[]>();
    for (let row = from; row < to; row++) {
      const slot = this.#slotOf(slots, row);
      if (slots[slot] === 0) {
        slots[slot] = row + 1;
        continue;
      }
      const first = slots[slot] - 1;
      const group = groups.get(first);
      if (group === undefined) groups.set(first, [first, row]);
      else group.push(row);
    }
    return [...groups.values()];
  }

  /** Prepares looking rows up by id. The function gives the first row of an id, -1 if there is none. */
  finder(): (id: string) => number {
    const size = 2 ** Math.ceil(Math.log2(this.#count * 2 + 1));
    const slots = new Uint32Array(size);
    for (let row = 0; row < this.#count; row++) {
      const slot = this.#slotOf(slots, row);
      if (slots[slot] === 0) slots[slot] = row + 1;
    }
    return (id) => {
      // The id takes the place behind the last row for as long as it is looked for.
      const row = this.#count;
      const end = row === 0 ? 0 : this.#ends[row - 1];
      this.#reserve(end + id.length * 3);
      const { written } = this.#encoder.encodeInto(id, this.#bytes.subarray(end));
      this.#ends[row] = end + written;
      return slots[this.#slotOf(slots, row)] - 1;
    };
  }

  /** The slot that holds a row's id, or the empty one where it would be. */
  #slotOf(slots: Uint32Array, row: number): number {
    let slot = this.#hash(row) & (slots.length - 1);
    while (slots[slot] !== 0 && this.#compareIds(slots[slot] - 1, row) !== 0) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  #start(row: number): number {
    return row === 0 ? 0 : this.#ends[row - 1];
  }

  #compareIds(a: number, b: number): number {
    let i = this.#start(a);
    let j = this.#start(b);
    const lengthA = this.#ends[a] - i;
    const lengthB = this.#ends[b] - j;
    const end = i + Math.min(lengthA, lengthB);
    for (; i < end; i++, j++) {
      if (this.#bytes[i] !== this.#bytes[j]) return this.#bytes[i] - this.#bytes[j];
    }
    return lengthA - lengthB;
  }

  /** FNV-1a of the id's bytes. */
  #hash(row: number): number {
    let hash = 0x811c9dc5;
    for (let i = this.#start(row); i < this.#ends[row]; i++) {
      hash = Math.imul(hash ^ this.#bytes[i], 0x01000193);
    }
    return (hash ^ (hash >>> 15)) >>> 0;
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    const size = Math.max(length, Math.ceil(this.#bytes.length * 1.5));
    this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(size));
  }
}
