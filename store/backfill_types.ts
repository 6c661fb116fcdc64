import type { Level } from "../core/types.ts";

/**
 * Alerts that are stored as suppressed: all (mute mode), those of events before an instant (ms since the epoch), or
 * none. A suppressed alert has no deliveries; where there are no sinks, every alert is.
 */
export interface Suppression {
  readonly all: boolean;
  readonly beforeMs: number | null;
}

/** Which backfill plans, and whether it reads again what the ledger had when it began. */
export interface OfBackfill {
  readonly id: string;
  readonly again: boolean;
}

/** Names a backfill: the same for the same source, days and choice, so that it is found again. */
export interface BackfillKey {
  readonly id: string;
  /** Whether objects that the ledger has are read again. */
  readonly again: boolean;
  /** What it covers, for whoever looks into the table. */
  readonly what: string;
}

/** A key range of a backfill. */
export interface BackfillRange {
  readonly place: number;
  /** `keys`: everything below the prefix, or its days; `level`: the objects that lie on it, beside folders. */
  readonly kind: "keys" | "level";
  readonly prefix: string;
  /** Days of a dated base, UTC starts in ms, the end exclusive; null for all that lies below the prefix. */
  readonly days: { readonly fromMs: number; readonly toMs: number } | null;
  /** The last key up to which every object is planned or known; null where listing has not begun. */
  readonly listedUntil: string | null;
}

/** How far ranges are listed. */
export interface RangeProgress {
  readonly place: number;
  readonly listedUntil: string | null;
  readonly isListed: boolean;
}

/** A backfill as it is found at its start. */
export interface BackfillState {
  /**
   * `new`; `resumed`, where an earlier run was interrupted; `repeated`, where an earlier run had finished: its
   * ranges are forgotten and to be planned again; `planned by another`, where a replica that lives is at it.
   */
  readonly kind: "new" | "resumed" | "repeated" | "planned by another";
  /** Whether all its ranges are known; else they are to be planned. */
  readonly isPlanned: boolean;
  /** When the earlier run finished, ms since the epoch; null unless repeated. */
  readonly finishedAt: number | null;
}

/** Alerts of one rule that a backfill found. */
export interface RuleAlerts {
  readonly ruleId: string;
  readonly title: string;
  readonly level: Level;
  readonly count: number;
  /** First and last event time, ms since the epoch. */
  readonly firstEventAt: number;
  readonly lastEventAt: number;
}

/** What a store knows of backfills. Each method may reject with TrailsieveError `unreachable` or `denied`. */
export interface BackfillStore {
  /** Enters a backfill, or finds it: see {@linkcode BackfillState}. */
  beginBackfill(key: BackfillKey): Promise<BackfillState>;
  /**
   * Adds ranges to a plan; `complete` says that there are no more. Rejects with `fenced` where another replica has
   * taken the plan over, or completed it.
   */
  addRanges(
    id: string,
    ranges: readonly Pick<BackfillRange, "kind" | "prefix" | "days">[],
    options: { readonly complete: boolean },
  ): Promise<void>;
  /** Up to `limit` ranges that are not listed yet, by day, behind the one given (in that order). */
  openRanges(
    id: string,
    options: { readonly limit: number; readonly after: BackfillRange | null },
  ): Promise<readonly BackfillRange[]>;
  /** Takes a range to list it. @returns how far it is listed; null if it is to its end, or a replica that lives is at it */
  claimRange(id: string, place: number): Promise<Pick<BackfillRange, "listedUntil"> | null>;
  /** How many ranges a plan has, and how many are listed. */
  countRanges(id: string): Promise<{ readonly all: number; readonly listed: number }>;
  noteRanges(id: string, progress: readonly RangeProgress[]): Promise<void>;
  /** Marks it as finished, unless a range is not listed or an object is not settled. @returns whether it is */
  finishBackfill(id: string): Promise<boolean>;
  /** Alerts that a backfill stored first, by rule, the gravest and most frequent first. */
  alertsOfBackfills(ids: readonly string[]): Promise<readonly RuleAlerts[]>;
}
