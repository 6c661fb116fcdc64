import { unpackAlerts } from "../core/alert_packs.ts";
import { relieveMemory } from "../core/collect_garbage.ts";
import { PARTS_FOLDER } from "../core/lake_paths.ts";
import type {
  LeasedShard,
  NewPart,
  ObjectResult,
  RejectedRecord,
  ShardResult,
} from "../store/mod.ts";
import type { ObjectReport, PartReport, ResultMessage } from "../workers/mod.ts";
import { objectRetryMs } from "./retry_delay.ts";
import type { RunContext } from "./run_context.ts";

/** An object's report, or why it was not read at all. */
export type Report = ObjectReport | { readonly status: "not_read"; readonly reason: string };

/**
 * Puts a shard's parts, then commits it: data first, pointer last. Throws TrailsieveError `fenced` if the lease was
 * lost; the parts that were put are then swept later.
 * @param reports one for each of the shard's refs, in their order
 * @param signals `signal` aborts the work; `giveUp` ends waiting for a lake in trouble, whose error is thrown then
 */
export async function commitShard(
  context: RunContext,
  shard: LeasedShard,
  reports: readonly Report[],
  result: Pick<ResultMessage, "alerts" | "parts" | "rejected">,
  signals: { readonly signal: AbortSignal; readonly giveUp: AbortSignal },
): Promise<void> {
  const parts: NewPart[] = [];
  for (const part of result.parts) parts.push(await putPart(context, part, signals));
  const shardResult: ShardResult = {
    objects: reports.map((report, index) => objectResult(shard, index, report)),
    rejected: result.rejected.map((record): RejectedRecord => ({
      key: shard.refs[record.object].key,
      etag: shard.refs[record.object].etag,
      index: record.index,
      reason: record.count === 1
        ? record.reason
        : `${record.count} further records are no events either, the first since: ${record.reason}`,
      text: record.text,
      count: record.count,
    })),
    alerts: unpackAlerts(result.alerts),
    parts,
    sinks: context.sinkNames,
    suppress: shard.suppress,
  };
  context.report.addCommit(await context.store.commitShard(shard, shardResult));
  relieveMemory();
}

async function putPart(
  context: RunContext,
  part: PartReport,
  signals: { readonly signal: AbortSignal; readonly giveUp: AbortSignal },
): Promise<NewPart> {
  const path = `${PARTS_FOLDER}/${crypto.randomUUID()}.parquet`;
  // Nobody else writes under this name, so an attempt whose answer was lost is simply made again.
  const condition = { kind: "always" } as const;
  const etag = await context.lakeGate!.put(path, part.bytes, { condition, ...signals });
  return { path, etag, bytes: part.bytes.length, hours: part.hours };
}

/** What a report means for the ledger. */
function objectResult(shard: LeasedShard, index: number, report: Report): ObjectResult {
  const { key, etag, size, attempts } = shard.refs[index];
  const nothing = { key, etag, size, inflatedBytes: 0, eventCount: 0, sha256: null };
  switch (report.status) {
    case "done": {
      const { inflatedBytes, eventCount, sha256 } = report;
      return { key, etag, size, outcome: "done", inflatedBytes, eventCount, sha256, error: null };
    }
    case "not_read":
      return { ...nothing, outcome: "skipped", error: { stage: "list", message: report.reason } };
    case "gone":
    case "changed":
      return {
        ...nothing,
        outcome: "skipped",
        error: { stage: "fetch", message: sentence(report) },
      };
    case "dead":
      return { ...nothing, outcome: "dead", error: report.error };
    case "later":
    case "denied":
    case "expired":
      return {
        ...nothing,
        outcome: "failed",
        error: report.error,
        // An expired signature is made anew at the next attempt, and there is nothing to wait for. What is
        // expired then too, as a token that nobody renews, must not use up its attempts within a second.
        retryAfterMs: report.status === "expired" && attempts === 0
          ? 0
          : objectRetryMs(attempts + 1),
      };
    default:
      return report satisfies never;
  }
}

function sentence(report: ObjectReport): string {
  const what = report.status === "gone" ? "gone before it was read" : "replaced before it was read";
  return report.error === null ? what : `${what}: ${report.error.message}`;
}
