import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { Readable } from "node:stream";

/**
 * The whole body of an answer in one array of its announced length, without the second copy that collecting
 * pieces would take. On abort the connection is closed. Throws where the body breaks off.
 */
export async function readBody(
  answer: GetObjectCommandOutput,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const body = answer.Body;
  if (!(body instanceof Readable)) throw new Error("the answer has no body");
  const bytes = new Uint8Array(answer.ContentLength ?? 0);
  const abort = () => body.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  let filled = 0;
  try {
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      bytes.set(piece, filled);
      filled += piece.length;
    }
  } finally {
    signal?.removeEventListener("abort", abort);
  }
  signal?.throwIfAborted();
  if (filled !== bytes.length) {
    throw new Error(`the body ends after ${filled} of ${bytes.length} bytes`);
  }
  return bytes;
}
