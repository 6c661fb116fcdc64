import { HOUR_MS } from "../core/hours.ts";
import { compareCodePoints } from "../core/json_text.ts";
import type { ByteColumn } from "./byte_column.ts";
import { ACTIVITY_COLUMNS, ACTIVITY_KEY_COLUMNS } from "./columns.ts";
import { TableWriter } from "./encode.ts";
import type { Picks } from "./encode_picked.ts";
import { ValueBytes } from "./value_bytes.ts";
import { ValueTable } from "./value_table.ts";

/** Numbers of an entry: for each key its text's number plus one, 0 for null, and the hour. */
const WIDTH = ACTIVITY_KEY_COLUMNS.length + 1;

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
   * Counts picked rows.
   * @param keys for each key column its sources
   */
  add(keys: readonly (readonly ByteColumn[])[], { sources, rows }: Picks, counted: Counted): void {
    const { timesMs, lastMs = timesMs, counts } = counted;
    // By source: its columns, and for each the numbers of texts that were looked up already, plus one.
    const columnsOf = keys[0].map((_, source) => keys.map((columns) => columns[source]));
    const numbersOf = columnsOf.map((columns) =>
      columns.map(({ starts }) => new Int32Array(starts.length))
    );
    const entry = new Int32Array(WIDTH);
    for (let i = 0; i < rows.length; i++) {
      const columns = columnsOf[sources[i]];
      const numbers = numbersOf[sources[i]];
      for (let k = 0; k < columns.length; k++) {
        const code = columns[k].codes[rows[i]];
        entry[k] = code < 0 ? 0 : numbers[k][code] ||= this.#texts[k].add(columns[k], code) + 1;
      }
      entry[WIDTH - 1] = Math.floor(timesMs[i] / HOUR_MS);
      const e = this.#find(entry);
      this.#counts[e] += counts?.[i] ?? 1;
      if (timesMs[i] < this.#firstMs[e]) this.#firstMs[e] = timesMs[i];
      if (lastMs[i] > this.#lastMs[e]) this.#lastMs[e] = lastMs[i];
    }
  }

  /** The `activity` file, sorted by hour and its key columns with nulls first. */
  finish(rowGroupRowsMax: number): { readonly bytes: Uint8Array<ArrayBuffer>; rows: number } {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const texts = this.#texts.map(({ values: { bytes, starts, gap } }) =>
      Array.from(
        starts.subarray(1),
        (next, v) => decoder.decode(bytes.subarray(starts[v], next - gap)),
      )
    );
    const textOf = (e: number, k: number): string | null => {
      const number = this.#entries[e * WIDTH + k];
      return number === 0 ? null : texts[k][number - 1];
    };
    // Texts are ordered once; entries then compare numbers.
    const ranks = texts.map((list) => {
      const order = list.map((_, v) => v).sort((a, b) => compareCodePoints(list[a], list[b]));
      const rank = new Int32Array(list.length + 1);
      order.forEach((v, place) => rank[v + 1] = place + 1);
      return rank;
    });
    const compare = (a: number, b: number): number => {
      const [x, y] = [a * WIDTH, b * WIDTH];
      const hours = this.#entries[x + WIDTH - 1] - this.#entries[y + WIDTH - 1];
      if (hours !== 0) return hours;
      for (let k = 0; k < WIDTH - 1; k++) {
        const keys = ranks[k][this.#entries[x + k]] - ranks[k][this.#entries[y + k]];
        if (keys !== 0) return keys;
      }
      return 0;
    };
    const order = Uint32Array.from({ length: this.#count }, (_, e) => e).sort(compare);
    const writer = new TableWriter(ACTIVITY_COLUMNS);
    for (let start = 0; start < order.length; start += rowGroupRowsMax) {
      const group = Array.from(order.subarray(start, start + rowGroupRowsMax));
      writer.writeRowGroup([
        ...ACTIVITY_KEY_COLUMNS.map((_, k) => group.map((e) => textOf(e, k))),
        group.map((e) => this.#counts[e]),
        group.map((e) => this.#firstMs[e]),
        group.map((e) => this.#lastMs[e]),
      ], group.length);
    }
    return { bytes: writer.finish(), rows: this.#count };
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

function hashOf(numbers: Int32Array, at: number): number {
  let hash = 0;
  for (let i = at; i < at + WIDTH; i++) {
    hash = Math.imul(hash ^ numbers[i], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}
