import { hourOf } from "../core/hours.ts";
import { compareCodePoints } from "../core/json_text.ts";
import { ACTIVITY_COLUMNS, ACTIVITY_KEY_COLUMNS } from "./columns.ts";
import { TableWriter } from "./encode.ts";

interface Entry {
  readonly hourMs: number;
  readonly keys: readonly (string | null)[];
  count: number;
  firstMs: number;
  lastMs: number;
}

/**
 * Counts events by hour and the key columns of `activity`: a day's rollup has the rows of its hours. Holds one
 * entry an hour and combination of keys.
 */
export class Rollup {
  readonly #entries = new Map<string, Entry>();

  /**
   * Counts events.
   * @param keys for each key column its values
   * @param timesMs the events' times
   */
  add(keys: readonly (readonly unknown[])[], timesMs: readonly number[]): void {
    for (let i = 0; i < timesMs.length; i++) this.#count(keys, i, 1, timesMs[i], timesMs[i]);
  }

  /** Adds what another rollup counted: its rows' keys, counts and times. */
  addCounts(
    keys: readonly (readonly unknown[])[],
    counts: readonly number[],
    firstMs: readonly number[],
    lastMs: readonly number[],
  ): void {
    for (let i = 0; i < counts.length; i++) {
      this.#count(keys, i, counts[i], firstMs[i], lastMs[i]);
    }
  }

  #count(
    keys: readonly (readonly unknown[])[],
    i: number,
    count: number,
    firstMs: number,
    lastMs: number,
  ): void {
    const values = keys.map((column) => column[i] as string | null);
    const hourMs = hourOf(firstMs);
    const name = `${hourMs}${JSON.stringify(values)}`;
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      this.#entries.set(name, { hourMs, keys: values, count, firstMs, lastMs });
    } else {
      entry.count += count;
      if (firstMs < entry.firstMs) entry.firstMs = firstMs;
      if (lastMs > entry.lastMs) entry.lastMs = lastMs;
    }
  }

  /** The `activity` file, sorted by hour and its key columns with nulls first. */
  finish(rowGroupRowsMax: number): { readonly bytes: Uint8Array<ArrayBuffer>; rows: number } {
    const entries = [...this.#entries.values()].sort(compareEntries);
    const writer = new TableWriter(ACTIVITY_COLUMNS);
    for (let start = 0; start < entries.length; start += rowGroupRowsMax) {
      const group = entries.slice(start, start + rowGroupRowsMax);
      const values: unknown[][] = [
        ...ACTIVITY_KEY_COLUMNS.map((_, i) => group.map((entry) => entry.keys[i])),
        group.map((entry) => entry.count),
        group.map((entry) => entry.firstMs),
        group.map((entry) => entry.lastMs),
      ];
      writer.writeRowGroup(values, group.length);
    }
    return { bytes: writer.finish(), rows: entries.length };
  }
}

function compareEntries(a: Entry, b: Entry): number {
  if (a.hourMs !== b.hourMs) return a.hourMs - b.hourMs;
  for (let i = 0; i < a.keys.length; i++) {
    const [x, y] = [a.keys[i], b.keys[i]];
    if (x === y) continue;
    if (x === null) return -1;
    if (y === null) return 1;
    return compareCodePoints(x, y);
  }
  return 0;
}
