import { setTimeout as delay } from "node:timers/promises";
import { describeError } from "../core/errors.ts";
import { DAY_MS, HOUR_MS } from "../core/hours.ts";
import { logOf } from "../core/log.ts";
import type { DroppedBatch } from "../store/mod.ts";
import type { RunContext } from "./run_context.ts";

/** How often old rows are dropped, by all replicas together. */
const EVERY_MS = HOUR_MS;

const log = logOf("retention");

/**
 * Drops what is older than the run's retention, if it has one and nobody did so within the hour. After each batch it
 * pauses for as long as the batch took, so that half of the database's time at most goes to it. A failure is logged
 * and left for the next time. Ends early when the signal aborts.
 */
export async function dropOld(
  { store, retentionMs: ageMs }: Pick<RunContext, "store" | "retentionMs">,
  signal: AbortSignal,
): Promise<void> {
  if (ageMs === null || signal.aborted) return;
  try {
    if (!await store.claimRetention(EVERY_MS)) return;
    const objects = await inBatches((after) => store.dropOldObjects({ ageMs }, after), signal);
    const alerts = await inBatches((after) => store.dropOldAlerts({ ageMs }, after), signal);
    const files = await store.dropOldLakeLog({ ageMs });
    if (objects + alerts + files === 0) return;
    await store.reclaimRoom();
    log.info(
      `Dropped what is older than ${
        Math.floor(ageMs / DAY_MS)
      } days: ${objects} objects of the ledger, ` +
        `${alerts} alerts but for their ids, ${files} rows of the lake's log`,
    );
  } catch (error) {
    if (!signal.aborted) log.error(`Cannot drop what is old: ${describeError(error)}`);
  }
}

async function inBatches(
  drop: (after: string | null) => Promise<DroppedBatch>,
  signal: AbortSignal,
): Promise<number> {
  let sum = 0;
  let after: string | null = null;
  while (true) {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const { dropped, next }: DroppedBatch = await drop(after);
    sum += dropped;
    if (next === null) return sum;
    after = next;
    await delay(performance.now() - startedAt, undefined, { signal });
  }
}
