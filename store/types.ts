import type { Alert, ObjectRef, Outcome } from "../core/types.ts";
import type { BackfillStore, OfBackfill, Suppression } from "./backfill_types.ts";
import type { DeadLetterStore } from "./dead_letter_types.ts";
import type { RetentionStore } from "./retention_types.ts";
import type { Stage } from "../core/errors.ts";
import type {
  BindOptions,
  FailedLakeWrite,
  HourCounts,
  HourWork,
  LakeBinding,
  LakeFile,
  LakeLogEntry,
  LakeWrite,
  TakeHoursOptions,
} from "./lake_types.ts";
import type { ListingStore } from "./listing_types.ts";
import type { Backlog, OfSources, OfWork, OpenWork } from "./work_types.ts";

export type { OfBackfill, Suppression } from "./backfill_types.ts";
export * from "./lake_types.ts";
export * from "./work_types.ts";

/** An object of a shard: its ref and how often it was tried before. */
export interface PlannedRef extends ObjectRef {
  /** Attempts that failed for now before this one. */
  readonly attempts: number;
  /** The ledger has it already: its commit replaces that row. */
  readonly again: boolean;
}

/** Live work goes before backfill, but never starves it. */
export type Lane = "live" | "backfill";

/** A shard as a replica holds it. `generation` is the fencing token: it grows with each takeover. */
export interface LeasedShard {
  readonly id: string;
  readonly generation: number;
  /** `Source.scope` and `Source.url` of its objects. */
  readonly scope: string;
  readonly sourceUrl: string;
  readonly lane: Lane;
  /** Which of its alerts are suppressed, as its planner decided, whoever reads it. */
  readonly suppress: Suppression;
  /** The backfill that planned it; null for live work. */
  readonly backfillId: string | null;
  /** In the UTF-8 byte order of their keys. */
  readonly refs: readonly PlannedRef[];
  /**
   * Holders of this shard that died or fell silent before. A lone object at `LIMITS.objectDeathsMax` is handed
   * out only to be given up, because its holders never had the time to: release it with `died`, unread.
   */
  readonly deaths: number;
}

/** What became of one object of a shard. Byte and event counts are zero unless it is done. */
export interface ObjectResult {
  readonly key: string;
  readonly etag: string;
  readonly outcome: Outcome;
  readonly size: number;
  readonly inflatedBytes: number;
  readonly eventCount: number;
  /** SHA-256 of the inflated bytes, 32 bytes; null where they could not be read. */
  readonly sha256: Uint8Array | null;
  /** Why it was skipped, failed or given up; null when done. */
  readonly error: { readonly stage: Stage; readonly message: string } | null;
  /** For `failed`: how long to wait before the next attempt, in ms; default 0. */
  readonly retryAfterMs?: number;
}

/** A record that was rejected alone, or the first of several that share a dead letter. */
export interface RejectedRecord {
  readonly key: string;
  readonly etag: string;
  /** Its place in `Records`, from 0. */
  readonly index: number;
  readonly reason: string;
  /** The record's text, cut at 64 KB; NUL never occurs in it. */
  readonly text: string;
  /** How many there are; default 1. */
  readonly count?: number;
}

/** A part file that was put before the commit that names it. */
export interface NewPart {
  /** Relative to the lake, below `_work/parts/`. */
  readonly path: string;
  readonly bytes: number;
  readonly etag: string;
  /** Which rows of the file belong to which event hour, ascending by hour. */
  readonly hours: readonly {
    readonly hourMs: number;
    readonly rowStart: number;
    readonly rowCount: number;
  }[];
}

/** All that one shard's commit stores, in one transaction. */
export interface ShardResult {
  readonly objects: readonly ObjectResult[];
  readonly rejected: readonly RejectedRecord[];
  /** Walked anew at each attempt to store them. */
  readonly alerts: Iterable<Alert>;
  readonly parts: readonly NewPart[];
  /** Names of the sinks that each new alert is to be delivered to. */
  readonly sinks: readonly string[];
  readonly suppress: Suppression;
}

/** What a commit changed; counted from the statements themselves. */
export interface CommitCounts {
  readonly done: number;
  readonly skipped: number;
  readonly dead: number;
  /** Refs planned again because they failed for now. */
  readonly retried: number;
  readonly alertsRaised: number;
  readonly alertsSuppressed: number;
  readonly eventsRead: number;
  readonly eventsRejected: number;
  readonly compressedBytes: number;
  readonly inflatedBytes: number;
}

