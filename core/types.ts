/** The nouns that cross rooms. See the glossary in ARCHITECTURE.md: one word per idea. */

/** What a listing or a notification gives about one object. */
export interface ObjectRef {
  /** The object's whole key; on a folder its absolute path (with the leading slash). */
  readonly key: string;
  /** Identifies the content version: compared, never interpreted. On a folder `size-mtimeNs`. */
  readonly etag: string;
  /** Bytes as stored. */
  readonly size: number;
}

/**
 * What an isolate needs to read one object without credentials. A `url` is presigned and fetched with
 * the headers given (`If-Match` among them); a `file` is opened and its ETag checked again after reading;
 * `bytes` are the object itself.
 */
export type ReadGrant =
  | {
    readonly kind: "url";
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  }
  | { readonly kind: "file"; readonly path: string; readonly etag: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array };

/** Severity of a rule, lowest first. */
export const LEVELS = ["informational", "low", "medium", "high", "critical"] as const;
export type Level = (typeof LEVELS)[number];

/** What became of an object. `failed` is for now: it is planned again, or becomes `dead` at the bound. */
export type Outcome = "done" | "skipped" | "failed" | "dead";

/** What a dead letter can be about: an object, a record of one, a part of the lake, an alert at a sink. */
export const DEAD_LETTER_KINDS = ["object", "record", "part", "delivery"] as const;
export type DeadLetterKind = (typeof DEAD_LETTER_KINDS)[number];

/** An alert as a worker reports it and as the outbox stores it. */
export interface Alert {
  readonly alertId: string;
  readonly ruleId: string;
  readonly level: Level;
  readonly dedupKey: string;
  readonly eventId: string;
  /** `eventTime` in milliseconds since the epoch. */
  readonly eventTimeMs: number;
  /**
   * The whole alert as one line of JSON in CONTRACT's form, never parsed on its way to a sink; without its last
   * member, `event`, where that is long and comes in pieces.
   */
  readonly payload: string;
  /** A long event, packed: see core/event_pieces.ts. Alerts of one event share them. */
  readonly eventPieces?: readonly Uint8Array[];
}

/** Requests that cost money, counted where they are made. */
export interface RequestCounts {
  list: number;
  get: number;
  put: number;
}
