/** How much of what is measured at the end is more than it was before, in whatever unit it is measured. */
export interface Growth {
  /** Median of the second quarter: the first is for what is loaded and filled once. */
  readonly early: number;
  /** Median of the last quarter. */
  readonly late: number;
}

const SAMPLES_MIN = 16;

/** Compares the quarters of a series in the order of time. Throws where it is too short to tell. */
export function growthOf(series: readonly number[]): Growth {
  if (series.length < SAMPLES_MIN) {
    throw new Error(`${series.length} samples are too few, ${SAMPLES_MIN} at least`);
  }
  const quarter = Math.floor(series.length / 4);
  return {
    early: medianOf(series.slice(quarter, 2 * quarter)),
    late: medianOf(series.slice(-quarter)),
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
