import { unpackAlerts } from "../core/alert_packs.ts";
import type { ShardObject } from "../workers/mod.ts";
import type { BacktestTally } from "./backtest_tally.ts";
import { WorkerLost } from "./shard_worker.ts";
import type { WorkerPool } from "./worker_pool.ts";

/** What trying rules takes, and who is told what became of each object. */
export interface Trial {
  readonly pool: WorkerPool;
  /** Shards that are read at the same time. */
  readonly size: number;
  readonly tally: BacktestTally;
  readonly signal: AbortSignal;
  readonly onRead: (object: ShardObject, eventCount: number) => void;
  readonly onUnread: (object: ShardObject, reason: string) => void;
}

/**
 * Has shards read as they come and tallies what rules match; a shard is taken when an isolate is about to be
 * free. Rejects with the first failure, or the signal's reason, when nothing is under way any more.
 */
export async function tryShards(
  shards: AsyncIterable<readonly ShardObject[]>,
  trial: Trial,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const objects of shards) {
      if (underWay.size >= trial.size) await Promise.race(underWay);
      trial.signal.throwIfAborted();
      if (failures.length > 0) break;
      const read: Promise<void> = tryShard([...objects], trial)
        .catch((error) => void failures.push(error))
        .finally(() => underWay.delete(read));
      underWay.add(read);
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failures.length > 0) throw failures[0];
}

async function tryShard(objects: ShardObject[], trial: Trial): Promise<void> {
  const { pool, tally, onRead, onUnread } = trial;
  while (objects.length > 0) {
    const shardId = crypto.randomUUID();
    try {
      const result = await pool.run({ kind: "shard", shardId, objects });
      result.objects.forEach(({ status, error, eventCount }, place) => {
        if (status === "done") onRead(objects[place], eventCount);
        else onUnread(objects[place], error?.message ?? status);
      });
      for (const alert of unpackAlerts(result.alerts)) tally.addMatch(alert);
      for (const { ruleId, count, message } of result.ruleErrors) {
        tally.addRuleError(ruleId, count, message);
      }
      return;
    } catch (error) {
      if (!(error instanceof WorkerLost)) throw error;
      // The one it died on is left out, and the others are read again.
      const [lost] = objects.splice(Math.max(0, error.objectIndex), 1);
      onUnread(lost, error.message);
    } finally {
      pool.endShard(shardId);
    }
  }
}
