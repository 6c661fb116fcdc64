import type { Lane } from "./types.ts";

/** What is unfinished in the database at an instant. */
export interface OpenWork {
  readonly refs: number;
  /** Of these, the ones that failed for now and wait for their time. */
  readonly delayedRefs: number;
  readonly shards: number;
  /** Shards that may be taken now. */
  readonly ready: number;
  /** Shards that a replica holds, or that one has died with; the rest wait for their time. */
  readonly held: number;
  /** Until the next waiting shard may be taken, ms by the database's clock; null where none waits. */
  readonly nextReadyMs: number | null;
}

/** What waits in the database, whoever it is for: what an operator watches. */
export interface Backlog {
  /** Objects that are planned and not settled. */
  readonly refs: number;
  readonly shards: number;
  /** Since the oldest open shard was planned, by the database's clock; null where there is none. */
  readonly oldestShardSeconds: number | null;
  /** Alerts that are neither delivered, undelivered nor suppressed. */
  readonly alerts: number;
  /** Event hours with parts that wait to be compacted. */
  readonly hours: number;
}

/** Which shards a replica can read; left out, all of them. */
export interface OfSources {
  /** `Source.url`s that this replica was started with; sources below them are meant too. */
  readonly sourceUrls?: readonly string[];
}

/** Which work is asked for; left out, all of it. */
export interface OfWork extends OfSources {
  readonly lane?: Lane;
  readonly backfillIds?: readonly string[];
}
