import { describeError, TrailsieveError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { postJson, type PostReply, type PostTarget } from "./post_json.ts";
import { sleep } from "./sleep.ts";
import type { Delivery, DeliveryResult, Sink } from "./types.ts";

/** What tells one HTTP sink from another. */
export interface HttpSinkOptions {
  readonly name: string;
  readonly target: PostTarget;
  readonly batchMax: number;
  /** Requests at the same time; 1 keeps the order. */
  readonly concurrency: number;
  /** The request's body for an alert. */
  readonly body: (delivery: Delivery) => string | Promise<Uint8Array<ArrayBuffer>>;
  readonly headers?: (delivery: Delivery) => Readonly<Record<string, string>>;
  /** What may be told of an answer's body; by default nothing, because a body may repeat the URL. */
  readonly publicText?: (text: string) => string;
  /** One request, from connecting to the answer's head; default `LIMITS.deliveryTimeoutMs`. */
  readonly timeoutMs?: number;
}

/**
 * How long one call of `deliver` waits, in total, for a sink that asks for patience. A refusal for the
 * moment is no attempt that failed: were each counted, a burst would use up the attempts of its alerts.
 */
const PATIENCE_MS = 30_000;

/** A sink asks for patience without saying for how long. */
const DEFAULT_PATIENCE_MS = 5_000;

/** Statuses that speak of this alert's content: sending it again cannot help. */
const REFUSED = new Set([400, 413, 422]);

/**
 * One alert per request. 2xx is delivered; 400, 413 and 422 refuse the alert for good. Everything else is
 * for later: 408, 425, 429 and 5xx by their meaning, and 3xx, 401, 403, 404 and the rest because they speak
 * of the sink's configuration, which somebody can mend while the alert waits.
 */
export class HttpSink implements Sink {
  readonly name: string;
  readonly batchMax: number;
  readonly #options: HttpSinkOptions;

  constructor(options: HttpSinkOptions) {
    this.name = options.name;
    this.batchMax = options.batchMax;
    this.#options = options;
  }

  /** On abort, requests under way are cut off; whether they arrived is then not known. */
  async deliver(
    deliveries: readonly Delivery[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly DeliveryResult[]> {
    const results = new Array<DeliveryResult>(deliveries.length);
    const round = new Round(Math.max(2, this.#options.concurrency));
    let next = 0;
    const lane = async () => {
      while (next < deliveries.length) {
        const index = next++;
        results[index] = await this.#deliverOne(deliveries[index], round, signal);
      }
    };
    const lanes = Array.from({ length: this.#options.concurrency }, lane);
    const ended = await Promise.allSettled(lanes);
    const failed = ended.find((end) => end.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return results;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #deliverOne(
    delivery: Delivery,
    round: Round,
    signal: AbortSignal,
  ): Promise<DeliveryResult> {
    let body: string | Uint8Array<ArrayBuffer>;
    try {
      body = await this.#options.body(delivery);
    } catch (error) {
      const reason = `Cannot read the alert: ${describeError(error)}`;
      // A database that does not answer says nothing of the alert.
      return { kind: error instanceof TrailsieveError ? "later" : "refused", reason };
    }
    let patient = true;
    while (true) {
      if (round.ending !== null) return round.ending;
      if (!await round.waitForPause(signal)) continue;
      const reply = await postJson(this.#options.target, body, {
        signal,
        headers: this.#options.headers?.(delivery),
        timeoutMs: this.#options.timeoutMs ?? LIMITS.deliveryTimeoutMs,
      });
      const result = this.#judge(reply);
      if (reply.kind === "status" && reply.status === 429) {
        round.throttled(result, reply.retryAfterMs ?? DEFAULT_PATIENCE_MS);
        // Asked for patience, the alert gets one more turn; a sink that asks twice means it.
        if (patient && round.ending === null) {
          patient = false;
          continue;
        }
      } else if (reply.kind === "failed") {
        round.unreachable(result);
      } else {
        round.answered();
      }
      return result;
    }
  }

  #judge(reply: PostReply): DeliveryResult {
    if (reply.kind === "failed") {
      return { kind: "later", reason: `Cannot deliver to ${this.name}: ${reply.reason}` };
    }
    if (reply.status >= 200 && reply.status < 300) return { kind: "delivered" };
    const said = this.#options.publicText?.(reply.text) ?? "";
    const about = reply.status >= 300 && reply.status < 400
      ? ", a redirect, which is not followed"
      : said === ""
      ? ""
      : ` (${said})`;
    const reason = `Cannot deliver to ${this.name}: HTTP status ${reply.status}${about}`;
    if (REFUSED.has(reply.status)) return { kind: "refused", reason };
    return reply.retryAfterMs === undefined
      ? { kind: "later", reason }
      : { kind: "later", reason, retryAfterMs: reply.retryAfterMs };
  }
}

/** What one call of `deliver` has learned about the sink, shared by its lanes. */
class Round {
  /** The result of every alert that was not sent yet, once it is clear that the sink takes none now. */
  ending: DeliveryResult | null = null;
  readonly #failuresMax: number;
  #failures = 0;
  #pausedUntil = 0;
  #patienceMs = PATIENCE_MS;

  /** @param failuresMax alerts in a row without any answer after which the sink counts as unreachable */
  constructor(failuresMax: number) {
    this.#failuresMax = failuresMax;
  }

  answered(): void {
    this.#failures = 0;
  }

  /** One alert alone may be what the sink chokes on, so it takes several in a row to spare the others. */
  unreachable(result: DeliveryResult): void {
    if (++this.#failures >= this.#failuresMax) this.ending = result;
  }

  throttled(result: DeliveryResult, waitMs: number): void {
    this.#failures = 0;
    const now = Date.now();
    const addedMs = now + waitMs - Math.max(now, this.#pausedUntil);
    if (addedMs <= 0) return;
    if (addedMs > this.#patienceMs) {
      this.ending = result;
      return;
    }
    this.#patienceMs -= addedMs;
    this.#pausedUntil = now + waitMs;
  }

  /** Waits while the sink is paused. @returns whether it is time to send; false: look again */
  async waitForPause(signal: AbortSignal): Promise<boolean> {
    const waitMs = this.#pausedUntil - Date.now();
    if (waitMs <= 0) return true;
    await sleep(waitMs, signal);
    return false;
  }
}
