import { HOUR_MS } from "../core/hours.ts";
import { kernel, MEMORY } from "../kernel/mod.ts";
import { type ByteColumn, byteColumn, type PlainValues, setInt64 } from "./byte_column.ts";
import { ACTIVITY_COLUMNS, ACTIVITY_KEY_COLUMNS } from "./columns.ts";
import { TableWriter } from "./encode.ts";
import { encodeColumn } from "./encode_column.ts";
import { rowsFrom } from "./row_set.ts";
import { ValueBytes } from "./value_bytes.ts";
import { compareBytes, ValueTable } from "./value_table.ts";

/** Numbers of an entry: for each key its text's number plus one, 0 for null, and the hour. */
const WIDTH = ACTIVITY_KEY_COLUMNS.length + 1;

const ROWS_MAX = kernel.rowsMax();
/** Where the kernel takes rows of so many numbers, and gives the group of each, and the first row of each group. */
const TUPLES = Array.from(
  { length: WIDTH },
  (_, k) => new Int32Array(MEMORY.buffer, kernel.tuples() + k * ROWS_MAX * 4, ROWS_MAX),
);
const GROUPS = new Int32Array(MEMORY.buffer, kernel.indexes(), ROWS_MAX);
const FIRST_ROWS = new Int32Array(MEMORY.buffer, kernel.starts(), ROWS_MAX);

/** A file of more hours than this is sorted by comparing them. */
const HOURS_COUNTED_MAX = 10_000;

/** What is counted: an event for each row where counts and last times are not given. */
export interface Counted {
  /** For each row its (first) event time, ms since the epoch. */
  readonly timesMs: ArrayLike<number>;
  readonly lastMs?: ArrayLike<number>;
  readonly counts?: ArrayLike<number>;
}

/**
 * Counts events by hour and the key columns of `activity`: a day's rollup has the rows of its hours. Holds each text
 * once, and 100 bytes an hour and combination of keys.
 */
export class Rollup {
  readonly #texts = ACTIVITY_KEY_COLUMNS.map(() => new ValueTable(new ValueBytes(4)));
  /** `WIDTH` numbers an entry. */
  #entries = new Int32Array(64 * WIDTH);
  #counts = new Float64Array(64);
  #firstMs = new Float64Array(64);
  #lastMs = new Float64Array(64);
  #slots = new Uint32Array(256);
  #count = 0;

  /**
   * Counts rows.
   * @param keys the key columns, a value for each row
   */
  add(keys: readonly ByteColumn[], counted: Counted): void {
    // For each column the numbers of its values' texts, plus one; 0 where they were not looked up yet.
    const numbers = keys.map(({ starts }) => new Int32Array(starts.length));
    const { length } = counted.timesMs;
    for (let from = 0; from < length; from += ROWS_MAX) {
      this.#addRows(keys, numbers, counted, from, Math.min(from + ROWS_MAX, length));
    }
  }

