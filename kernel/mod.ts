/**
 * The kernel: WebAssembly for what every event goes through, several times as fast as JavaScript. Each of its functions
 * does what one in TypeScript does, which takes what the kernel leaves, and is its oracle in tests. An isolate has one.
 */
import * as kernel from "./kernel.wasm";

const { buffer } = kernel.memory as WebAssembly.Memory;

/** The kernel's memory. It never grows, so that views of it stay good. */
export const MEMORY: Uint8Array<ArrayBuffer> = new Uint8Array(buffer as ArrayBuffer);

export { kernel };
