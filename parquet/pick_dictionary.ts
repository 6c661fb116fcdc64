import { type ByteColumn, gapOf, type PlainValues } from "./byte_column.ts";
import type { Column } from "./columns.ts";
import { ValueBytes } from "./value_bytes.ts";
import { ValueTable } from "./value_table.ts";

/** Values that are looked at first, some next to each other, since like events come together. */
const SAMPLED_VALUES = 1000;
const SAMPLED_TOGETHER = 8;
/** A sample that repeats itself less is of a column with too many distinct values for a dictionary. */
const SAMPLE_PLAIN_SHARE = 0.97;
/** A sample that repeats itself this much is of one that repeats itself at least as much as a whole. */
const SAMPLE_DICTIONARY_SHARE = 0.5;
/** With a greater share of distinct values a dictionary would not halve the column. */
const DISTINCT_SHARE_MAX = 0.5;

/** Distinct values of the picked rows, and for each row that has one its place among them. */
export interface PickedDictionary {
  readonly values: PlainValues;
  readonly indexes: Int32Array;
}

/**
 * Builds the dictionary of picked rows, in the order in which its values come first; null where a dictionary would not
 * halve the values. Of a source's values each is hashed once, however many rows have it.
 * @param sourceOf for each row the number of its source
 * @param codes for each row its value's number in that source, -1 for null
 */
export function pickDictionary(
  column: Column,
  sources: readonly ByteColumn[],
  sourceOf: Uint32Array,
  codes: Int32Array,
  present: number,
): PickedDictionary | null {
  if (present === 0) return null;
  const gap = gapOf(column);
  if (sources.length === 1 && sources[0].areDistinct) {
    return distinctDictionary(sources[0], codes, present, gap);
  }
  const isLikely = sampleVerdict(sources, sourceOf, codes, gap);
  if (isLikely === false) return null;
  const distinctMax = isLikely === true ? Infinity : present * DISTINCT_SHARE_MAX;
  const table = new ValueTable(new ValueBytes(gap));
  const indexes = new Int32Array(present);
  const known: (Int32Array | undefined)[] = new Array(sources.length);
  let next = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code < 0) continue;
    const source = sourceOf[i];
    const numbers = known[source] ??= new Int32Array(sources[source].starts.length);
    // A number plus one, so that new memory says "not yet".
    if (numbers[code] === 0) {
      numbers[code] = table.add(sources[source], code) + 1;
      if (table.count > distinctMax) return null;
    }
    indexes[next++] = numbers[code] - 1;
  }
  return { values: table.values, indexes };
}

/** The dictionary of rows of one source none of whose values are equal: they need not be compared. */
function distinctDictionary(
  source: ByteColumn,
  codes: Int32Array,
  present: number,
  gap: 0 | 4,
): PickedDictionary | null {
  const { bytes, starts } = source;
  const distinctMax = present * DISTINCT_SHARE_MAX;
  const values = new ValueBytes(gap);
  // A number plus one, so that new memory says "not yet".
  const numbers = new Int32Array(starts.length);
  const indexes = new Int32Array(present);
  let next = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code < 0) continue;
    if (numbers[code] === 0) {
      if (values.count + 1 > distinctMax) return null;
      numbers[code] = values.append(bytes, starts[code], starts[code + 1] - gap) + 1;
    }
    indexes[next++] = numbers[code] - 1;
  }
  return { values: values.values, indexes };
}

/** What a sample says: a dictionary pays, it does not, or (null) all values must be counted. */
function sampleVerdict(
  sources: readonly ByteColumn[],
  sourceOf: Uint32Array,
  codes: Int32Array,
  gap: 0 | 4,
): boolean | null {
  if (codes.length <= SAMPLED_VALUES) return null;
  const table = new ValueTable(new ValueBytes(gap));
  let present = 0;
  for (const i of sampledPlaces(codes.length)) {
    const code = codes[i];
    if (code < 0) continue;
    present++;
    table.add(sources[sourceOf[i]], code);
  }
  const share = present === 0 ? 0 : table.count / present;
  if (share > SAMPLE_PLAIN_SHARE) return false;
  return share <= SAMPLE_DICTIONARY_SHARE ? true : null;
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
