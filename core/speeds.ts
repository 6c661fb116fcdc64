/**
 * How fast one worker reads, for estimates: what 2 workers on 2 cores made of 26,515 objects and 86 MB of gzip
 * (docs/performance.md, "The whole path", 37 s), split between objects and bytes. Another machine is faster or
 * slower by a factor.
 */
export const WORKER_SPEED = { objectsPerSecond: 1100, gzipBytesPerSecond: 1_700_000 } as const;

/** Seconds that reading takes. */
export function secondsToRead(objects: number, gzipBytes: number, workers: number): number {
  const { objectsPerSecond, gzipBytesPerSecond } = WORKER_SPEED;
  return (objects / objectsPerSecond + gzipBytes / gzipBytesPerSecond) / workers;
}