/** An alert that waits for one sink. */
export interface PendingDelivery {
  readonly alertId: string;
  readonly sink: string;
  /** Without its event where that is in pieces. */
  readonly payload: string;
  readonly eventPieces: number;
  readonly level: string;
  readonly dedupKey: string;
  /** Attempts before this one. */
  readonly attempts: number;
  /** An attempt was started and its end was never recorded: the sink may have it already. */
  readonly maybeSent: boolean;
}

/** The end of one delivery attempt. */
export interface DeliveryEnd {
  readonly alertId: string;
  readonly sink: string;
  /** `later` becomes `undelivered` at `LIMITS.deliveryAttemptsMax`. */
  readonly kind: "delivered" | "later" | "undelivered";
  readonly reason: string;
  readonly retryAfterMs: number;
}

/**
 * Everything that outlives the process, on the embedded database or on Postgres. Every method may reject
 * with TrailsieveError `unreachable` or `denied`; time is the database's own.
 */
export interface Store extends AsyncDisposable, BackfillStore, DeadLetterStore, RetentionStore {
  readonly kind: "pglite" | "postgres";
  /** The schedule of listing. */
  readonly listing: ListingStore;

  /**
   * Ties the database to one lake at the first call. Throws `usage` naming `--rebind-lake` if it belongs to
   * another URL or format, and naming `--change-cadence` for another cadence, which holds for days of which no
   * hour was taken yet. With `rebind` it forgets the files of the lake before, and throws `usage` while parts
   * wait there or another replica works.
   * @returns whether the database knew nothing of this lake before
   */
  bindLake(lake: LakeBinding, options?: BindOptions): Promise<{ readonly isNew: boolean }>;

  /** The lake that the database belongs to; null before the first `bindLake`. */
  lakeBinding(): Promise<LakeBinding | null>;

  /**
   * Of one page of refs, those that neither the ledger nor an open shard knows by (scope, key, ETag). Of those in
   * the ledger, `settledSince` came there after this store was opened. For a backfill that reads again, what came
   * into the ledger before it began is unknown.
   */
  filterUnknown(
    scope: string,
    refs: readonly ObjectRef[],
    options?: { readonly backfill?: OfBackfill },
  ): Promise<
    {
      readonly unknown: readonly ObjectRef[];
      readonly inLedger: number;
      readonly settledSince: number;
      readonly planned: number;
    }
  >;

  /**
   * Stores the refs as planned and enqueues the shard, in one transaction. Refs that became known in
   * between are left out. @returns the number planned; with 0 no shard was enqueued.
   */
  enqueueShard(shard: {
    readonly scope: string;
    readonly sourceUrl: string;
    readonly lane: Lane;
    readonly refs: readonly ObjectRef[];
    /** Default: none. */
    readonly suppress?: Suppression;
    readonly backfill?: OfBackfill;
  }): Promise<number>;
  /**
   * Has the open shards of these backfills, or with none given the live ones of these sources, suppress alerts as
   * this run wants it: they were planned by a run that was interrupted.
   */
  adoptShards(
    suppress: Suppression,
    of: { readonly backfillIds: readonly string[] } | { readonly sourceUrls: readonly string[] },
  ): Promise<void>;

  /**
   * Takes one shard whose time has come; null where there is none. Live work comes before backfill, but for one
   * turn in ten; in a lane the source whose last turn lies furthest back is next, and of it the oldest shard.
   * This holds for all replicas together. A lone object that cost a holder comes behind everything else of its lane.
   */
  takeShard(options?: OfSources): Promise<LeasedShard | null>;
  /** Renews the lease. @returns false if it is lost: drop the shard's work. */
  heartbeat(shard: LeasedShard): Promise<boolean>;
  /**
   * The fenced commit: in one transaction checks that the lease still holds, deletes the planned refs,
   * inserts ledger rows (of `done`, `skipped`, `dead`), dead letters of dead objects and rejected records,
   * names the parts, stores new alerts and their deliveries, plans failed refs into a new shard that starts
   * after the longest of their delays with `attempts` raised (or as dead at `LIMITS.objectAttemptsMax`), and
   * completes the shard. Throws `fenced` and changes nothing if the lease is lost or a count differs.
   */
  commitShard(shard: LeasedShard, result: ShardResult): Promise<CommitCounts>;
  /**
   * Gives a shard back. With `died`, its deaths are raised: at `LIMITS.shardDeathsMax` a shard of several
   * objects is cut into shards of one; at `LIMITS.objectDeathsMax` a lone object becomes a dead letter (its
   * ledger row says at which stage). `suspect` names the object that a worker was on when it died: it is
   * cut out into a shard of its own at once.
   * @returns how many objects became dead letters (0 or 1)
   */
  releaseShard(
    shard: LeasedShard,
    options: { readonly died: boolean; readonly suspect?: string; readonly reason?: string },
  ): Promise<number>;
  openWork(options?: OfWork): Promise<OpenWork>;
  /** What waits, of every source; cheap enough to be asked every few seconds. */
  backlog(): Promise<Backlog>;
  /** Whether another replica lives. */
  hasCompany(): Promise<boolean>;
  /** Refs that earlier runs planned and did not finish; 0 while another replica lives, whose work they may be. */
  leftOver(of: OfSources): Promise<number>;

