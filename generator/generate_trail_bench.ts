/**
 * How fast a trail is generated, against bare gzip of the same bytes in the same run:
 * `deno run generator/generate_trail_bench.ts [events]`.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import { planTrail } from "./mod.ts";

/** Generates once for the time alone and once more for the bytes that bare gzip is given. */
function measureLevel(events: number, gzipLevel: number): void {
  const plan = planTrail({ seed: 1, events, gzipLevel });
  const begun = performance.now();
  let records = 0;
  let inflatedBytes = 0;
  for (const object of plan.objects()) {
    records += object.eventCount;
    inflatedBytes += object.inflatedBytes;
  }
  const generateMs = performance.now() - begun;
  let gzipMs = 0;
  for (const object of plan.objects()) {
    const inflated = gunzipSync(object.bytes);
    const gzipBegun = performance.now();
    gzipSync(inflated, { level: gzipLevel });
    gzipMs += performance.now() - gzipBegun;
  }
  for (const [what, ms] of [["generate", generateMs], ["gzip alone", gzipMs]] as const) {
    console.log(
      `level ${gzipLevel}  ${what.padEnd(10)}  ${Math.round(records / ms * 1000)} events/s  ` +
        `${(inflatedBytes / ms / 1000).toFixed(0)} MB/s`,
    );
  }
  const rssMb = Deno.memoryUsage().rss / 1e6;
  console.log(
    `level ${gzipLevel}  generating takes ${(generateMs / gzipMs).toFixed(2)} times as long as ` +
      `gzip; ${rssMb.toFixed(0)} MB RSS`,
  );
}

if (import.meta.main) {
  const events = Number(Deno.args[0] ?? 1_000_000);
  for (const level of [1, 6]) measureLevel(events, level);
}
