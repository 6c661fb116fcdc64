/**
 * Every failure that a user can see has a code from this list. The code decides what happens next;
 * the sentence tells the user what could not be done, to what, and why.
 */
export type ErrorCode =
  | "usage" // the command line or a setting is wrong: exit 2
  | "unreachable" // a store, queue, sink or database does not answer
  | "denied" // it answers and refuses access
  | "missing" // a bucket, folder, database or object does not exist
  | "throttled" // it asks for patience (503 SlowDown, 429)
  | "expired" // a signature or token ran out: sign again
  | "changed" // the object's content is no longer the one that was planned
  | "condition" // a conditional write lost against another writer
  | "corrupt" // the bytes are not what they claim to be
  | "too_large" // a limit of core/limits.ts was met
  | "locked" // the embedded database is in use by another process
  | "fenced" // a result outlived its lease
  | "aborted" // the caller's signal fired
  | "bug"; // an invariant of ours does not hold

/** The stages of the path, in order; the same words stand in code, errors, logs and metrics. */
export const STAGES = [
  "list",
  "shard",
  "assign",
  "fetch",
  "gunzip",
  "parse",
  "detect",
  "encode",
  "report",
  "commit",
  "deliver",
  "compact",
] as const;
export type Stage = (typeof STAGES)[number];

/** What the caller should do with the item that failed. */
export type Advice =
  | "later" // try again with growing delay
  | "give_up" // dead-letter this item, go on with the others
  | "skip" // the item is gone or is not ours: note it, go on
  | "stop"; // nothing can go on

/** Options of {@linkcode TrailsieveError}. */
export interface TrailsieveErrorOptions {
  readonly stage?: Stage;
  /** The object, file or address it happened to, as `s3://bucket/key`, `file:///path` or a URL. */
  readonly object?: string;
  readonly advice?: Advice;
  /** What the user can do about it, as a sentence without final period. */
  readonly hint?: string;
  readonly cause?: unknown;
}

const DEFAULT_ADVICE: Record<ErrorCode, Advice> = {
  usage: "stop",
  unreachable: "later",
  denied: "later",
  missing: "skip",
  throttled: "later",
  expired: "later",
  changed: "skip",
  condition: "later",
  corrupt: "give_up",
  too_large: "give_up",
  locked: "stop",
  fenced: "skip",
  aborted: "stop",
  bug: "stop",
};

/** An error whose `message` says what could not be done, to what, colon, the state found. */
export class TrailsieveError extends Error {
  override readonly name = "TrailsieveError";
  readonly code: ErrorCode;
  readonly stage: Stage | undefined;
  readonly object: string | undefined;
  readonly advice: Advice;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: TrailsieveErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.stage = options.stage;
    this.object = options.object;
    this.advice = options.advice ?? DEFAULT_ADVICE[code];
    this.hint = options.hint;
  }
}

/** The sentence of any thrown value, with the hint where there is one. */
export function describeError(error: unknown): string {
  if (error instanceof TrailsieveError) {
    return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
  }
  return error instanceof Error ? error.message || error.name : String(error);
}
