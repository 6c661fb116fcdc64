import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { LIMITS } from "./limits.ts";

let collect: (() => void) | null = null;

/**
 * Has V8 collect this isolate's garbage now and give its memory back. Left alone, an isolate keeps what a large
 * object left behind until its own heap grows again, and knows nothing of what the others need. Takes some
 * 100 ms, and slows down what comes next: only after something that held tens of megabytes.
 */
export function collectGarbage(): void {
  if (collect === null) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}

/** What this isolate held after the last collection: what was not garbage then is not worth looking at again. */
let heldBytes = 0;

/** Notes what this isolate holds as what will not become garbage: what it has loaded before it begins its work. */
export function noteHeldMemory(): void {
  const { heapUsed, external } = Deno.memoryUsage();
  heldBytes = heapUsed + external;
}

/**
 * Collects this isolate's garbage if the process, with all its isolates, holds more than `LIMITS.relievedRssBytes`,
 * and this isolate so much more than the last collection left: no other's memory can be freed.
 */
export function relieveMemory(growthBytes: number = LIMITS.relievedGrowthBytes): void {
  const { rss, heapUsed, external } = Deno.memoryUsage();
  const bytes = heapUsed + external;
  // V8 has collected by itself meanwhile.
  if (bytes < heldBytes) heldBytes = bytes;
  if (rss <= LIMITS.relievedRssBytes || bytes <= heldBytes + growthBytes) return;
  collectGarbage();
  const after = Deno.memoryUsage();
  heldBytes = after.heapUsed + after.external;
}
