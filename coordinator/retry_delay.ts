/**
 * How long to wait before the next attempt: growing, with a cap, and with jitter so that what failed together does
 * not come back together. Jitter only lengthens, so that all attempts take at least as long as is said here.
 * @param attempt attempts that failed so far, from 1
 */
export function retryDelayMs(
  attempt: number,
  firstMs: number,
  factor: number,
  capMs: number,
): number {
  const least = Math.min(capMs, firstMs * factor ** (attempt - 1));
  return Math.round(least * (1 + Math.random() * 0.25));
}

/** Objects: 8 attempts over an hour, at most 75 minutes (2 s, 8 s, 32 s, 2 min, 9 min, then 24 min each). */
export function objectRetryMs(attempt: number): number {
  return retryDelayMs(attempt, 2000, 4, 24.4 * 60_000);
}

/** Deliveries: 12 attempts over a day, at most 30 hours (1 s, 5 s, 25 s, 2 min, 10 min, 52 min, then 4.6 h each). */
export function deliveryRetryMs(attempt: number): number {
  return retryDelayMs(attempt, 1000, 5, 4.6 * 3_600_000);
}
