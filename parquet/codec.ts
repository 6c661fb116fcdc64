import type { CODECS } from "./enums.ts";
import { compress } from "./zstd.ts";

/** How pages are compressed. */
export interface Codec {
  readonly name: keyof typeof CODECS;
  /** @returns bytes of its own, or the same ones */
  compress(bytes: Uint8Array): Uint8Array;
}

/** The lake's codec: zstd level 1. docs/performance.md says why. */
export const ZSTD: Codec = { name: "ZSTD", compress };

/** For what is too small to be compressed. */
export const UNCOMPRESSED: Codec = { name: "UNCOMPRESSED", compress: (bytes) => bytes };
