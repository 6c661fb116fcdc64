import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../core/limits.ts";
import { deliveryRetryMs, objectRetryMs, retryDelayMs } from "./retry_delay.ts";

/** The time from the first attempt to the last one. */
function sumOf(delayMs: (attempt: number) => number, attempts: number): number {
  return Array.from({ length: attempts - 1 }, (_, i) => delayMs(i + 1)).reduce((a, b) => a + b);
}

Deno.test("retryDelayMs() grows to its cap, and jitter only lengthens", () => {
  for (let i = 0; i < 200; i++) {
    [1000, 3000, 9000, 10_000, 10_000].forEach((least, attempts) => {
      const delayMs = retryDelayMs(attempts + 1, 1000, 3, 10_000);
      assert(delayMs >= least && delayMs <= 1.25 * least, `${delayMs} at attempt ${attempts + 1}`);
    });
  }
  const seen = new Set(Array.from({ length: 20 }, () => retryDelayMs(3, 1000, 3, 1e9)));
  assert(seen.size > 1, "no jitter");
});

Deno.test("objectRetryMs() spreads an object's attempts over an hour", () => {
  const minutes = Array.from(
    { length: 100 },
    () => sumOf(objectRetryMs, LIMITS.objectAttemptsMax) / 60_000,
  );
  assert(Math.min(...minutes) >= 60 && Math.max(...minutes) <= 76, String(minutes));
});

Deno.test("deliveryRetryMs() spreads a delivery's attempts over a day", () => {
  const hours = Array.from(
    { length: 100 },
    () => sumOf(deliveryRetryMs, LIMITS.deliveryAttemptsMax) / 3_600_000,
  );
  assert(Math.min(...hours) >= 24 && Math.max(...hours) <= 30.5, String(hours));
});

Deno.test("both begin soon enough for a run that waits 20 s for what failed for now", () => {
  const soon = (delayMs: (attempt: number) => number) =>
    Array.from({ length: 8 }, (_, i) => delayMs(i + 1)).filter((ms) => ms <= 20_000).length;
  assertEquals([soon(objectRetryMs), soon(deliveryRetryMs)], [2, 2]);
});
