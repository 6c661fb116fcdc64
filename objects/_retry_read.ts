import { TrailsieveError } from "../core/errors.ts";
import { attemptsOfError } from "./_aws_errors.ts";

/** Attempts at one read, the first included: as many as the SDK makes at a request. */
const ATTEMPTS_MAX = 7;
const FIRST_DELAY_MS = 100;

/**
 * Reads again when a body breaks off: the SDK retries requests, but a body that was begun is the caller's
 * affair. What the SDK has tried several times by itself is not tried again. Waits with jitter and growing delay in
 * between; rejects with the signal's reason on abort.
 */
export async function retryRead<T>(
  read: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await read();
    } catch (error) {
      const isBroken = error instanceof TrailsieveError && error.code === "unreachable" &&
        attemptsOfError(error.cause) === 1;
      if (!isBroken || attempt === ATTEMPTS_MAX) throw error;
    }
    await wait(FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2), signal);
  }
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    const abort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}
