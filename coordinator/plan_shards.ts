import { LIMITS } from "../core/limits.ts";
import { deliveryMinute } from "../core/keys.ts";
import type { ObjectRef } from "../core/types.ts";

/** Bounds of a planner; the defaults are those of `LIMITS`. */
export interface PlannerOptions {
  readonly objectsMax?: number;
  readonly bytesMax?: number;
  readonly sortedRefsMax?: number;
  /** How many workers share what is planned; default 1. */
  readonly workers?: number;
}

/** Shards of each worker from which those of tiny objects need not be smaller for all workers to have some. */
const WORKER_SHARDS = 8;
/** Up to so many compressed bytes a shard's objects count as tiny: 10,000 events, one part. */
const TINY_SHARD_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Packs refs into shards of a bounded number of objects and bytes, refs of about the same time together: a shard
 * then touches few event hours, and compaction reads its parts about once. Listing gives them by account and
 * region, each of which spans all hours.
 */
export class ShardPlanner {
  readonly #objectsMax: number;
  readonly #bytesMax: number;
  readonly #sortedRefsMax: number;
  readonly #workers: number;
  #refs: ObjectRef[] = [];

  constructor(options: PlannerOptions = {}) {
    this.#objectsMax = options.objectsMax ?? LIMITS.shardObjectsMax;
    this.#bytesMax = options.bytesMax ?? LIMITS.shardBytesMax;
    this.#sortedRefsMax = options.sortedRefsMax ?? LIMITS.sortedRefsMax;
    this.#workers = options.workers ?? 1;
  }

  /** Takes refs. @returns the shards that became ready; none until so many refs wait that they must go. */
  add(refs: readonly ObjectRef[]): ObjectRef[][] {
    for (const ref of refs) this.#refs.push(ref);
    return this.#refs.length >= this.#sortedRefsMax ? this.take() : [];
  }

  /** How many refs wait. */
  get waiting(): number {
    return this.#refs.length;
  }

  /**
   * The shards of all refs that wait. They hold a worker's share of the bound, so that a small trail is spread over the
   * workers; all of it where many tiny objects wait, each shard of which costs statements, a part and its merging.
   */
  take(): ObjectRef[][] {
    const share = Math.ceil(this.#objectsMax / this.#workers);
    const areMany = this.#refs.length >= WORKER_SHARDS * this.#workers * this.#objectsMax;
    const tinyMax = areMany ? this.#objectsMax : share;
    const timed = this.#refs.map((ref) => ({ ref, minute: deliveryMinute(ref.key) }));
    this.#refs = [];
    // A stable sort: refs of one minute, and those whose names tell no time, stay in the order of their keys.
    timed.sort((a, b) => (a.minute < b.minute ? -1 : a.minute > b.minute ? 1 : 0));
    const shards: ObjectRef[][] = [];
    let bytes = 0;
    for (const { ref } of timed) {
      const last = shards.at(-1);
      const objectsMax = bytes + ref.size <= TINY_SHARD_BYTES_MAX ? tinyMax : share;
      if (
        last !== undefined && last.length < objectsMax && bytes + ref.size <= this.#bytesMax
      ) {
        last.push(ref);
        bytes += ref.size;
      } else {
        shards.push([ref]);
        bytes = ref.size;
      }
    }
    return shards;
  }
}
