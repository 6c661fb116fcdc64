import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { relieveMemory } from "../core/collect_garbage.ts";
import { LIMITS } from "../core/limits.ts";

const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };

/** Compresses as the lake is, level 1. */
export function compress(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= LIMITS.largeRecordBytes) relieveMemory();
  // Given room for all that it may write (ZSTD_compressBound), zstd works in one step and zlib need not put pieces
  // together.
  const chunkSize = bytes.length + Math.ceil(bytes.length / 128) + 512;
  return zstdCompressSync(bytes, { params: PARAMS, chunkSize });
}

/** Decompresses what has so many bytes then. Throws Error where it has not. */
export function decompress(packed: Uint8Array, size: number): Uint8Array {
  if (size === 0) return new Uint8Array();
  // Given room for one byte more than there is, zlib ends with its first piece, and need not put pieces together.
  const bytes = zstdDecompressSync(packed, { chunkSize: Math.max(size + 1, 64) });
  if (bytes.length !== size) throw new Error(`a page has ${bytes.length} of ${size} bytes`);
  // Not a Buffer, of which `slice` would be no copy.
  return new Uint8Array(bytes.buffer, bytes.byteOffset, size);
}
