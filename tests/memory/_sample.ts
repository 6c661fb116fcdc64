import { collectGarbage } from "../../core/collect_garbage.ts";

/** What one isolate of the program held at an instant. */
export interface MemorySample {
  readonly isolate: string;
  /** Ms since the epoch. */
  readonly at: number;
  /** What is alive on V8's heap. */
  readonly heapBytes: number;
  /** Buffers outside the heap that objects on it own. */
  readonly externalBytes: number;
  /** Of the whole process. */
  readonly rssBytes: number;
}

/** The name of the BroadcastChannel on which isolates tell the main thread. */
export const MEMORY_CHANNEL = "memory-samples";

const SAMPLE_MS = 5000;

/** Tells what this isolate holds every five seconds, right after its garbage went. Does not keep it alive. */
export function sampleMemory(isolate: string, tell: (sample: MemorySample) => void): void {
  const timer = setInterval(() => {
    collectGarbage();
    const { heapUsed, external, rss } = Deno.memoryUsage();
    tell({
      isolate,
      at: Date.now(),
      heapBytes: heapUsed,
      externalBytes: external,
      rssBytes: rss,
    });
  }, SAMPLE_MS);
  Deno.unrefTimer(timer);
}
