import { type ByteColumn, int64At } from "./byte_column.ts";
import { rowsFrom } from "./row_set.ts";
import { copyBytes } from "./value_bytes.ts";
import { compareBytes, hashBytes } from "./value_table.ts";

/** Instants further apart, such as those of a damaged file, are compared. */
const SPAN_MS_MAX = 2 ** 27;
/** Bits by which instants are sorted at a time: the seconds of an hour fit into them. */
const DIGIT_BITS = 12;
/** Rows of one instant up to which moving each to its place is quicker than sorting. */
const FEW_ROWS = 64;
const fewHeads = new Float64Array(FEW_ROWS);
/** Ids so far say how much room all will take, but one that is very long says little. */
const GROWTH_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Event times and ids of many rows, which order them. They are kept as bytes outside the JavaScript heap,
 * 8 + 8 + 4 + 4 bytes and the id a row: as strings they would be the largest live part of the heap, and the
 * collector lets garbage grow in proportion to what lives.
 */
export class KeyTable {
  readonly timesMs: Float64Array;
  readonly #starts: Float64Array;
  readonly #hashes: Uint32Array;
  /** The first four bytes of each id as a number. */
  readonly #heads: Uint32Array;
  #bytes = new Uint8Array();
  #count = 0;
  #timeCount = 0;

  constructor(rowCount: number) {
    this.timesMs = new Float64Array(rowCount);
    this.#starts = new Float64Array(rowCount + 1);
    this.#hashes = new Uint32Array(rowCount);
    this.#heads = new Uint32Array(rowCount);
  }

  /** Appends the times of some rows of a column, in the order given. They are not null. */
  addTimes({ codes, view, starts }: ByteColumn, rows: Uint32Array): void {
    for (let i = 0; i < rows.length; i++) {
      this.timesMs[this.#timeCount++] = int64At(view, starts[codes[rows[i]]]);
    }
  }

  /** Appends the ids of some rows of a column, in the order given. They are not null. */
  addIds({ codes, bytes, view, starts, gap }: ByteColumn, rows: Uint32Array): void {
    for (let i = 0; i < rows.length; i++) {
      const code = codes[rows[i]];
      const [start, end] = [starts[code], starts[code + 1] - gap];
      const at = this.#starts[this.#count];
      this.#reserve(at + end - start);
      copyBytes(bytes, start, end, this.#bytes, at);
      this.#hashes[this.#count] = hashBytes(view, start, end);
      this.#heads[this.#count++] = end - start >= 4
        ? view.getUint32(start)
        : headOf(bytes, start, end);
      this.#starts[this.#count] = at + end - start;
    }
  }

  /** The event times of some rows. */
  timesOf(rows: Uint32Array): Float64Array {
    const times = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) times[i] = this.timesMs[rows[i]];
    return times;
  }

  /** Orders by event time, then by the bytes of the event id. */
  compare(a: number, b: number): number {
    return this.timesMs[a] - this.timesMs[b] || this.#compareIds(a, b);
  }

  /**
   * Rows by event time, then by event id, then as `compareEqual` says of two rows that have both in common; without it
   * these stay in their order.
   */
  sorted(rows: Uint32Array, compareEqual?: (a: number, b: number) => number): Uint32Array {
    const compare = (a: number, b: number) => this.compare(a, b) || compareEqual?.(a, b) || a - b;
    // Parts are often sorted already, and looking is far cheaper than sorting.
    if (rows.every((row, i) => i === 0 || compare(rows[i - 1], row) < 0)) return rows;
    let [min, max] = [Infinity, -Infinity];
    for (const row of rows) {
      const timeMs = this.timesMs[row];
      if (timeMs < min) min = timeMs;
      if (timeMs > max) max = timeMs;
    }
    if (max - min >= SPAN_MS_MAX) return rows.slice().sort(compare);
    const sorted = this.#byInstant(rows, min, max - min);
    for (let from = 0; from < sorted.length;) {
      let to = from + 1;
      const timeMs = this.timesMs[sorted[from]];
      while (to < sorted.length && this.timesMs[sorted[to]] === timeMs) to++;
      if (to - from > 1) this.#sortFew(sorted.subarray(from, to), compare);
      from = to;
    }
    return sorted;
  }

  /** Rows by event time, those of one instant in their order. @param min the least time, `span` what the greatest adds */
  #byInstant(rows: Uint32Array, min: number, span: number): Uint32Array {
    const offsets = new Uint32Array(rows.length);
    let isWhole = true;
    for (let i = 0; i < rows.length; i++) {
      offsets[i] = this.timesMs[rows[i]] - min;
      if (offsets[i] % 1000 !== 0) isWhole = false;
    }
    // Of whole seconds, as CloudTrail's are, one step suffices for many hours.
    if (isWhole) { for (let i = 0; i < offsets.length; i++) offsets[i] /= 1000; }
    let places = rowsFrom(0, rows.length);
    const bits = 32 - Math.clz32(isWhole ? span / 1000 : span);
    for (let shift = 0; shift < bits; shift += DIGIT_BITS) {
      places = sortedByDigit(places, offsets, shift);
    }
    return places.map((place) => rows[place]);
  }

