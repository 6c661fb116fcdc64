import { Buffer, isUtf8 } from "node:buffer";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { LIMITS } from "../core/limits.ts";
import { openGunzip } from "./gunzip_context.ts";

/** The bytes are no gzip stream, end too early, or inflate beyond the limit. */
export class InflateError extends Error {
  override readonly name = "InflateError";
}

const GZIP_MAGIC = 0x1f8b;
/** What waits for the collector between two pieces is several of them. */
const PIECE_BYTES = 256 * 1024;

/** Whether the bytes begin as gzip does (RFC 1952). */
export function looksLikeGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && ((bytes[0] << 8) | bytes[1]) === GZIP_MAGIC;
}

const gunzip = openGunzip();

/**
 * Inflates a whole gzip file of one or more members (RFC 1952, section 2.2) at once.
 * @param out one byte more than what is welcome
 * @returns how many bytes were written; null where `out` became full. Throws InflateError.
 */
export function inflateInto(compressed: Uint8Array, out: Uint8Array): number | null {
  try {
    return gunzip(compressed, out);
  } catch (error) {
    throw inflateError(error, compressed);
  }
}

/**
 * Inflates piece by piece; memory does not grow with the output. Throws InflateError, also where the output
 * grows beyond `LIMITS.objectInflatedBytesMax`.
 */
export async function* inflatePieces(
  compressed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  const input = Readable.from(compressed, { objectMode: false });
  input.on("error", (error) => gunzip.destroy(error));
  input.pipe(gunzip);
  try {
    yield* capped(gunzip as AsyncIterable<Buffer>);
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith("Z_")) throw inflateError(error, null);
    throw error;
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

/** Passes pieces on until they sum up to more than an object may have. */
export async function* capped(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const piece of pieces) {
    total += piece.length;
    if (total > LIMITS.objectInflatedBytesMax) {
      throw new InflateError(
        `more than ${LIMITS.objectInflatedBytesMax / 1024 / 1024} MB inflated`,
      );
    }
    yield Buffer.from(piece.buffer, piece.byteOffset, piece.length);
  }
}

/** The bytes as valid UTF-8: each invalid sequence becomes U+FFFD, as the WHATWG Encoding standard decodes. */
export function validUtf8(bytes: Buffer): Buffer {
  return isUtf8(bytes)
    ? bytes
    : Buffer.from(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
}

/** `validUtf8` for pieces, whose borders may cut a character. */
export async function* validUtf8Pieces(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const end = completeEnd(bytes);
    rest = Buffer.from(bytes.subarray(end));
    yield validUtf8(bytes.subarray(0, end));
  }
  if (rest.length > 0) yield validUtf8(rest);
}

/** Where the character starts that the bytes' end may have cut; their length if it cuts none. */
function completeEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function inflateError(error: unknown, compressed: Uint8Array | null): InflateError {
  if (compressed !== null && compressed.length === 0) return new InflateError("empty file");
  if (compressed !== null && !looksLikeGzip(compressed)) return new InflateError("not gzip");
  const code = (error as { code?: string }).code;
  const message = code === "Z_BUF_ERROR"
    ? "truncated gzip: it ends before its checksum"
    : `damaged gzip: ${(error as Error).message}`;
  return new InflateError(message, { cause: error });
}
