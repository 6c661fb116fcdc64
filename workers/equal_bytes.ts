/** Bytes that are compared at once. */
const LONG = 8;
const SHORT = 4;

/** The fewest bytes that `areEqual` takes. */
export const COMPARED_BYTES_MIN = SHORT;

/**
 * Whether so many bytes of JSON text are equal; the last ones may be compared twice. Eight are compared as a number of
 * 64 bits. Those that are no number never count as equal, which costs whoever asks a closer look and nothing else; and
 * that two different ones count as equal takes bytes that are 0, which JSON has none of.
 */
export function areEqual(
  a: DataView,
  aStart: number,
  b: DataView,
  bStart: number,
  length: number,
): boolean {
  if (length < LONG) {
    const last = length - SHORT;
    return a.getInt32(aStart, true) === b.getInt32(bStart, true) &&
      a.getInt32(aStart + last, true) === b.getInt32(bStart + last, true);
  }
  const last = length - LONG;
  for (let i = 0; i < last; i += LONG) {
    if (a.getFloat64(aStart + i, true) !== b.getFloat64(bStart + i, true)) return false;
  }
  return a.getFloat64(aStart + last, true) === b.getFloat64(bStart + last, true);
}
