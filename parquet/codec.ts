import type { CODECS } from "./enums.ts";
import { compress } from "./zstd.ts";

/** How pages are compressed. */
export interface Codec {
  readonly name: keyof typeof CODECS;
  /** @returns bytes that are valid until the next call, or the same ones */
  compress(bytes: Uint8Array): Uint8Array;
}

/** The lake's codec: zstd level 1. docs/performance.md says why. */
export const ZSTD: Codec = { name: "ZSTD", compress };

/** For what is too small to be compressed. */
export const UNCOMPRESSED: Codec = { name: "UNCOMPRESSED", compress: (bytes) => bytes };

/** Starting the compressor costs more than so few bytes, which it mostly makes more of. */
const COMPRESSED_BYTES_MIN = 150;

/** The codec of a chunk that begins with so many bytes. */
export function codecFor(bytes: number, codec: Codec = ZSTD): Codec {
  return bytes < COMPRESSED_BYTES_MIN ? UNCOMPRESSED : codec;
}
