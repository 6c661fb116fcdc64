import { setTimeout as delay } from "node:timers/promises";
import { describeError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { logOf } from "../core/log.ts";
import type { ObjectRef } from "../core/types.ts";
import type { Source } from "../objects/mod.ts";
import type { BackfillRange, RangeProgress, Store, Suppression } from "../store/mod.ts";
import { type BackfillChoice, choosesKey, listRange } from "./backfill_plan.ts";
import type { Pace } from "./pace.ts";
import { whenRoom } from "./plan_room.ts";
import { ShardPlanner } from "./plan_shards.ts";
import type { BackfillProgress, RunReport } from "./run_report.ts";

/** Ranges of a plan in memory at a time. */
const RANGES_AT_ONCE = 1000;
/** How often it is looked whether ranges of other replicas are listed, or have become free. */
const OTHERS_WAIT_MS = 500;

const log = logOf("list");

/** What listing a backfill works with. */
export interface BackfillListing {
  readonly source: Source;
  readonly store: Store;
  readonly report: RunReport;
  readonly progress: BackfillProgress;
  readonly backfill: { readonly id: string; readonly again: boolean };
  readonly choice: BackfillChoice;
  readonly suppress: Suppression;
  readonly pace: Pace | null;
  /** How many workers share the work: a small trail is spread over them. */
  readonly workers: number;
  /** Told whenever a shard was enqueued. */
  readonly onPlanned: () => void;
  readonly signal: AbortSignal;
}

/** Lists the ranges of a backfill's plan that are not listed yet and plans what is to be read. */
export class BackfillLister {
  readonly #listing: BackfillListing;
  readonly #planner: ShardPlanner;
  /** How far each range is listed whose refs wait in the planner. */
  #progress = new Map<number, RangeProgress>();
  #planning: Promise<void> = Promise.resolve();
  /** Places of ranges that could not be listed, and whether another replica was at one. */
  readonly #failed = new Set<number>();
  #leftToOthers = false;
  /** What kept shards from being planned; then listing makes no sense any more. */
  #broken: { readonly error: unknown } | null = null;

  constructor(listing: BackfillListing) {
    this.#listing = listing;
    const share = Math.ceil(LIMITS.shardObjectsMax / listing.workers);
    const objectsMax = Math.min(share, listing.pace?.shardObjectsMax ?? share);
    this.#planner = new ShardPlanner({ objectsMax });
  }

  /**
   * Lists every open range, day after day, some at the same time, and shares them with other replicas: what one of
   * these is at is waited for, and taken over if it dies. Of ranges that cannot be listed the others are not held up.
   * Rejects with the first such failure when all others are listed, and with the signal's reason.
   */
  async run(): Promise<void> {
    const { signal } = this.#listing;
    const failures: unknown[] = [];
    while (true) {
      this.#leftToOthers = false;
      await this.#listOpen(failures);
      if (!this.#leftToOthers) break;
      await delay(OTHERS_WAIT_MS, undefined, { signal });
    }
    signal.throwIfAborted();
    if (failures.length > 0) throw failures[0];
  }

  async #listOpen(failures: unknown[]): Promise<void> {
    const { store, backfill } = this.#listing;
    let after: BackfillRange | null = null;
    while (true) {
      const ranges: readonly BackfillRange[] = await store.openRanges(backfill.id, {
        limit: RANGES_AT_ONCE,
        after,
      });
      if (ranges.length === 0) break;
      for (const group of byDay(ranges)) {
        await this.#listGroup(group, failures);
        // What begins at the same day is packed together, and read while the next days are listed.
        await this.#plan(this.#planner.take());
      }
      after = ranges[ranges.length - 1];
    }
  }

  async #listGroup(group: readonly BackfillRange[], failures: unknown[]): Promise<void> {
    const { signal } = this.#listing;
    const waiting = group.filter(({ place }) => !this.#failed.has(place));
    const lanes = Array.from({ length: LIMITS.listConcurrency }, async () => {
      for (let range; (range = waiting.shift()) !== undefined;) {
        try {
          await this.#list(range);
        } catch (error) {
          if (signal.aborted || this.#broken !== null) return;
          log.error(describeError(error));
          failures.push(error);
          this.#failed.add(range.place);
        }
      }
    });
    await Promise.all(lanes);
    signal.throwIfAborted();
    if (this.#broken !== null) throw this.#broken.error;
  }

  async #list(range: BackfillRange): Promise<void> {
    const { source, store, report, progress, choice, backfill, signal } = this.#listing;
    const { place } = range;
    const claimed = await store.claimRange(backfill.id, place);
    if (claimed === null) {
      this.#leftToOthers = true;
      return;
    }
    let { listedUntil } = claimed;
    for await (const page of listRange(source, { ...range, listedUntil }, signal)) {
      signal.throwIfAborted();
      const refs = page.filter((ref) => choosesKey(choice, source, ref.key));
      const { unknown, inLedger, settledSince } = await store.filterUnknown(source.scope, refs, {
        backfill,
      });
      // What this run, or another replica, has settled meanwhile was counted when it was planned.
      report.objects.listed += inLedger - settledSince;
      report.objects.unchanged += inLedger - settledSince;
      progress.objectsFound += unknown.length;
      progress.bytesFound += unknown.reduce((sum, ref) => sum + ref.size, 0);
      listedUntil = page[page.length - 1].key;
      this.#progress.set(place, { place, listedUntil, isListed: false });
      await this.#plan(this.#planner.add(unknown));
    }
    this.#progress.set(place, { place, listedUntil, isListed: true });
    progress.rangesListed++;
  }

  /** Enqueues shards, one caller after the other, and then notes how far ranges are listed. */
  #plan(shards: readonly (readonly ObjectRef[])[]): Promise<void> {
    if (shards.length === 0 && this.#planner.waiting > 0) return this.#planning;
    // Everything listed so far is in these shards, so that what is noted is never ahead of what is planned.
    const noted = [...this.#progress.values()];
    this.#progress = new Map();
    const planned = this.#planning.then(async () => {
      for (const refs of shards) await this.#enqueue(refs);
      await this.#listing.store.noteRanges(this.#listing.backfill.id, noted);
    });
    this.#planning = planned;
    planned.catch((error) => this.#broken ??= { error });
    return planned;
  }

  async #enqueue(refs: readonly ObjectRef[]): Promise<void> {
    const { source, store, report, progress, backfill, suppress, pace, onPlanned, signal } =
      this.#listing;
    signal.throwIfAborted();
    await pace?.admit(refs.length, signal);
    const { scope, url: sourceUrl } = source;
    await whenRoom(store, { sourceUrl, lane: "backfill", signal });
    const shard = { scope, sourceUrl, lane: "backfill", refs, suppress, backfill } as const;
    const planned = await store.enqueueShard(shard);
    report.objects.listed += planned;
    progress.objectsPlanned += planned;
    onPlanned();
  }
}

/** Cuts ranges, which are in the order of their days, where the day changes. */
function* byDay(ranges: readonly BackfillRange[]): Generator<readonly BackfillRange[]> {
  let start = 0;
  for (let i = 1; i <= ranges.length; i++) {
    if (i < ranges.length && ranges[i].days?.fromMs === ranges[start].days?.fromMs) continue;
    yield ranges.slice(start, i);
    start = i;
  }
}
