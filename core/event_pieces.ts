/**
 * The event of a long alert, in pieces: wherever an alert passes, through isolate, database and sink, only one of
 * them is in memory beside the compressed others. CloudTrail's own records are at most 256 KB; those of other makers
 * are not.
 */
import { Buffer } from "node:buffer";
import { zstdDecompressSync } from "node:zlib";
import { zstdFrame } from "./zstd_frame.ts";

/** Bytes of a piece before compression. A database, too, holds a value several times while it stores it. */
const PIECE_BYTES = 1024 * 1024;
/** Half the size of level 1 on long alerts, at two thirds of its speed, which is still 800 MB/s. */
const LEVEL = 3;

const EVENT = ',"event":';

/** An alert on its way to a sink. */
export interface AlertLine {
  /** The alert as one line of JSON; without its last member, `event`, where that comes in pieces. */
  readonly payload: string;
  /** How many pieces there are; 0 where the payload is whole. */
  readonly eventPieces: number;
}

/**
 * Packs an event's text: each piece a zstd frame (RFC 8878) of at most 1 MB in a buffer of its own.
 * @param pieces of the text, bytes as UTF-8; each is done with before the next one is asked for
 */
export function packEvent(pieces: Iterable<string | Uint8Array>): Uint8Array<ArrayBuffer>[] {
  const packed: Uint8Array<ArrayBuffer>[] = [];
  for (const piece of pieces) {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      packed.push(zstdFrame(bytes.subarray(at, at + PIECE_BYTES), LEVEL));
    }
  }
  return packed;
}

/** Undoes `packEvent` for one piece. */
export function unpackEvent(piece: Uint8Array): Uint8Array {
  return zstdDecompressSync(piece);
}

/**
 * The whole alert as one line of JSON with its newline, in pieces of UTF-8.
 * @param readPiece gives the piece at a place; asked one after the other
 */
export async function* alertLine(
  { payload, eventPieces }: AlertLine,
  readPiece: (place: number) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (eventPieces === 0) {
    yield Buffer.from(`${payload}\n`);
    return;
  }
  yield Buffer.from(payload.slice(0, -1) + EVENT);
  for (let place = 0; place < eventPieces; place++) yield unpackEvent(await readPiece(place));
  yield Buffer.from("}\n");
}

/** Puts a line's pieces together. */
export async function joinPieces(
  pieces: AsyncIterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts) as Uint8Array<ArrayBuffer>;
}