  /** Counts rows from one to another (exclusive): those that are alike find their entry together. */
  #addRows(
    keys: readonly ByteColumn[],
    numbers: readonly Int32Array[],
    { timesMs, lastMs = timesMs, counts }: Counted,
    from: number,
    to: number,
  ): void {
    keys.forEach(({ codes }, k) => TUPLES[k].set(codes.subarray(from, to)));
    const hours = TUPLES[WIDTH - 1];
    for (let row = from; row < to; row++) hours[row - from] = Math.floor(timesMs[row] / HOUR_MS);
    const groups = kernel.groupTuples(to - from, WIDTH);
    const entries = new Int32Array(groups);
    const entry = new Int32Array(WIDTH);
    for (let group = 0; group < groups; group++) {
      const row = FIRST_ROWS[group];
      for (let k = 0; k < keys.length; k++) {
        const code = TUPLES[k][row];
        entry[k] = code < 0 ? 0 : numbers[k][code] ||= this.#texts[k].add(keys[k], code) + 1;
      }
      entry[WIDTH - 1] = hours[row];
      entries[group] = this.#find(entry);
    }
    for (let row = from; row < to; row++) {
      const e = entries[GROUPS[row - from]];
      const timeMs = timesMs[row];
      this.#counts[e] += counts === undefined ? 1 : counts[row];
      if (timeMs < this.#firstMs[e]) this.#firstMs[e] = timeMs;
      if (lastMs[row] > this.#lastMs[e]) this.#lastMs[e] = lastMs[row];
    }
  }

  /** The `activity` file, sorted by hour and its key columns with nulls first. */
  finish(rowGroupRowsMax: number): { readonly bytes: Uint8Array<ArrayBuffer>; rows: number } {
    const order = this.#order();
    const columns = [
      ...this.#texts.map((texts, k) => {
        return { codes: this.#numbers(k).map((number) => number - 1), ...texts.values };
      }),
      ...[this.#counts, this.#firstMs, this.#lastMs].map((list) =>
        columnOfNumbers(list.subarray(0, this.#count))
      ),
    ];
    const writer = new TableWriter(ACTIVITY_COLUMNS);
    for (let start = 0; start < order.length; start += rowGroupRowsMax) {
      const rows = order.subarray(start, start + rowGroupRowsMax);
      const chunks = ACTIVITY_COLUMNS.map((column, c) =>
        encodeColumn(column, columns[c], rows).chunk
      );
      writer.appendRowGroup(chunks, rows.length);
    }
    return { bytes: writer.finish(), rows: this.#count };
  }

  /** The entries in the order of their hours, then of their keys. */
  #order(): Uint32Array {
    let order = rowsFrom(0, this.#count);
    if (order.length === 0) return order;
    // Least significant first: each step keeps the order of the ones before.
    for (let k = WIDTH - 2; k >= 0; k--) {
      const rankOf = ranksOf(this.#texts[k].values);
      order = countingSort(order, this.#numbers(k).map((number) => rankOf[number]), rankOf.length);
    }
    const hours = this.#numbers(WIDTH - 1);
    const min = hours.reduce((least, hour) => Math.min(least, hour));
    const span = hours.reduce((most, hour) => Math.max(most, hour - min), 0) + 1;
    if (span === 1) return order;
    if (span > HOURS_COUNTED_MAX) return order.sort((a, b) => hours[a] - hours[b]);
    return countingSort(order, hours.map((hour) => hour - min), span);
  }

  /** Of each entry the number at one of its `WIDTH` places. */
  #numbers(place: number): Int32Array {
    const numbers = new Int32Array(this.#count);
    for (let e = 0, at = place; e < numbers.length; e++, at += WIDTH) {
      numbers[e] = this.#entries[at];
    }
    return numbers;
  }

  /** The place of an entry, which is made if it is new. */
  #find(entry: Int32Array): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(entry, 0) & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const at = (this.#slots[slot] - 1) * WIDTH;
      let k = 0;
      while (k < WIDTH && this.#entries[at + k] === entry[k]) k++;
      if (k === WIDTH) return this.#slots[slot] - 1;
    }
    if (this.#count === this.#counts.length) {
      this.#grow();
      return this.#find(entry);
    }
    this.#slots[slot] = this.#count + 1;
    this.#entries.set(entry, this.#count * WIDTH);
    this.#firstMs[this.#count] = Infinity;
    this.#lastMs[this.#count] = -Infinity;
    return this.#count++;
  }

  #grow(): void {
    const size = this.#count * 2;
    const widened = <T extends Int32Array | Float64Array>(list: T, wide: T): T => {
      wide.set(list);
      return wide;
    };
    this.#entries = widened(this.#entries, new Int32Array(size * WIDTH));
    this.#counts = widened(this.#counts, new Float64Array(size));
    this.#firstMs = widened(this.#firstMs, new Float64Array(size));
    this.#lastMs = widened(this.#lastMs, new Float64Array(size));
    this.#slots = new Uint32Array(size * 4);
    for (let e = 0; e < this.#count; e++) {
      let slot = hashOf(this.#entries, e * WIDTH) & (this.#slots.length - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = e + 1;
    }
  }
}

/** By a text's number plus one its place among all, ordered as their bytes are; 0 for null. */
function ranksOf({ bytes, starts, gap }: PlainValues): Int32Array {
  const count = starts.length - 1;
  const order = rowsFrom(0, count);
  const shared = sharedStart({ bytes, starts, gap });
  // Most texts differ in the first bytes behind what all begin with, as ARNs do.
  const heads = new Float64Array(count);
  for (let v = 0; v < count; v++) {
    const from = starts[v] + shared;
    const end = starts[v + 1] - gap;
    for (let at = from; at < from + HEAD_BYTES; at++) {
      heads[v] = heads[v] * 256 + (at < end ? bytes[at] : 0);
    }
  }
  order.sort((a, b) =>
    heads[a] - heads[b] || compareBytes(
      bytes,
      starts[a] + shared,
      starts[a + 1] - gap,
      bytes,
      starts[b] + shared,
      starts[b + 1] - gap,
    )
  );
  const ranks = new Int32Array(starts.length);
  for (let place = 0; place < count; place++) ranks[order[place] + 1] = place + 1;
  return ranks;
}

/** Bytes that a number holds exactly. */
const HEAD_BYTES = 6;

/** How many bytes all texts begin with. */
function sharedStart({ bytes, starts, gap }: Pick<PlainValues, "bytes" | "starts" | "gap">) {
  let shared = starts.length > 1 ? starts[1] - gap - starts[0] : 0;
  for (let v = 1; v + 1 < starts.length && shared > 0; v++) {
    shared = Math.min(shared, starts[v + 1] - gap - starts[v]);
    let same = 0;
    while (same < shared && bytes[starts[v] + same] === bytes[starts[0] + same]) same++;
    shared = same;
  }
  return shared;
}

/** Puts items in the order of their ranks, which are below `rankCount`; those of one rank stay in their order. */
function countingSort(items: Uint32Array, ranks: Int32Array, rankCount: number): Uint32Array {
  const next = new Uint32Array(rankCount + 1);
  for (const item of items) next[ranks[item] + 1]++;
  for (let rank = 0; rank < rankCount; rank++) next[rank + 1] += next[rank];
  const sorted = new Uint32Array(items.length);
  for (const item of items) sorted[next[ranks[item]]++] = item;
  return sorted;
}

function columnOfNumbers(numbers: Float64Array): ByteColumn {
  const count = numbers.length;
  const view = new DataView(new ArrayBuffer(count * 8));
  const codes = new Int32Array(count);
  const starts = new Uint32Array(count + 1);
  for (let i = 0; i < count; i++) {
    setInt64(view, i * 8, numbers[i]);
    codes[i] = i;
    starts[i + 1] = (i + 1) * 8;
  }
  return byteColumn({ codes, bytes: new Uint8Array(view.buffer), starts, gap: 0 });
}

function hashOf(numbers: Int32Array, at: number): number {
  let hash = 0;
  for (let i = at; i < at + WIDTH; i++) {
    hash = Math.imul(hash ^ numbers[i], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}
