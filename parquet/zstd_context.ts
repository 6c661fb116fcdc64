import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type NativeZlib, nativeZlib } from "../core/native_zlib.ts";

/** Writes what becomes of the bytes into `out`. Throws Error where they are damaged. @returns how much that is */
export type ZstdCall = (bytes: Uint8Array, out: Uint8Array) => number;

/** The one and the other direction. */
export const ZSTD_COMPRESS = "compress";
export const ZSTD_DECOMPRESS = "decompress";

const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };

/**
 * One context for all calls. The documented functions make a new one for each, which takes 15 us and a megabyte that is
 * touched anew: half of what decompressing pages costs. Where a runtime has no such thing within its streams, these
 * functions are called.
 */
export function openZstd(direction: typeof ZSTD_COMPRESS | typeof ZSTD_DECOMPRESS): ZstdCall {
  const native = nativeZlib(
    direction === ZSTD_COMPRESS ? createZstdCompress({ params: PARAMS }) : createZstdDecompress(),
  );
  return native === null ? documentedCall(direction) : nativeCall(native);
}

function nativeCall({ _handle: handle, _writeState: state }: NativeZlib): ZstdCall {
  let failure: string | null = null;
  handle.onerror = (message) => failure = message;
  return (bytes, out) => {
    handle.reset();
    failure = null;
    handle.writeSync(constants.ZSTD_e_end, bytes, 0, bytes.length, out, 0, out.length);
    if (failure !== null) throw new Error(failure);
    return out.length - state[0];
  };
}

function documentedCall(direction: typeof ZSTD_COMPRESS | typeof ZSTD_DECOMPRESS): ZstdCall {
  return (bytes, out) => {
    // Given room for all, zlib need not put pieces together.
    const chunkSize = Math.max(out.length, 64);
    const result = direction === ZSTD_COMPRESS
      ? zstdCompressSync(bytes, { params: PARAMS, chunkSize })
      : zstdDecompressSync(bytes, { chunkSize, maxOutputLength: out.length });
    out.set(result);
    return result.length;
  };
}
