import { LIMITS } from "../core/limits.ts";
import { FetchError } from "./fetch_error.ts";

/** Bytes that are read of an answer other than 200. */
export const ERROR_BODY_BYTES_MAX = 16 * 1024;

let gets = 0;

/** GET requests made by this isolate so far. */
export function getCount(): number {
  return gets;
}

/** Counts a GET request that is made elsewhere. */
export function countGet(): void {
  gets++;
}

/**
 * The body of a small object, taken at once. It has `LIMITS.silentConnectionMs` from the request to the answer's
 * headers, and as long again to its last byte. Throws FetchError, or the signal's reason.
 */
export async function fetchSmall(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  using watch = new SilenceWatch(signal);
  try {
    const response = await open(url, headers, watch.signal);
    watch.heard();
    return await response.bytes();
  } catch (error) {
    throw translated(error, signal);
  }
}

/**
 * The body of an object piece by piece, all of it within `LIMITS.fetchTimeoutMs`, no two pieces further apart than
 * `LIMITS.silentConnectionMs`. Throws FetchError, or the signal's reason.
 */
export async function* fetchUrl(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  using watch = new SilenceWatch(
    AbortSignal.any([signal, AbortSignal.timeout(LIMITS.fetchTimeoutMs)]),
  );
  try {
    const response = await open(url, headers, watch.signal);
    for await (const piece of response.body ?? []) {
      // What the reader of a piece takes its time for is not the connection's silence.
      watch.pause();
      yield piece;
      watch.heard();
    }
  } catch (error) {
    throw translated(error, signal);
  }
}

/** @returns the answer, if it is the object; else throws FetchError with what it says. */
async function open(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  gets++;
  const response = await fetch(url, {
    // CloudTrail's objects carry `Content-Encoding: gzip`; inflating, with its limits, is ours.
    headers: { ...headers, "accept-encoding": "identity" },
    redirect: "manual",
    signal,
  });
  if (response.status !== 200) {
    throw refusal(response.status, response.statusText, await readStart(response));
  }
  return response;
}

function translated(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof FetchError || signal.aborted) return error;
  return new FetchError("later", (error as Error).message);
}

/** Aborts its signal when nothing was heard for too long, and with the signal that it was given. */
class SilenceWatch implements Disposable {
  readonly #outer: AbortSignal;
  readonly #controller = new AbortController();
  readonly #abort = () => this.#controller.abort(this.#outer.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(outer: AbortSignal) {
    this.#outer = outer;
    if (outer.aborted) this.#abort();
    outer.addEventListener("abort", this.#abort);
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on silence counts. */
  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const seconds = LIMITS.silentConnectionMs / 1000;
      this.#controller.abort(new Error(`no byte came for ${seconds} s`));
    }, LIMITS.silentConnectionMs);
  }

  /** Until something is heard again silence does not count. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#abort);
  }
}

/** What an answer other than 200 means; S3's error body names the reason ("Error responses", S3 API reference). */
export function refusal(status: number, statusText: string, body: string): FetchError {
  const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? "";
  const detail = /<Message>([^<]*)<\/Message>/.exec(body)?.[1] ?? statusText;
  const message = `status ${status}${code === "" ? "" : ` ${code}`}: ${detail}`;
  if (status === 412) return new FetchError("changed", message);
  if (status === 404 && code !== "NoSuchBucket") return new FetchError("gone", message);
  if (code === "ExpiredToken" || code === "RequestExpired" || /request has expired/i.test(detail)) {
    return new FetchError("expired", message);
  }
  if (status === 401 || status === 403) return new FetchError("denied", message);
  return new FetchError("later", message);
}

async function readStart(response: Response): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > ERROR_BODY_BYTES_MAX) break;
  }
  return text;
}