  /** Sorts rows of one instant, of which there mostly are few. Most ids differ in their first bytes. */
  #sortFew(rows: Uint32Array, compare: (a: number, b: number) => number): void {
    if (rows.length > FEW_ROWS) {
      rows.sort(compare);
      return;
    }
    const heads = fewHeads;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      const head = this.#heads[row];
      let place = i;
      for (; place > 0; place--) {
        const other = heads[place - 1];
        if (other < head || (other === head && compare(rows[place - 1], row) <= 0)) break;
        heads[place] = other;
        rows[place] = rows[place - 1];
      }
      heads[place] = head;
      rows[place] = row;
    }
  }

  /** Groups of rows between two that share an event id, two or more each, in the order of their rows. */
  sharedIds(from: number, to: number): number[][] {
    const slots = slotsFor(to - from);
    const groups = new Map<number, number[]>();
    for (let row = from; row < to; row++) {
      const slot = this.#slotOf(
        slots,
        this.#hashes[row],
        this.#bytes,
        this.#starts[row],
        this.#starts[row + 1],
      );
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

  /** Prepares looking rows up by an id, a column's value. The function gives the first row of it, -1 if there is none. */
  finder(): (ids: ByteColumn, code: number) => number {
    const slots = slotsFor(this.#count);
    for (let row = 0; row < this.#count; row++) {
      const slot = this.#slotOf(
        slots,
        this.#hashes[row],
        this.#bytes,
        this.#starts[row],
        this.#starts[row + 1],
      );
      if (slots[slot] === 0) slots[slot] = row + 1;
    }
    return ({ bytes, view, starts, gap }, code) => {
      const [start, end] = [starts[code], starts[code + 1] - gap];
      return slots[this.#slotOf(slots, hashBytes(view, start, end), bytes, start, end)] - 1;
    };
  }

  /** The slot that holds an id's first row, or the empty one where it would be. */
  #slotOf(
    slots: Uint32Array,
    hash: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): number {
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const row = slots[slot] - 1;
      if (this.#hashes[row] !== hash) continue;
      const [from, to] = [this.#starts[row], this.#starts[row + 1]];
      if (compareBytes(this.#bytes, from, to, bytes, start, end) === 0) break;
    }
    return slot;
  }

  #compareIds(a: number, b: number): number {
    const bytes = this.#bytes;
    const starts = this.#starts;
    return compareBytes(bytes, starts[a], starts[a + 1], bytes, starts[b], starts[b + 1]);
  }

  /** Makes room, at once for as many rows as there will be if their ids are like those so far. */
  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    const likely = Math.ceil(length / (this.#count + 1) * this.timesMs.length);
    const size = Math.max(Math.ceil(length * 1.1), Math.min(likely, length + GROWTH_BYTES_MAX));
    this.#bytes = new Uint8Array((this.#bytes.buffer as ArrayBuffer).transfer(size));
  }
}

/** Puts places in the order of some bits of their numbers; those that have them in common stay in their order. */
function sortedByDigit(places: Uint32Array, numbers: Uint32Array, shift: number): Uint32Array {
  const next = new Uint32Array(2 ** DIGIT_BITS + 1);
  const mask = 2 ** DIGIT_BITS - 1;
  for (let i = 0; i < numbers.length; i++) next[((numbers[i] >>> shift) & mask) + 1]++;
  for (let digit = 0; digit < mask; digit++) next[digit + 1] += next[digit];
  const sorted = new Uint32Array(places.length);
  for (let i = 0; i < places.length; i++) {
    sorted[next[(numbers[places[i]] >>> shift) & mask]++] = places[i];
  }
  return sorted;
}

/** Open addressing; a slot holds the first row of an id, plus one. */
function slotsFor(rows: number): Uint32Array {
  return new Uint32Array(2 ** Math.ceil(Math.log2(rows * 2 + 1)));
}

/** The first four bytes of a shorter id as a number; what it lacks is 0, as if it were less than any byte. */
function headOf(bytes: Uint8Array, start: number, end: number): number {
  let head = 0;
  for (let at = start; at < start + 4; at++) head = head * 256 + (at < end ? bytes[at] : 0);
  return head;
}
