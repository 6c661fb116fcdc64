/** A column's distinct values, in the order in which they come, and which of them each value is. */
export interface Dictionary<T> {
  readonly entries: readonly T[];
  readonly indexes: Int32Array;
}

/** Columns of up to this many values are gone through at once, larger ones are looked at first. */
const SAMPLED_FROM = 1000;
/** One value in so many is looked at: of a column that a dictionary halves, these repeat themselves too. */
const SAMPLED_ONE_IN = 16;
/** Values next to each other that are looked at, since like events come together. */
const SAMPLED_TOGETHER = 8;
/** A sample that repeats itself less is of a column with too many distinct values for a dictionary. */
const SAMPLE_PLAIN_SHARE = 0.97;

/**
 * The dictionary of values, none of them null; null where more of them are distinct than a share, so that none pays.
 * @param distinctShareMax at most a half
 */
export function dictionaryOf<T extends string | number>(
  values: readonly T[],
  distinctShareMax: number,
): Dictionary<T> | null {
  if (values.length > SAMPLED_FROM && isSampleDistinct(values)) return null;
  const distinctMax = values.length * distinctShareMax;
  const places = new Map<T, number>();
  const indexes = new Int32Array(values.length);
  let previous: T | undefined;
  let place = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value !== previous) {
      const known = places.get(value);
      if (known === undefined) {
        if (places.size + 1 > distinctMax) return null;
        place = places.size;
        places.set(value, place);
      } else place = known;
      previous = value;
    }
    indexes[i] = place;
  }
  return { entries: [...places.keys()], indexes };
}

/** Looks at places without a pattern, which values that recur in step would hide from; the same ones each time. */
function isSampleDistinct(values: readonly unknown[]): boolean {
  const count = values.length / SAMPLED_ONE_IN;
  const distinct = new Set<unknown>();
  let looked = 0;
  for (let state = 1; looked < count; looked += SAMPLED_TOGETHER) {
    // Numerical Recipes' quick generator; its upper bits are the better ones.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const start = Math.floor(state / 2 ** 32 * (values.length - SAMPLED_TOGETHER));
    for (let i = start; i < start + SAMPLED_TOGETHER; i++) distinct.add(values[i]);
  }
  return distinct.size > looked * SAMPLE_PLAIN_SHARE;
}
