import { Buffer } from "node:buffer";
import { setTimeout as delay } from "node:timers/promises";
import { LIMITS } from "../core/limits.ts";
import { FetchError } from "./fetch_error.ts";
import type { ShardObject } from "./protocol.ts";
import { readLocal } from "./read_local.ts";

const ERROR_BODY_BYTES_MAX = 16 * 1024;

/** Attempts at one GET while it only fails for now; the longer waits between attempts are the coordinator's. */
const TRIES_MAX = 3;
const TRY_DELAY_MS = 150;

let gets = 0;

/** GET requests made by this isolate so far. */
export function getCount(): number {
  return gets;
}

/** Reads a whole object of this version, trying again shortly what fails for now. Throws FetchError. */
export async function fetchWhole(object: ShardObject, signal: AbortSignal): Promise<Buffer> {
  for (let tries = 1;; tries++) {
    try {
      return await fetchOnce(object, signal);
    } catch (error) {
      const passing = error instanceof FetchError && error.status === "later";
      if (!passing || tries === TRIES_MAX || object.grant.kind !== "url") throw error;
    }
    // Jitter keeps workers that were throttled together from coming back together.
    const waitMs = TRY_DELAY_MS * 4 ** (tries - 1) * (0.5 + Math.random());
    await delay(waitMs, undefined, { signal });
  }
}

async function fetchOnce(object: ShardObject, signal: AbortSignal): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of fetchPieces(object, signal)) pieces.push(piece);
  return pieces.length === 1
    ? Buffer.from(pieces[0].buffer, pieces[0].byteOffset, pieces[0].length)
    : Buffer.concat(pieces);
}

/** Reads an object of this version piece by piece. Throws FetchError, at the latest after the last piece. */
export async function* fetchPieces(
  object: ShardObject,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const piece of granted(object, signal)) {
    total += piece.length;
    yield piece;
  }
  if (total !== object.size) {
    throw new FetchError("later", `got ${total} of ${object.size} bytes`);
  }
}

function granted(
  { grant, size }: ShardObject,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  switch (grant.kind) {
    case "url":
      return fetchUrl(grant.url, grant.headers, signal);
    case "file":
      return readLocal(grant.path, grant.etag, size);
    case "bytes":
      return [grant.bytes];
  }
}

async function* fetchUrl(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  gets++;
  const silent = new AbortController();
  const giveUp = () =>
    silent.abort(new Error(`no byte came for ${LIMITS.silentConnectionMs / 1000} s`));
  let timer = setTimeout(giveUp, LIMITS.silentConnectionMs);
  const deadline = AbortSignal.any([
    signal,
    silent.signal,
    AbortSignal.timeout(LIMITS.fetchTimeoutMs),
  ]);
  try {
    const response = await fetch(url, {
      // CloudTrail's objects carry `Content-Encoding: gzip`; inflating, with its limits, is ours.
      headers: { ...headers, "accept-encoding": "identity" },
      redirect: "manual",
      signal: deadline,
    });
    if (response.status !== 200) throw await refusal(response);
    for await (const piece of response.body ?? []) {
      clearTimeout(timer);
      yield piece;
      // What the reader of a piece takes its time for is not the connection's silence.
      timer = setTimeout(giveUp, LIMITS.silentConnectionMs);
    }
  } catch (error) {
    if (error instanceof FetchError || signal.aborted) throw error;
    throw new FetchError("later", (error as Error).message);
  } finally {
    clearTimeout(timer);
  }
}

/** What an answer other than 200 means; S3's error body names the reason ("Error responses", S3 API reference). */
async function refusal(response: Response): Promise<FetchError> {
  const body = await readStart(response);
  const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? "";
  const detail = /<Message>([^<]*)<\/Message>/.exec(body)?.[1] ?? response.statusText;
  const message = `status ${response.status}${code === "" ? "" : ` ${code}`}: ${detail}`;
  if (response.status === 412) return new FetchError("changed", message);
  if (response.status === 404 && code !== "NoSuchBucket") return new FetchError("gone", message);
  if (code === "ExpiredToken" || code === "RequestExpired" || /request has expired/i.test(detail)) {
    return new FetchError("expired", message);
  }
  if (response.status === 401 || response.status === 403) return new FetchError("denied", message);
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
