/** Values whose texts are put together and encoded at once. */
const BATCH_VALUES = 256;
/**
 * Values that are looked at first to tell whether a dictionary pays: some next to each other, since like events come
 * together, at places spread over the column.
 */
const SAMPLED_VALUES = 1000;
const SAMPLED_TOGETHER = 8;
/** A sample that repeats itself less is of a column with too many distinct values for a dictionary. */
const SAMPLE_PLAIN_SHARE = 0.97;
/** A sample that repeats itself this much is of one that repeats itself at least as much as a whole. */
const SAMPLE_DICTIONARY_SHARE = 0.5;
/** With a greater share of distinct values a dictionary would not halve the column. */
const DISTINCT_SHARE_MAX = 0.5;

const encoder = new TextEncoder();

/**
 * Whether so many of a column's texts differ that a dictionary cannot pay. Texts given as bytes are large. A sample
 * alone does not tell: of 20,000 values, each there four times, a thousand are nearly all different; so where it
 * leaves doubt, all are counted, as far as it takes.
 */
export function isMostlyDistinct(values: readonly unknown[]): boolean {
  if (values.some((value) => value instanceof Uint8Array)) return true;
  const isWhole = values.length <= SAMPLED_VALUES;
  const share = distinctShare(isWhole ? values : sampleOf(values), Infinity);
  if (isWhole) return share > DISTINCT_SHARE_MAX;
  if (share > SAMPLE_PLAIN_SHARE) return true;
  if (share <= SAMPLE_DICTIONARY_SHARE) return false;
  const present = values.reduce<number>((sum, value) => isPresent(value) ? sum + 1 : sum, 0);
  return distinctShare(values, present * DISTINCT_SHARE_MAX) > DISTINCT_SHARE_MAX;
}

/** At places without a pattern, which values that recur in step would hide from; the same ones each time. */
function sampleOf(values: readonly unknown[]): unknown[] {
  const sample: unknown[] = [];
  let state = 1;
  while (sample.length < SAMPLED_VALUES) {
    // Numerical Recipes' quick generator; its upper bits are the better ones.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const start = Math.floor(state / 2 ** 32 * (values.length - SAMPLED_TOGETHER));
    for (let i = start; i < start + SAMPLED_TOGETHER; i++) sample.push(values[i]);
  }
  return sample;
}

/** The share of distinct values among those that are there; 1 as soon as there are more than `distinctMax`. */
function distinctShare(values: readonly unknown[], distinctMax: number): number {
  const distinct = new Set<unknown>();
  let count = 0;
  for (const value of values) {
    if (!isPresent(value)) continue;
    distinct.add(value);
    if (distinct.size > distinctMax) return 1;
    count++;
  }
  return count === 0 ? 0 : distinct.size / count;
}

function isPresent(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/**
 * Each text as UTF-8, which some may be already, null where it is null; throws TypeError where it is no text. Encoding
 * many at once costs a fifth of encoding one by one: while all of a batch is ASCII, which is nearly always, the texts'
 * own lengths tell where each one lies.
 */
export function textBytes(values: readonly unknown[]): (Uint8Array | null)[] {
  const out: (Uint8Array | null)[] = new Array(values.length);
  for (let start = 0; start < values.length; start += BATCH_VALUES) {
    const end = Math.min(start + BATCH_VALUES, values.length);
    const batch = values.slice(start, end).filter((value) => !(value instanceof Uint8Array));
    const joined = batch.join("");
    const bytes = encoder.encode(joined);
    const isAscii = bytes.length === joined.length;
    let at = 0;
    for (let i = start; i < end; i++) {
      const value = values[i] ?? null;
      if (value === null) out[i] = null;
      else if (value instanceof Uint8Array) out[i] = value;
      else if (typeof value !== "string") {
        throw new TypeError(`Cannot encode a text: it is of type ${typeof value}`);
      } else if (isAscii) out[i] = bytes.subarray(at, at += value.length);
      else out[i] = encoder.encode(value);
    }
  }
  return out;
}
