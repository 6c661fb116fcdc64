/** One alert on its way to a sink. */
export interface Delivery {
  readonly alertId: string;
  /** The alert as one line of JSON, without newline, in CONTRACT's form; a long one without its `event`. */
  readonly payload: string;
  /** The whole alert as UTF-8 with a newline behind it, in pieces of at most about 1 MB. */
  line(): AsyncIterable<Uint8Array>;
  readonly level: string;
  readonly dedupKey: string;
  /** True if an earlier attempt was started and its end is not known: the sink may have it already. */
  readonly maybeSent: boolean;
}

/** What became of one delivery. */
export type DeliveryResult =
  | { readonly kind: "delivered" }
  /** To be tried again, not before `retryAfterMs` where the sink asked for that. */
  | { readonly kind: "later"; readonly reason: string; readonly retryAfterMs?: number }
  /** The sink refuses this alert for good. */
  | { readonly kind: "refused"; readonly reason: string };

/** A place alerts are delivered to. Retrying is the coordinator's; a sink tries once. */
export interface Sink {
  /** Stable name under which deliveries are stored: `stdout`, `file:/abs/path.jsonl`, `slack`, `webhook:NAME`. */
  readonly name: string;
  /** Deliveries that it takes at once: a rate-limited sink is slow, and others should not hold its claims. */
  readonly batchMax: number;
  /**
   * Tries to deliver the alerts once, in order, and resolves with one result each. Never rejects but on
   * abort; a sink that cannot be reached yields `later`.
   */
  deliver(
    deliveries: readonly Delivery[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly DeliveryResult[]>;
  close(): Promise<void>;
}
