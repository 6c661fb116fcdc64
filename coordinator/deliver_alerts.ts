import { relieveMemory } from "../core/collect_garbage.ts";
import { alertLine } from "../core/event_pieces.ts";
import { logOf } from "../core/log.ts";
import type { Delivery, DeliveryResult, Sink } from "../alerts/mod.ts";
import type { DeliveryEnd, PendingDelivery, Store } from "../store/mod.ts";
import { deliveryRetryMs } from "./retry_delay.ts";
import type { RunReport } from "./run_report.ts";
import { Wake } from "./wake.ts";

/** How often a replica looks for alerts that others have stored. */
const ASK_MS = 1000;
/** A run that ends by itself waits at most this long for alerts that a sink did not take at once. */
const RETRY_WAIT_MS = 20_000;

const log = logOf("alerts");

/** Delivers stored alerts to the sinks: at least once, each sink at its own pace. */
export class Deliverer {
  /** Woken when alerts were stored. */
  readonly wake = new Wake();
  readonly #store: Store;
  readonly #sinks: readonly Sink[];
  readonly #report: RunReport;

  constructor(store: Store, sinks: readonly Sink[], report: RunReport) {
    this.#store = store;
    this.#sinks = sinks;
    this.#report = report;
  }

  /**
   * Delivers until `drain` aborts and an attempt under way is over; with `untilIdle` also until that promise is
   * fulfilled and nothing is due soon. `abort` cuts attempts off.
   */
  async run(options: {
    readonly drain: AbortSignal;
    readonly abort: AbortSignal;
    readonly untilIdle?: Promise<void>;
  }): Promise<void> {
    let ending = false;
    options.untilIdle?.then(() => {
      ending = true;
      this.wake.all();
    }, () => {});
    await Promise.all(this.#sinks.map(async (sink) => {
      while (!options.drain.aborted) {
        // What a batch has no room for is due at once; after a smaller one nothing is, but for what comes.
        if (await this.#deliverDue(sink, options.abort) >= sink.batchMax) continue;
        const nextMs = await this.#store.nextDeliveryMs([sink.name]);
        if (ending && (nextMs === null || nextMs > RETRY_WAIT_MS)) return;
        const waitMs = nextMs === null ? ASK_MS : Math.min(ASK_MS, Math.max(10, nextMs));
        await this.wake.wait(waitMs, options.drain);
      }
    }));
  }

  /** Tries one batch. @returns how many it had. */
  async #deliverDue(sink: Sink, signal: AbortSignal): Promise<number> {
    const pending = await this.#store.takeDeliveries(sink.name, sink.batchMax);
    if (pending.length === 0) return 0;
    const results = await sink.deliver(pending.map((delivery) => this.#toDelivery(delivery)), {
      signal,
    });
    const ends = pending.map((delivery, i) => endOf(delivery, results[i]));
    const { delivered, undelivered } = await this.#store.endDeliveries(ends);
    this.#report.alerts.delivered += delivered;
    this.#report.alerts.undelivered += undelivered;
    this.#report.wrote();
    logTroubles(sink, ends);
    relieveMemory();
    return pending.length;
  }

  #toDelivery(pending: PendingDelivery): Delivery {
    const { alertId, payload, eventPieces, level, dedupKey, maybeSent } = pending;
    // A long event is read when it is written: a batch of them is never in memory as a whole.
    const readPiece = (place: number) => this.#store.readAlertPiece(alertId, place);
    const line = () => alertLine({ payload, eventPieces }, readPiece);
    return { alertId, payload, line, level, dedupKey, maybeSent };
  }
}

function endOf({ alertId, sink, attempts }: PendingDelivery, result: DeliveryResult): DeliveryEnd {
  switch (result.kind) {
    case "delivered":
      return { alertId, sink, kind: "delivered", reason: "", retryAfterMs: 0 };
    case "refused":
      return { alertId, sink, kind: "undelivered", reason: result.reason, retryAfterMs: 0 };
    case "later": {
      const retryAfterMs = Math.max(deliveryRetryMs(attempts + 1), result.retryAfterMs ?? 0);
      return { alertId, sink, kind: "later", reason: result.reason, retryAfterMs };
    }
    default:
      return result satisfies never;
  }
}

function logTroubles(sink: Sink, ends: readonly DeliveryEnd[]): void {
  const failed = ends.filter((end) => end.kind !== "delivered");
  if (failed.length === 0) return;
  const refused = failed.filter((end) => end.kind === "undelivered").length;
  const text = `Cannot deliver ${failed.length} alerts to ${sink.name}: ${failed[0].reason}`;
  if (refused > 0) log.error(`${text}; gave up on ${refused}`);
  else log.warn(`${text}; trying again`);
}
