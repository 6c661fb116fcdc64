import { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";
import { LIMITS } from "./limits.ts";

/** Before the base64 of a packed payload; any other payload begins with `{`. */
const PACKED = "gzip:";

/** Packs a payload that is long. CloudTrail's own records are at most 256 KB; those of other makers are not. */
export function packPayload(text: string): string {
  if (text.length <= LIMITS.alertTextMax) return text;
  return PACKED + (gzipSync(`${text}\n`, { level: 1 }) as Buffer).toString("base64");
}

/** The payload's text, packed or not. */
export function payloadText(payload: string): string {
  if (!payload.startsWith(PACKED)) return payload;
  const line = unpack(payload);
  return line.toString("utf8", 0, line.length - 1);
}

/** The payload's text as UTF-8 and a newline, what sinks of lines write. */
export function payloadLine(payload: string): Uint8Array {
  return payload.startsWith(PACKED) ? unpack(payload) : Buffer.from(`${payload}\n`);
}

/** Packed with its newline, so that a long line is never copied. */
function unpack(payload: string): Buffer {
  return gunzipSync(Buffer.from(payload.slice(PACKED.length), "base64")) as Buffer;
}
