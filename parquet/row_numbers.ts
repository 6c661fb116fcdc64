import type { ByteColumn, PlainValues } from "./byte_column.ts";
import { ValueBytes } from "./value_bytes.ts";
import { ValueTable } from "./value_table.ts";

/** Values of a larger column that are looked at first, some next to each other, since like events come together. */
export const SAMPLED_VALUES = 1000;
const SAMPLED_TOGETHER = 8;
/** A sample that repeats itself less is of a column with too many distinct values for a dictionary. */
const SAMPLE_PLAIN_SHARE = 0.97;
/** A sample that repeats itself this much is of one that repeats itself at least as much as a whole. */
const SAMPLE_DICTIONARY_SHARE = 0.5;
/** A table that has grown beyond so many values is not kept: clearing it costs as much as it is large. */
const KEPT_VALUES_MAX = 50_000;

/** Tables of values of texts and of numbers, in room that is used again: new room would be garbage of a column's size. */
class ValueTables {
  readonly #made = new Map<0 | 4, { readonly bytes: ValueBytes; table: ValueTable }>();

  /** An empty one, and where it holds its values. */
  of(gap: 0 | 4): { readonly bytes: ValueBytes; readonly table: ValueTable } {
    let made = this.#made.get(gap);
    if (made === undefined || made.table.count > KEPT_VALUES_MAX) {
      const bytes = new ValueBytes(gap);
      this.#made.set(gap, made = { bytes, table: new ValueTable(bytes) });
    }
    made.bytes.clear();
    made.table.clear();
    return made;
  }
}

/** Numbers the distinct values of some rows, in the order in which they come first. */
export class RowNumbers {
  readonly #tables = new ValueTables();
  /** For each code of the source the number of its value plus one, 0 where that was not asked for yet. */
  #known = new Int32Array();
  #indexes = new Int32Array();
  #values: PlainValues | null = null;

  /** The distinct values; valid until the next call of `number`. */
  get values(): PlainValues {
    return this.#values!;
  }

  /** For each row that has a value its number. */
  get indexes(): Int32Array {
    return this.#indexes;
  }

  /**
   * Numbers values; each code is hashed once, however many rows have it, and never where all are distinct.
   * @param codes for each row its value's code, -1 for null
   * @returns false where more than `distinctMax` are distinct, which leaves nothing to be read
   */
  number(
    source: ByteColumn,
    codes: Int32Array,
    present: number,
    gap: 0 | 4,
    distinctMax: number,
  ): boolean {
    const codeCount = source.starts.length;
    if (this.#known.length < codeCount) this.#known = new Int32Array(codeCount);
    else this.#known.fill(0, 0, codeCount);
    const known = this.#known;
    const { bytes, table } = this.#tables.of(gap);
    const { areDistinct = false, bytes: from, starts } = source;
    const indexes = this.#indexRoom(present);
    let next = 0;
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i];
      if (code < 0) continue;
      let number = known[code];
      if (number === 0) {
        number = 1 +
          (areDistinct
            ? bytes.append(from, starts[code], starts[code + 1] - gap)
            : table.add(source, code));
        known[code] = number;
        if (number > distinctMax) return false;
      }
      indexes[next++] = number - 1;
    }
    this.#values = bytes.values;
    return true;
  }

  #indexRoom(count: number): Int32Array {
    if (this.#indexes.buffer.byteLength < count * 4) this.#indexes = new Int32Array(count);
    return this.#indexes = new Int32Array(this.#indexes.buffer, 0, count);
  }
}

const sampled = new ValueTables();
let sampleCount = 0;
let samplePlaces: readonly number[] = [];

/** What a sample says: a dictionary pays, it does not, or (null) all values must be counted. */
export function dictionaryPays(
  source: ByteColumn,
  codes: Int32Array,
  gap: 0 | 4,
): boolean | null {
  if (codes.length <= SAMPLED_VALUES) return null;
  if (sampleCount !== codes.length) {
    sampleCount = codes.length;
    samplePlaces = sampledPlaces(sampleCount);
  }
  const present: number[] = [];
  for (const i of samplePlaces) if (codes[i] >= 0) present.push(codes[i]);
  if (present.length === 0) return true;
  const distinct = new Set(present);
  // Values have one number or more each.
  if (distinct.size <= present.length * SAMPLE_DICTIONARY_SHARE) return true;
  const { table } = sampled.of(gap);
  for (const code of distinct) table.add(source, code);
  return sampleSays(table.count / present.length);
}

/** The same of a sample of which that share of values is distinct. */
export function sampleSays(distinctShare: number): boolean | null {
  if (distinctShare > SAMPLE_PLAIN_SHARE) return false;
  return distinctShare <= SAMPLE_DICTIONARY_SHARE ? true : null;
}

/** At places without a pattern, which values that recur in step would hide from; the same ones each time. */
function sampledPlaces(count: number): number[] {
  const places: number[] = [];
  let state = 1;
  while (places.length < SAMPLED_VALUES) {
    // Numerical Recipes' quick generator; its upper bits are the better ones.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const start = Math.floor(state / 2 ** 32 * (count - SAMPLED_TOGETHER));
    for (let i = start; i < start + SAMPLED_TOGETHER; i++) places.push(i);
  }
  return places;
}
