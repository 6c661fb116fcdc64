import type { DeadLetterKind } from "../core/types.ts";

/** Something that was given up on. */
export interface DeadLetter {
  readonly id: number;
  readonly kind: DeadLetterKind;
  /** When it was given up on, ms since the epoch. */
  readonly atMs: number;
  /** The stage of the path at which it failed last. */
  readonly stage: string;
  readonly reason: string;
  /** Attempts, or deaths, after which it was given up on; null for a record and a part. */
  readonly attempts: number | null;
  /** The object, for a record the object that holds it, or the part's file; null for a delivery. */
  readonly uri: string | null;
  /** For a record: its place in `Records`, from 0. */
  readonly recordIndex: number | null;
  /** For a delivery: the alert, and where it could not be delivered. */
  readonly alertId: string | null;
  readonly sink: string | null;
}

/** A dead letter with all that is kept of it. */
export interface WholeDeadLetter extends DeadLetter {
  /** The object's ETag and the source that it was found below. */
  readonly etag: string | null;
  readonly sourceUrl: string | null;
  /** Bytes of the object as stored; null where the ledger does not know it any more. */
  readonly size: number | null;
  /** For a record: its text, cut at 64 KB. */
  readonly recordText: string | null;
  /** For a delivery: the alert as it was to be sent. */
  readonly payload: string | null;
}

/** Which dead letters are meant; what is left out chooses nothing. */
export interface DeadLetterFilter {
  readonly kinds?: readonly DeadLetterKind[];
  readonly stages?: readonly string[];
  /** The beginning of `uri`; leaves deliveries out. */
  readonly uriPrefix?: string;
  /** Deliveries to this sink alone. */
  readonly sink?: string;
  /** Given up on at this instant or later, ms since the epoch. */
  readonly sinceMs?: number;
}

/** What a redrive put back to work. */
export interface RedriveCounts {
  /** Of the ids given, those that were there. */
  readonly found: readonly number[];
  /** Objects that will be read again. */
  readonly objects: number;
  /** Objects that are read when a pass lists them: it is not known which source they were found below. */
  readonly unplanned: number;
  /** Deliveries that are tried again. */
  readonly deliveries: number;
  /** Parts whose objects are read again. */
  readonly parts: number;
}

/** A part that cannot be read any more. */
export interface DamagedPart {
  readonly partId: string;
  /** Its file's address, and what is wrong with it. */
  readonly uri: string;
  readonly reason: string;
}

/** The part of the store that keeps what was given up on. */
export interface DeadLetterStore {
  /** Dead letters, the newest first: up to `limit` of those with an id below `beforeId`. */
  listDeadLetters(
    filter: DeadLetterFilter,
    page: { readonly limit: number; readonly beforeId?: number },
  ): Promise<readonly DeadLetter[]>;
  /** One dead letter, or null where there is none of this id. */
  showDeadLetter(id: number): Promise<WholeDeadLetter | null>;
  /**
   * Puts up to 1,000 dead letters back to work, with fresh attempts, and forgets them, in one transaction: objects,
   * those of rejected records and those of damaged parts are planned again, deliveries are due at once. An object's
   * other dead letters go with it. An object that a shard holds already is left to that one.
   */
  redriveDeadLetters(ids: readonly number[]): Promise<RedriveCounts>;
  /**
   * Forgets dead letters. What they were about stays settled: an object is known as dead, an alert as undelivered;
   * the file of a damaged part is removed by the next compaction. @returns the ids that were there
   */
  dropDeadLetters(ids: readonly number[]): Promise<readonly number[]>;
  /**
   * Gives up for good up to 1,000 deliveries that wait for a sink, as one that nobody has any more; their alerts are
   * settled with the last of their deliveries. @returns how many; 0 where none waits
   */
  giveUpDeliveries(sink: string): Promise<number>;
  /**
   * Makes a damaged part a dead letter: no hour waits for it any more, its file is kept, and a redrive reads the
   * objects that it came from. @returns false where no hour waits for it
   */
  setAsidePart(part: DamagedPart): Promise<boolean>;
}
