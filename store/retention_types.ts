/** What is old enough to be dropped, and whose. */
export interface RetentionScope {
  /** Rows stored longer ago than this are dropped. */
  readonly ageMs: number;
  /** Of the ledger, objects below these key prefixes; see {@linkcode RetentionStore.dropOldObjects}. */
  readonly sources: readonly { readonly scope: string; readonly prefix: string }[];
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
   * are, where both the row and that day are old enough, and where one of the sources has the whole folder of its
   * region: listing revisits these by day. Rows that the redrive of a damaged part needs are kept.
   * @param after where the batch before ended; null begins
   */
  dropOldObjects(of: RetentionScope, after: string | null): Promise<DroppedBatch>;
  /**
   * Drops the payloads and deliveries of a batch of old alerts that are settled; their ids stay, so that none is
   * raised again. What a dead letter is about is kept.
   */
  dropOldAlerts(of: Pick<RetentionScope, "ageMs">, after: string | null): Promise<DroppedBatch>;
  /** Drops old rows of the lake's delivery log. @returns how many */
  dropOldLakeLog(of: Pick<RetentionScope, "ageMs">): Promise<number>;
  /** Gives the room of what was dropped back, where the database does not do so by itself. */
  reclaimRoom(): Promise<void>;
}
