/** Values whose texts are put together and encoded at once. */
const BATCH_VALUES = 256;
/** Values that are looked at to tell whether a dictionary can pay. */
const SAMPLED_VALUES = 500;
/** With a greater share of distinct values among those a dictionary would not halve the column. */
const DISTINCT_SHARE_MAX = 0.7;

const encoder = new TextEncoder();

/** Whether so many of a column's texts differ that a dictionary cannot pay. Texts given as bytes are large. */
export function isMostlyDistinct(values: readonly unknown[]): boolean {
  if (values.some((value) => value instanceof Uint8Array)) return true;
  const step = Math.max(1, Math.floor(values.length / SAMPLED_VALUES));
  const distinct = new Set<unknown>();
  let count = 0;
  for (let i = 0; i < values.length; i += step) {
    if (values[i] === null || values[i] === undefined) continue;
    distinct.add(values[i]);
    count++;
  }
  return distinct.size > count * DISTINCT_SHARE_MAX;
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
