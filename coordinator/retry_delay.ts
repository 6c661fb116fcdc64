/**
 * How long to wait before the next attempt: growing, with a cap, and with jitter so that what failed together does
 * not come back together.
 * @param attempt attempts that failed so far, from 1
 */
export function retryDelayMs(
  attempt: number,
  firstMs: number,
  factor: number,
  capMs: number,
): number {
  const full = Math.min(capMs, firstMs * factor ** (attempt - 1));
  return Math.round(full * (0.75 + Math.random() * 0.5));
}

/** Objects: 8 attempts over about an hour (2 s, 8 s, 32 s, 2 min, 8 min, then 17 min each). */
export function objectRetryMs(attempt: number): number {
  return retryDelayMs(attempt, 2000, 4, 17 * 60_000);
}

/** Deliveries: 12 attempts over about a day (1 s, 5 s, 25 s, 2 min, 10 min, 52 min, then 4 h each). */
export function deliveryRetryMs(attempt: number): number {
  return retryDelayMs(attempt, 1000, 5, 4 * 3_600_000);
}
