import { LIMITS } from "../core/limits.ts";
import { retryAfterMs } from "./retry_after.ts";

/** Where to POST: the address, without credentials, and the headers that replace them. Never logged. */
export interface PostTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What came back: the status and what there is to know, or why nothing came back. No URL in either. */
export type PostReply =
  | {
    readonly kind: "status";
    readonly status: number;
    readonly retryAfterMs: number | undefined;
    /** The body's first characters, "" where it could not be read. May repeat secrets: do not log it. */
    readonly text: string;
  }
  | { readonly kind: "failed"; readonly reason: string };

/** Of a response only this much is read: enough to keep the connection in use and to see an error code. */
const RESPONSE_BYTES_MAX = 64 * 1024;

/** The status decides; a body that dribbles is left after this. */
const RESPONSE_BODY_TIMEOUT_MS = 1000;

/**
 * POSTs JSON, as text or UTF-8, once. Redirects are not followed: they would carry the alert where nobody asked for.
 * Resolves within `timeoutMs` (plus a second for the body) and rejects only on abort.
 */
export async function postJson(
  target: PostTarget,
  body: string | Uint8Array<ArrayBuffer>,
  options: {
    readonly signal: AbortSignal;
    readonly headers?: Readonly<Record<string, string>>;
    readonly timeoutMs?: number;
  },
): Promise<PostReply> {
  const { signal, timeoutMs = LIMITS.deliveryTimeoutMs } = options;
  signal.throwIfAborted();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    const response = await fetch(target.url, {
      method: "POST",
      redirect: "manual",
      headers: {
        ...target.headers,
        ...options.headers,
        "content-type": "application/json",
        "user-agent": "trailsieve",
      },
      body,
      signal: AbortSignal.any([signal, late.signal]),
    });
    return {
      kind: "status",
      status: response.status,
      retryAfterMs: retryAfterMs(response.headers.get("retry-after"), Date.now()),
      text: await readStart(response.body),
    };
  } catch (error) {
    signal.throwIfAborted();
    return {
      kind: "failed",
      reason: late.signal.aborted
        ? `no answer within ${timeoutMs / 1000} s`
        : describeNetworkError(error),
    };
  } finally {
    clearTimeout(timer);
  }
}

/** Reads a body to its end, or as far as the limits allow; what is left of it is cancelled. */
async function readStart(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const timer = setTimeout(() => void reader.cancel().catch(() => {}), RESPONSE_BODY_TIMEOUT_MS);
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    while (bytes < RESPONSE_BYTES_MAX) {
      const { done, value } = await reader.read();
      if (done) return text;
      bytes += value.byteLength;
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
    return text;
  } catch {
    // The status came; a body that is cut off or cannot be decoded changes nothing.
    return text;
  } finally {
    clearTimeout(timer);
  }
}

/** What the runtime's sentence says, by its known parts only: the whole of it holds the URL. */
function describeNetworkError(error: unknown): string {
  const text = error instanceof Error ? `${error.message} ${String(error.cause ?? "")}` : "";
  for (const [pattern, reason] of NETWORK_ERRORS) if (pattern.test(text)) return reason;
  return "the request failed before an answer came";
}

const NETWORK_ERRORS: readonly (readonly [RegExp, string])[] = [
  [/connection refused/i, "connection refused"],
  [/dns error|lookup address/i, "host name not found"],
  [/certificate|invalid peer|handshake|tls/i, "no trusted TLS connection"],
  [/connection reset|broken pipe/i, "connection reset"],
  [/unreachable|no route/i, "host unreachable"],
  [/connection closed|before message completed|unexpected e(?:of|nd)/i, "connection closed early"],
  [/timed? ?out/i, "connection timed out"],
  [/requires net access|NotCapable/i, "the process may not use the network to reach it"],
];
