import { joinPieces } from "../core/event_pieces.ts";
import { HttpSink } from "./http_sink.ts";
import type { PostTarget } from "./post_json.ts";
import { slackMessage } from "./slack_message.ts";
import type { Sink } from "./types.ts";

/** Options that tests shorten. */
export interface HttpOptions {
  /** One request; default `LIMITS.deliveryTimeoutMs`. */
  readonly timeoutMs?: number;
}

/**
 * Each alert as the JSON body of one POST, up to four at a time, so without order: one alert that a receiver
 * chokes on then fails alone, and `idempotency-key`, the alert id, tells a repetition.
 */
export function webhookSink(name: string, target: PostTarget, options: HttpOptions = {}): Sink {
  return new HttpSink({
    ...options,
    name,
    target,
    batchMax: 20,
    concurrency: 4,
    body: async (delivery) => (await joinPieces(delivery.line())).subarray(0, -1),
    headers: (delivery) => ({ "idempotency-key": delivery.alertId }),
  });
}

/**
 * Each alert as one Slack message, one after the other: an incoming webhook takes about one a second and
 * says with 429 and `Retry-After` when that was too fast (docs.slack.dev, "Rate limits").
 */
export function slackSink(name: string, target: PostTarget, options: HttpOptions = {}): Sink {
  return new HttpSink({
    ...options,
    name,
    target,
    batchMax: 10,
    concurrency: 1,
    body: (delivery) => JSON.stringify(slackMessage(JSON.parse(delivery.payload))),
    publicText: slackErrorCode,
  });
}

/** Slack names errors in one word (`invalid_blocks`, `channel_is_archived`); anything else is not from Slack. */
function slackErrorCode(text: string): string {
  return /^[a-z_]{1,60}$/.test(text) ? text : "";
}
