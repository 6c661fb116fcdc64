import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { relieveMemory } from "../core/collect_garbage.ts";
import { LIMITS } from "../core/limits.ts";

/** Compresses as the lake is, level 1. */
export function compress(bytes: Uint8Array): Uint8Array {
  const params = { [constants.ZSTD_c_compressionLevel]: 1 };
  if (bytes.length < LIMITS.largeRecordBytes) return zstdCompressSync(bytes, { params });
  relieveMemory();
  // Given room for all that it may write (ZSTD_compressBound), zlib does not put pieces together.
  const chunkSize = bytes.length + Math.ceil(bytes.length / 256) + 64;
  return zstdCompressSync(bytes, { params, chunkSize });
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
