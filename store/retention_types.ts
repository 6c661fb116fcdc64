/** What is old enough to be dropped. */
export interface RetentionScope {
  /** Rows stored longer ago than this are dropped. */
  readonly ageMs: number;
}

/** One batch of dropping. */
export interface DroppedBatch {
  readonly dropped: number;
  /** From where the next batch goes on; null where nothing older is left. */
  readonly next: string | null;
}

/** The part of the store that forgets with age. */
export interface RetentionStore {
  /** Whether it is this replica's turn to drop what is old: once in `everyMs` for all replicas together. */
  claimRetention(everyMs: number): Promise<boolean>;
  /**
   * Drops ledger rows of a batch of old ones. Only rows whose object lies in a day's folder of CloudTrail's layout
   * are, where both the row and that day are old enough, and where the schedule of listing is done with the day:
   * nothing of a folder, or of a prefix that is always listed whole, is dropped. Rows that the redrive of a damaged
   * part needs are kept.
   * @param after where the batch before ended; null begins
   */
  dropOldObjects(of: RetentionScope, after: string | null): Promise<DroppedBatch>;
  /**
   * Drops the payloads and deliveries of a batch of old alerts that are settled; their ids stay, so that none is
   * raised again. What a dead letter is about is kept.
   */
  dropOldAlerts(of: RetentionScope, after: string | null): Promise<DroppedBatch>;
  /** Drops old rows of the lake's delivery log. @returns how many */
  dropOldLakeLog(of: RetentionScope): Promise<number>;
  /** Gives the room of what was dropped back, where the database does not do so by itself. */
  reclaimRoom(): Promise<void>;
}
