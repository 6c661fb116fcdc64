/**
 * The messages between the coordinator and its isolates: plain data with a `kind`, since classes, functions and
 * signals do not survive the way. Bytes go by transfer.
 */
import type { Stage } from "../core/errors.ts";
import type { AlertPack } from "../core/alert_packs.ts";
import type { ReadGrant } from "../core/types.ts";
import type { RuleProblem, RuleSpec } from "../detection/mod.ts";

/** Sent once, first. */
export interface InitMessage {
  readonly kind: "init";
  readonly rules: readonly RuleSpec[];
  /** Ids of rules that are switched off for this run. */
  readonly disabledRules: readonly string[];
  /** Whether part files are wanted. */
  readonly lake: boolean;
  /** Whether GETs go by a proxy, which only `fetch` knows; an isolate cannot look, since it has no environment. */
  readonly proxied?: boolean;
  /** Where the isolate notes what it is at: see PROGRESS. */
  readonly progress: SharedArrayBuffer;
}

/** One object of a shard, with leave to read it. */
export interface ShardObject {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  /** For alerts, rows and errors. */
  readonly uri: string;
  readonly grant: ReadGrant;
}

/** Hands over a shard. A worker holds one and may be given the next one before it reports. */
export interface ShardMessage {
  readonly kind: "shard";
  readonly shardId: string;
  readonly objects: readonly ShardObject[];
}

/** Switches a rule off from the next shard on. */
export interface DisableMessage {
  readonly kind: "disable";
  readonly ruleId: string;
}

/** Answers an AskMessage: the isolate may hold large records until its shard is committed. */
export interface TurnMessage {
  readonly kind: "turn";
}

export type ToWorker = InitMessage | ShardMessage | DisableMessage | TurnMessage;

/** The isolate has compiled its rules and takes shards. */
export interface ReadyMessage {
  readonly kind: "ready";
  /** Ids, in the order of PROGRESS.rule. */
  readonly ruleIds: readonly string[];
  /** Rules that could not be loaded. */
  readonly problems: readonly RuleProblem[];
}

/** What became of one object. What follows from each status is the coordinator's to decide. */
export interface ObjectReport {
  readonly status: "done" | "later" | "dead" | "changed" | "gone" | "denied" | "expired";
  readonly inflatedBytes: number;
  readonly eventCount: number;
  readonly sha256: Uint8Array | null;
  readonly error: { readonly stage: Stage; readonly message: string } | null;
}

/** A record that is no event, or the first of several. */
export interface RejectedReport {
  /** Place of the object in the shard, and of the record in `Records`. */
  readonly object: number;
  readonly index: number;
  readonly reason: string;
  readonly text: string;
  /** How many it stands for: where an object has very many, those that have no report of their own. */
  readonly count: number;
}

/** A finished part file. */
export interface PartReport {
  readonly bytes: Uint8Array;
  readonly hours: readonly {
    readonly hourMs: number;
    readonly rowStart: number;
    readonly rowCount: number;
  }[];
}

/** The one message about a shard: in it is all that its commit stores. */
export interface ResultMessage {
  readonly kind: "result";
  readonly shardId: string;
  readonly objects: readonly ObjectReport[];
  readonly rejected: readonly RejectedReport[];
  readonly alerts: readonly AlertPack[];
  readonly parts: readonly PartReport[];
  /** GET requests made. */
  readonly gets: number;
  /** How often each rule threw, by id, with the last message. */
  readonly ruleErrors: readonly {
    readonly ruleId: string;
    readonly count: number;
    readonly message: string;
  }[];
}

/** The isolate cannot go on: a bug. */
export interface FatalMessage {
  readonly kind: "fatal";
  readonly message: string;
}

/** The isolate is about to hold a large record, or read a large object, and waits for leave. At most once a shard. */
export interface AskMessage {
  readonly kind: "ask";
}

export type FromWorker = ReadyMessage | ResultMessage | FatalMessage | AskMessage;

/**
 * Slots of the progress note, an Int32Array that the isolate writes and the coordinator reads when a worker
 * has died or fallen silent.
 */
export const PROGRESS = {
  /** Raised at every step; while it stands still nothing happens. */
  beat: 0,
  /** Place of the object in the shard, -1 between shards. */
  object: 1,
  /** Place of the record in the object's current batch, -1 outside records. */
  record: 2,
  /** Place of the rule that is being evaluated, -1 outside rules. */
  rule: 3,
  /** Bytes of the record: a rule may take longer on a large one. */
  recordBytes: 4,
} as const;

/** Bytes of the progress note. */
export const PROGRESS_BYTES = 20;

/** The isolates' modules. */
export const SHARD_ISOLATE_URL: string = new URL("./shard_isolate.ts", import.meta.url).href;
export const COMPACT_ISOLATE_URL: string = new URL("./compact_isolate.ts", import.meta.url).href;
