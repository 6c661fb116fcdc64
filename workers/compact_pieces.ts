import type { Buffer } from "node:buffer";

const PIECE_BYTES = 1024 * 1024;

/**
 * JSON's bytes without white space outside strings, in pieces of at most 1 MB, each valid until the next one is
 * asked for. The bytes were scanned before, so they are known to be JSON.
 */
export function* compactPieces(bytes: Buffer): Generator<Uint8Array> {
  const out = new Uint8Array(Math.min(bytes.length, PIECE_BYTES));
  let length = 0;
  let inString = false;
  for (let p = 0; p < bytes.length; p++) {
    const byte = bytes[p];
    if (inString) {
      if (byte === 0x5c) {
        out[length++] = byte;
        if (length === out.length) {
          yield out;
          length = 0;
        }
        out[length++] = bytes[++p];
      } else {
        inString = byte !== 0x22;
        out[length++] = byte;
      }
    } else if (byte > 0x20) {
      inString = byte === 0x22;
      out[length++] = byte;
    }
    if (length === out.length) {
      yield out;
      length = 0;
    }
  }
  if (length > 0) yield out.subarray(0, length);
}
