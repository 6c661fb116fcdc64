import { WORKER_SPEED } from "../core/speeds.ts";
import type { BackfillEstimate } from "../coordinator/mod.ts";
import { formatBytes, formatCount } from "./format_summary.ts";
import { formatDuration } from "./format_progress.ts";

/** What a backfill would read, cost and take, in a few lines. */
export function formatEstimate(estimate: BackfillEstimate): string {
  const { objects, known, objectsToRead, bytesToRead, requests, dollars, workers } = estimate;
  const { objectsPerSecond, gzipBytesPerSecond } = WORKER_SPEED;
  const before = known === null ? "" : `, ${formatCount(known)} read before`;
  const puts = requests.put === 0 ? "" : `, about ${formatCount(requests.put)} PUT`;
  return [
    `objects   ${formatCount(objectsToRead)} to read, ${formatBytes(bytesToRead)}; ` +
    `${formatCount(objects)} in the range${before}`,
    `requests  ${formatCount(requests.list)} LIST, ${formatCount(requests.get)} GET${puts}`,
    `dollars   ${dollars.toFixed(4)} (S3 Standard in us-east-1)`,
    `time      about ${formatDuration(estimate.seconds)} with ${workers} workers, reckoned with ` +
    `${formatCount(objectsPerSecond)} objects/s and ${formatBytes(gzipBytesPerSecond)}/s of gzip ` +
    `for each (docs/performance.md)`,
    "Nothing was written.\n",
  ].join("\n");
}
