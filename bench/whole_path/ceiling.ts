/**
 * Gunzip and `JSON.parse` of every file of a folder in two isolates, and nothing else: `ceiling.ts FOLDER`. Prints a
 * Measured as JSON.
 */
import { logFiles } from "./log_files.ts";
import { UsageWatch } from "./measured.ts";

const ISOLATES = 2;
const FILES_AT_ONCE = 100;

const isolates = await Promise.all(
  Array.from({ length: ISOLATES }, async () => {
    const worker = new Worker(new URL("./ceiling_isolate.ts", import.meta.url), { type: "module" });
    await new Promise((resolve) => worker.onmessage = resolve);
    return worker;
  }),
);
using watch = new UsageWatch();
const startedAt = performance.now();
const files = await Array.fromAsync(logFiles(Deno.args[0]));
let events = 0;
let inflatedBytes = 0;
let next = 0;
await Promise.all(isolates.map(async (worker) => {
  while (next < files.length) {
    // Towards the end in small portions, so that neither isolate waits for the other.
    const left = Math.ceil((files.length - next) / (2 * ISOLATES));
    const portion = files.slice(next, next += Math.min(FILES_AT_ONCE, left));
    const { data } = await new Promise<MessageEvent>((resolve) => {
      worker.onmessage = resolve;
      worker.postMessage(portion);
    });
    events += data.events;
    inflatedBytes += data.inflatedBytes;
  }
}));
const milliseconds = performance.now() - startedAt;
for (const worker of isolates) worker.terminate();
watch.print({ events, milliseconds, inflatedBytes });
