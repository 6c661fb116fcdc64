/** The messages between the rule tools and the isolate in which they run rules: plain data with a `kind`. */
import type { Rule, RuleSpec } from "../detection/mod.ts";

/** What a TypeScript rule says of itself: all of it but its functions. */
export type RuleMetadata = Omit<Rule, "matches" | "alertTitle" | "dedupKey">;

/** Imports a TypeScript rule, which runs its module. */
export interface LoadRequest {
  readonly kind: "load";
  /** `file:` URL. */
  readonly url: string;
}

/** Runs rules on events through the engine of `poll`, index and filters included. */
export interface JudgeRequest {
  readonly kind: "judge";
  readonly specs: readonly RuleSpec[];
  /** JSON text of each event. */
  readonly events: readonly string[];
}

/** Runs one TypeScript rule on one event and notes what it reads. */
export interface TraceRequest {
  readonly kind: "trace";
  readonly url: string;
  readonly event: string;
}

export type RuleRequest = LoadRequest | JudgeRequest | TraceRequest;

/** A rule's metadata, or what is wrong with it. */
export type LoadAnswer =
  | { readonly rule: RuleMetadata; readonly problem: null }
  | { readonly rule: null; readonly problem: string };

/** What came of one event. */
export interface Judgement {
  /** Ids of the rules that matched. */
  readonly matched: readonly string[];
  /** What was thrown, or why the rules could not be run; empty if all went well. */
  readonly errors: readonly string[];
}

/** A path that a rule asked for, and the start of what it got, as JSON; `absent` where it led nowhere. */
export interface TracedRead {
  readonly path: string;
  readonly found: string;
}

/** How a TypeScript rule came to its answer. */
export interface Trace {
  /** A hint that keeps the event from the rule: `eventSources` or `eventNames`. */
  readonly excludedBy: string | null;
  readonly matched: boolean;
  readonly reads: readonly TracedRead[];
  /** What the rule threw, or why it could not be loaded. */
  readonly error: string | null;
}

/** The answer to a request of the same kind. */
export type RuleAnswer =
  | { readonly kind: "load"; readonly answer: LoadAnswer }
  | { readonly kind: "judge"; readonly answer: readonly Judgement[] }
  | { readonly kind: "trace"; readonly answer: Trace };

/** Slots of the note that shows which event the isolate is at; the rest of an answer is lost with an isolate. */
export const RULE_PROGRESS = {
  /** Place of the event in the request, -1 while modules are loaded. */
  event: 0,
} as const;

/** Bytes of that note. */
export const RULE_PROGRESS_BYTES = 4;

/** Sent once, first. */
export interface RuleInit {
  readonly kind: "init";
  readonly progress: SharedArrayBuffer;
}

/** The isolate's module. */
export const RULE_ISOLATE_URL: string = new URL("./rule_isolate.ts", import.meta.url).href;