  /** Alerts that are neither delivered, undelivered nor suppressed: what a run finds left over at its start. */
  openAlerts(): Promise<number>;
  /** Sink names that have waiting deliveries, with their number. */
  waitingSinks(): Promise<ReadonlyMap<string, number>>;
  /** Up to `limit` due deliveries of a sink, oldest first, marked as being attempted by this replica. */
  takeDeliveries(sink: string, limit: number): Promise<readonly PendingDelivery[]>;
  /** One piece of an alert's event. Rejects with TrailsieveError `missing` where retention has dropped it. */
  readAlertPiece(alertId: string, place: number): Promise<Uint8Array>;
  /**
   * Records ends of attempts. @returns how many alerts became delivered (every sink took it) and undelivered
   * (every sink is settled, at least one gave up) by this call.
   */
  endDeliveries(
    ends: readonly DeliveryEnd[],
  ): Promise<{ readonly delivered: number; readonly undelivered: number }>;
  /**
   * Until the next delivery of one of these sinks is due, ms by the database's clock, negative if it is overdue; null
   * where none waits.
   */
  nextDeliveryMs(sinks: readonly string[]): Promise<number | null>;

  /** Whether a task that is due once a day is this replica's now; true once in 24 hours for all replicas. */
  claimDay(name: string): Promise<boolean>;
  /**
   * Makes this replica the only one that writes the lake's files, or finds that it is. @returns false while another
   * one is, which neither left nor was silent for `LIMITS.lakeWriterSilenceMs`
   */
  claimLakeWriter(): Promise<boolean>;
  /**
   * Takes up to `limit` hours that have parts, and a few days of those whose files are daily, oldest first: those
   * that are due by DESIGN's rule, or with `all` every one. What another living replica holds is left out.
   */
  takeDueHours(options: TakeHoursOptions): Promise<readonly HourWork[]>;
  /**
   * Names the hour's files and forgets the consumed parts in one transaction. Throws `fenced` and changes
   * nothing if the claim is lost or a part or file row is not as taken.
   * @param files all files of the hour, both datasets, as they are now
   * @param writes those of them that were written for this commit: each gets a row of the delivery log
   */
  commitHour(
    work: HourWork,
    files: readonly LakeFile[],
    writes?: readonly LakeWrite[],
  ): Promise<HourCounts>;
  /** Gives up claims; those that are lost or committed stay as they are. */
  releaseHours(works: readonly HourWork[]): Promise<void>;
  /** Puts a file that could not be written into the delivery log; the hour's next attempt is one more. */
  noteFailedWrite(work: HourWork, failed: FailedLakeWrite): Promise<void>;
  /** The delivery log, newest first, of the last `LIMITS.lakeLogRowsMax` files. */
  lakeLog(
    options: { readonly limit: number; readonly sinceMs: number | null },
  ): Promise<readonly LakeLogEntry[]>;
  /** Hours that have parts, whoever holds them. */
  openHours(): Promise<number>;
  /** Of these part paths, those that a row names. */
  namedParts(paths: readonly string[]): Promise<ReadonlySet<string>>;
  /** Part files that no hour needs any more but whose removal was not confirmed yet. */
  sparedParts(limit: number): Promise<readonly string[]>;
  /** Forgets spared parts whose files are gone. */
  forgetParts(paths: readonly string[]): Promise<void>;

  /** Ledger rows and unfinished refs in total, for logs and tests. */
  counts(): Promise<
    {
      readonly ledger: number;
      readonly dead: number;
      readonly planned: number;
      readonly alerts: number;
    }
  >;
}
