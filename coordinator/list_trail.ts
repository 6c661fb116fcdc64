import { setTimeout as delay } from "node:timers/promises";
import { LIMITS } from "../core/limits.ts";
import type { ObjectRef } from "../core/types.ts";
import type { Source } from "../objects/mod.ts";
import type { Lane, Store, Suppression } from "../store/mod.ts";
import { logOf } from "../core/log.ts";
import { ShardPlanner } from "./plan_shards.ts";
import type { RunReport } from "./run_report.ts";

/** How long listing waits while open shards hold as many refs as they may. */
const PAUSE_MS = 250;

const log = logOf("list");

/** What listing works with. */
export interface ListTrailOptions {
  readonly store: Store;
  readonly report: RunReport;
  readonly lane: Lane;
  readonly suppress: Suppression;
  /** Chooses objects by key; default: all. */
  readonly accept?: (key: string) => boolean;
  /** Told whenever a shard was enqueued. */
  readonly onPlanned: () => void;
  readonly signal: AbortSignal;
  /** Whether this run lists the source for the first time: what it listed before is not counted again. */
  readonly isFirst: boolean;
  /** How many workers share the work: a small trail is spread over them. */
  readonly workers: number;
}

/**
 * Lists a source and plans every object version that neither the ledger nor an open shard knows. What another
 * replica has planned is in that one's report. Rejects with
 * the source's TrailsieveError if listing fails, and with the signal's reason.
 */
export async function listTrail(
  source: Source,
  prefix: string,
  options: ListTrailOptions,
): Promise<void> {
  const { store, report, signal, accept } = options;
  report.firstListingAt ??= Date.now();
  const planner = new ShardPlanner({
    objectsMax: Math.ceil(LIMITS.shardObjectsMax / options.workers),
  });
  const { scope, url: sourceUrl } = source;
  const enqueue = async (shards: readonly ObjectRef[][]) => {
    for (const refs of shards) {
      signal.throwIfAborted();
      report.objects.listed += await store.enqueueShard({
        scope,
        sourceUrl,
        lane: options.lane,
        suppress: options.suppress,
        refs,
      });
      options.onPlanned();
    }
  };
  let found = 0;
  for await (const page of source.list(prefix, { signal })) {
    signal.throwIfAborted();
    found += page.length;
    const refs = accept === undefined ? page : page.filter((ref) => accept(ref.key));
    if (refs.length === 0) continue;
    const { unknown, inLedger, settledSince } = await store.filterUnknown(scope, refs);
    if (options.isFirst) {
      // What this run, or another replica, has settled meanwhile was counted when it was planned.
      report.objects.listed += inLedger - settledSince;
      report.objects.unchanged += inLedger - settledSince;
    }
    await enqueue(planner.add(unknown));
    while ((await store.openWork()).refs > LIMITS.openRefsMax) {
      await delay(PAUSE_MS, undefined, { signal });
    }
  }
  await enqueue(planner.take());
  if (found === 0 && options.isFirst) {
    log.warn(`There is nothing below ${source.url}: is the prefix right?`);
  }
}
