/** The schedule of listing, as it lives in the database (table `listing_nodes`). */

/** What a node stands for; see migrations/0008_listing.ts. */
export type ListingKind = "folder" | "flat" | "base" | "day" | "range";

/** One pass over a source, and what of it this replica reads. */
export interface ListingPass {
  readonly scope: string;
  /** The source's prefix: nodes below it belong to the pass. */
  readonly prefix: string;
  /** Named accounts and regions; none means all. Nodes whose prefix shows another one are left alone. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** Days before this one (UTC start, ms) are left alone; null: none. */
  readonly sinceMs: number | null;
  /** Whether everything is visited, due or not. */
  readonly full: boolean;
  /** Nodes visited after this instant are not visited again by the pass, ms since the epoch. */
  readonly freshMs: number;
}

/** A node that this replica holds. Instants in ms since the epoch, infinite where there was none. */
export interface ListingNode {
  readonly id: number;
  /** Grows with each claim: a late result of an earlier holder changes nothing. */
  readonly claim: number;
  readonly kind: ListingKind;
  readonly parentId: number | null;
  /** The base whose days lie in the node: the base itself, or of a day or range the one it belongs to. */
  readonly baseId: number | null;
  readonly prefix: string;
  /** Of a range: keys behind `startKey`, up to and including `endKey`; empty is open. */
  readonly startKey: string;
  readonly endKey: string;
  /**
   * Of a day: the last key up to which every ref is planned or in the ledger. Of the others: the same, of a
   * listing that was interrupted; empty where none was.
   */
  readonly watermark: string;
  readonly dayMs: number | null;
  /** Of a base: the first day that is listed; null for all. */
  readonly sinceMs: number | null;
  /** Whether it was listed to its end before; for a base that is when its days got nodes. */
  readonly isListed: boolean;
  /** When something new was found last, or the node was made. */
  readonly activeAt: number;
  readonly failures: number;
  /** Of a day: about how many keys it holds. */
  readonly keyCount: number;
}

/** A prefix that a level led to, with what it shows. */
export interface NewPlace {
  readonly prefix: string;
  readonly account: string | null;
  readonly service: string | null;
  readonly region: string | null;
}

/** A day of a base that was just listed. */
export interface NewDay {
  readonly dayMs: number;
  readonly dueAt: number;
  /** See {@linkcode ListingNode.watermark}; empty where nothing is known. */
  readonly watermark: string;
  readonly keyCount: number;
}

/** What one visit changes; applied when the refs that it found are planned, never earlier. */
export type NodeChange =
  & { readonly node: ListingNode }
  & (
    /** Every ref up to `watermark` is planned or in the ledger. */
    | { readonly kind: "progress"; readonly watermark: string }
    /** The visit is over. Of a day the watermark only grows; of the others it becomes what is given. */
    | {
      readonly kind: "end";
      readonly watermark: string;
      readonly dueAt: number;
      readonly activeAt: number;
      readonly keyCount: number;
    }
    /**
     * A base, or a range of it, was listed to its end: these of its days get nodes, as visited now. Of a day that
     * has one the watermark grows, the rest stays. `newestMs` is the last day that the base has from now on. With
     * `isMixed` something lies beside the years, and the base's level is looked at again as well.
     */
    | {
      readonly kind: "days";
      readonly days: readonly NewDay[];
      readonly newestMs: number | null;
      readonly isMixed: boolean;
    }
    /**
     * A base that holds more than days, or a level of very many objects and nothing below: from now on it is listed as
     * a whole, and its days are forgotten.
     */
    | { readonly kind: "flatten" }
    /** A range that is done, or a day that need not be looked at any more. */
    | { readonly kind: "remove" }
    /** It could not be listed. */
    | { readonly kind: "failed"; readonly error: string; readonly dueAt: number }
    /** Given back as it was. */
    | { readonly kind: "release" }
  );

/** A node that could not be listed when it was tried last. */
export interface FailingNode {
  readonly prefix: string;
  readonly error: string;
  readonly failures: number;
}

/** The listing part of the store. Methods may reject like those of `Store`. */
export interface ListingStore {
  /** The database's clock, ms since the epoch. */
  now(): Promise<number>;
  /**
   * Begins a pass: makes the source's root, the days that have begun since the last one for each base that was
   * listed, and ranges for days before a base's first one if an earlier `sinceMs` is asked for.
   * @returns whether part of the source was never listed to its end
   */
  begin(pass: ListingPass, nowMs: number): Promise<{ readonly isFirst: boolean }>;
  /**
   * Claims up to `limit` due nodes, longest due first; where everything is visited, longest unvisited first. A node
   * whose ranges are not done yet is left out, and so are those in `skip`; with `followed` also bases, flat prefixes
   * and ranges that were never listed to their end, each of which may be long. A base that is listed for the first time
   * begins at the pass's first day from now on.
   */
  claim(
    pass: ListingPass,
    nowMs: number,
    options: {
      readonly limit: number;
      readonly skip: readonly number[];
      readonly followed?: boolean;
    },
  ): Promise<readonly ListingNode[]>;
  /** Folders that a level led to; they are due at once. @returns how many were new */
  addFolders(scope: string, places: readonly NewPlace[], nowMs: number): Promise<number>;
  /** A base beside or, with `replaces`, instead of a folder; due at once if it is new. @returns whether it was */
  addBase(
    pass: ListingPass,
    place: NewPlace,
    nowMs: number,
    options: { readonly replaces: ListingNode | null },
  ): Promise<boolean>;
  /** From now on everything below a folder is listed as one, at once; what was known below it is forgotten. */
  makeFlat(pass: ListingPass, node: ListingNode): Promise<void>;
  /** Ranges that other visits list: pieces of a node, in order, due at once. */
  addRanges(
    node: ListingNode,
    ranges: readonly { readonly startKey: string; readonly endKey: string }[],
    nowMs: number,
  ): Promise<void>;
  /**
   * Applies changes, each batch in one transaction; those of nodes that another replica has claimed since are left
   * out. @returns ids of the days that were stored
   */
  apply(changes: readonly NodeChange[], nowMs: number): Promise<readonly number[]>;
  /** What keeps a pass from its end although nothing could be claimed. */
  outlook(
    pass: ListingPass,
    nowMs: number,
    options: { readonly silentSinceMs: number; readonly skip: readonly number[] },
  ): Promise<{
    /** Whether there is something to claim by now. */
    readonly isDue: boolean;
    /** When the next node that failed is tried again, ms since the epoch; null where none is. */
    readonly nextRetryAt: number | null;
    /** Due nodes held by other replicas that live: more may come of them. */
    readonly heldByOthers: number;
    /** Of these, held by replicas that gave no sign of life since `silentSinceMs` and may be dead. */
    readonly heldSilently: number;
  }>;
  /** Nodes whose last visit failed, at most `limit`, and how many there are. */
  failing(
    pass: ListingPass,
    limit: number,
  ): Promise<{ readonly count: number; readonly nodes: readonly FailingNode[] }>;
}
