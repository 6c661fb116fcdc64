import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Writes what becomes of the bytes into `out`. Throws Error where they are damaged. @returns how much that is */
export type ZstdCall = (bytes: Uint8Array, out: Uint8Array) => number;

/** The one and the other direction. */
export const ZSTD_COMPRESS = "compress";
export const ZSTD_DECOMPRESS = "decompress";

const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };

/** What the streams of `node:zlib` hold: the native context and, after a call, how much room and input it left. */
interface NativeStream {
  readonly _handle: {
    onerror: (message: string) => void;
    reset(): void;
    writeSync(
      flush: number,
      input: Uint8Array,
      inputStart: number,
      inputLength: number,
      out: Uint8Array,
      outStart: number,
      outLength: number,
    ): void;
  };
  readonly _writeState: Uint32Array;
}

/**
 * One context for all calls. The documented functions make a new one for each, which takes 15 us and a megabyte that is
 * touched anew: half of what decompressing pages costs. Where a runtime has no such thing within its streams, these
 * functions are called.
 */
export function openZstd(direction: typeof ZSTD_COMPRESS | typeof ZSTD_DECOMPRESS): ZstdCall {
  const stream =
    (direction === ZSTD_COMPRESS
      ? createZstdCompress({ params: PARAMS })
      : createZstdDecompress()) as unknown as Partial<NativeStream>;
  return isNative(stream) ? nativeCall(stream) : documentedCall(direction);
}

function isNative(stream: Partial<NativeStream>): stream is NativeStream {
  const { _handle: handle, _writeState: state } = stream;
  return typeof handle?.writeSync === "function" && typeof handle.reset === "function" &&
    state instanceof Uint32Array && state.length === 2;
}

function nativeCall({ _handle: handle, _writeState: state }: NativeStream): ZstdCall {
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
