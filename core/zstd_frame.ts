import { constants, zstdCompressSync } from "node:zlib";

/** Bytes as a zstd frame (RFC 8878) in a buffer of its own: small ones of node:zlib share a pool, which none may transfer. */
export function zstdFrame(bytes: Uint8Array, level: number): Uint8Array<ArrayBuffer> {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  return new Uint8Array(zstdCompressSync(bytes, { params }));
}
