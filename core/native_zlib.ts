/** What the streams of `node:zlib` hold: the native context and, after a call, how much room and input it left. */
export interface NativeZlib {
  readonly _handle: {
    onerror: (message: string, errno: number) => void;
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

/** A stream's native context, which serves for many calls; null where the runtime has no such thing within it. */
export function nativeZlib(stream: unknown): NativeZlib | null {
  const { _handle: handle, _writeState: state } = stream as Partial<NativeZlib>;
  const isNative = typeof handle?.writeSync === "function" && typeof handle.reset === "function" &&
    state instanceof Uint32Array && state.length === 2;
  return isNative ? stream as NativeZlib : null;
}
