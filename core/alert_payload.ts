import { Buffer } from "node:buffer";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Before the base64 of a packed payload; any other payload begins with `{`. */
const PACKED = "zstd:";
/** Each piece is compressed by itself, so that packing holds little more than the packed bytes. */
const PIECE_BYTES = 1024 * 1024;
/** Before each piece its length, then the length of its zstd frame (RFC 8878), little endian. */
const HEAD_BYTES = 8;
/** Half the size of level 1 on long alerts, at two thirds of its speed, which is still 800 MB/s. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/**
 * Packs a payload that is long: it would be held, as text, in the database and wherever it passes. CloudTrail's own
 * records are at most 256 KB; those of other makers are not.
 * @param pieces of its text, bytes as UTF-8; each is done with before the next one is asked for
 */
export function packPayload(pieces: Iterable<string | Uint8Array>): string {
  const packed: Uint8Array[] = [];
  for (const piece of pieces) {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const part = bytes.subarray(at, at + PIECE_BYTES);
      const frame = zstdCompressSync(part, LEVEL);
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeUInt32LE(part.length, 0);
      head.writeUInt32LE(frame.length, 4);
      packed.push(head, frame);
    }
  }
  return PACKED + Buffer.concat(packed).toString("base64");
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

/** Unpacked with its newline, so that a long line is never copied. */
function unpack(payload: string): Buffer {
  const packed = Buffer.from(payload.slice(PACKED.length), "base64");
  let length = 1;
  for (const { bytes } of frames(packed)) length += bytes;
  const line = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const { bytes, frame } of frames(packed)) {
    line.set(zstdDecompressSync(frame), at);
    at += bytes;
  }
  line[at] = 0x0a;
  return line;
}

function* frames(packed: Buffer): Generator<{ readonly bytes: number; readonly frame: Buffer }> {
  for (let at = 0; at < packed.length;) {
    const start = at + HEAD_BYTES;
    const end = start + packed.readUInt32LE(at + 4);
    yield { bytes: packed.readUInt32LE(at), frame: packed.subarray(start, end) };
    at = end;
  }
}
