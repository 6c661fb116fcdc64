import { relieveMemory } from "../core/collect_garbage.ts";
import { LIMITS } from "../core/limits.ts";
import { OWN_ROOM, type Room } from "./room.ts";
import { openZstd, ZSTD_COMPRESS, ZSTD_DECOMPRESS } from "./zstd_context.ts";

const compressor = openZstd(ZSTD_COMPRESS);
const decompressor = openZstd(ZSTD_DECOMPRESS);

/** Room for what a page becomes; larger ones get room of their own, which goes with them. */
let room = new Uint8Array(64 * 1024);
const ROOM_BYTES_MAX = 4 * 1024 * 1024;

/** Compresses as the lake is, level 1. The result is valid until the next call. */
export function compress(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= LIMITS.largeRecordBytes) relieveMemory();
  // All that it may write (ZSTD_compressBound): then zstd works in one step.
  const bound = bytes.length + Math.ceil(bytes.length / 128) + 512;
  let out = room;
  if (bound > room.length) {
    out = new Uint8Array(Math.max(bound, Math.min(room.length * 2, ROOM_BYTES_MAX)));
    if (out.length <= ROOM_BYTES_MAX) room = out;
  }
  return out.subarray(0, compressor(bytes, out));
}

/** Decompresses what has so many bytes then, into some room. Throws Error where it has not. */
export function decompress(packed: Uint8Array, size: number, room: Room = OWN_ROOM): Uint8Array {
  if (size === 0) return new Uint8Array();
  // One byte more than there is tells whether there is more.
  const out = room.bytes(size + 1);
  const length = decompressor(packed, out);
  if (length !== size) throw new Error(`a page has ${length} of ${size} bytes`);
  return out.subarray(0, size);
}
