import { joinPieces } from "../core/event_pieces.ts";
import { describeError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Delivery, DeliveryResult, Sink } from "./types.ts";

/**
 * Alerts as JSON lines on a byte stream, one write an alert, in order. A reader that is slow is waited
 * for; one that has gone (EPIPE) leaves the alerts to a later attempt, because another process may be
 * started with a reader. The stream belongs to the caller and is not closed.
 */
export class StdoutSink implements Sink {
  readonly name = "stdout";
  readonly batchMax = LIMITS.deliveryBatchMax;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#writer = stream.getWriter();
    // A broken pipe is reported by the write that meets it; nobody else waits for this promise.
    this.#writer.closed.catch(() => {});
  }

  /** On abort it stops waiting for the reader; the line being written may still come out. */
  async deliver(
    deliveries: readonly Delivery[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly DeliveryResult[]> {
    const results: DeliveryResult[] = [];
    for (const delivery of deliveries) {
      signal.throwIfAborted();
      // Whole, so that nothing that fails halfway leaves half a line on the stream.
      const written = joinPieces(delivery.line()).then((line) => this.#writer.write(line));
      results.push(await endOfWrite(written, signal));
    }
    return results;
  }

  close(): Promise<void> {
    this.#writer.releaseLock();
    return Promise.resolve();
  }
}

async function endOfWrite(written: Promise<void>, signal: AbortSignal): Promise<DeliveryResult> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const ended = written.then(
    (): DeliveryResult => ({ kind: "delivered" }),
    (error): DeliveryResult => ({
      kind: "later",
      reason: `Cannot write to stdout: ${describeError(error)}`,
    }),
  );
  try {
    return await Promise.race([ended, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
