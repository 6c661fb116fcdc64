import { constants, createGunzip, gunzipSync } from "node:zlib";
import { type NativeZlib, nativeZlib } from "../core/native_zlib.ts";

/**
 * Inflates a gzip file into `out`. @returns how many bytes it wrote; null where `out` became full. Throws what
 * `gunzipSync` throws, with its `code`.
 */
export type GunzipCall = (compressed: Uint8Array, out: Uint8Array) => number | null;

/**
 * One context for all calls. The documented functions make a new one for each, and new memory for what they inflate:
 * 28 us for a small file, and a collector that runs for bytes outside the heap. Where a runtime has no such thing
 * within its streams, these functions are called.
 */
export function openGunzip(): GunzipCall {
  const native = nativeZlib(createGunzip());
  return native === null ? documentedCall : nativeCall(native);
}

function nativeCall({ _handle: handle, _writeState: state }: NativeZlib): GunzipCall {
  let failure: Error | null = null;
  handle.onerror = (message, errno) => {
    const code = errno === constants.Z_BUF_ERROR ? "Z_BUF_ERROR" : "Z_DATA_ERROR";
    failure = Object.assign(new Error(message), { code });
  };
  return (compressed, out) => {
    handle.reset();
    failure = null;
    handle.writeSync(constants.Z_FINISH, compressed, 0, compressed.length, out, 0, out.length);
    const [room] = state;
    // What is full may lack its end, or fit exactly.
    if (room === 0) return null;
    if (failure !== null) throw failure;
    return out.length - room;
  };
}

/** The same by documented functions. */
export const documentedCall: GunzipCall = (compressed, out) => {
  try {
    const bytes = gunzipSync(compressed, { maxOutputLength: out.length });
    if (bytes.length === out.length) return null;
    out.set(bytes);
    return bytes.length;
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") return null;
    throw error;
  }
};
