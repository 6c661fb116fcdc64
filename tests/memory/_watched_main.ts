/**
 * Runs the program in this process, and writes what each of its isolates holds as lines of JSON to the file that
 * MEMORY_SAMPLES names: `_watched_main.ts ARGUMENTS…`.
 */
import { MEMORY_CHANNEL, type MemorySample, sampleMemory } from "./_sample.ts";

const file = Deno.openSync(Deno.env.get("MEMORY_SAMPLES")!, { create: true, append: true });
const encoder = new TextEncoder();
const tell = (sample: MemorySample) => {
  file.writeSync(encoder.encode(`${JSON.stringify(sample)}\n`));
};

/** Isolates of the program, each in a module around it that tells what it holds. */
globalThis.Worker = class extends Worker {
  constructor(url: string | URL, options?: WorkerOptions) {
    const around = String(url).replace(
      /\/workers\/(shard|compact)_isolate\.ts$/,
      "/tests/memory/_watched_$1.ts",
    );
    super(around, options);
  }
};
const channel = new BroadcastChannel(MEMORY_CHANNEL);
channel.onmessage = ({ data }: MessageEvent<MemorySample>) => tell(data);
sampleMemory("main", tell);
await import("../../main.ts");
