import { kernel, MEMORY } from "../kernel/mod.ts";
import { OWN_ROOM, type Room } from "./room.ts";

/** Whether the kernel can reach it. */
export function isInKernel({ buffer }: ArrayBufferView): boolean {
  return buffer === MEMORY.buffer;
}

const START = kernel.room();
const END = kernel.roomEnd();
/** The kernel reads and writes in steps of sixteen bytes. */
const SLACK = 16;

/**
 * Gives memory of the kernel, all of it again after `clear()`; what does not fit gets memory of its own. There is one
 * room in an isolate.
 */
class KernelRoom implements Room {
  #at = START;

  /** What was given before may be overwritten from now on. */
  clear(): void {
    this.#at = START;
  }

  bytes(size: number): Uint8Array<ArrayBuffer> {
    const at = this.#take(size);
    return at < 0 ? OWN_ROOM.bytes(size) : new Uint8Array(MEMORY.buffer, at, size);
  }

  int32(length: number): Int32Array<ArrayBuffer> {
    const at = this.#take(length * 4);
    return at < 0 ? OWN_ROOM.int32(length) : new Int32Array(MEMORY.buffer, at, length).fill(0);
  }

  uint32(length: number): Uint32Array<ArrayBuffer> {
    const at = this.#take(length * 4);
    return at < 0 ? OWN_ROOM.uint32(length) : new Uint32Array(MEMORY.buffer, at, length).fill(0);
  }

  hold(bytes: Uint8Array): Uint8Array {
    const held = this.bytes(bytes.length);
    held.set(bytes);
    return held;
  }

  #take(size: number): number {
    const at = this.#at;
    // What is no number, as a damaged file may have it, does not fit either.
    if (!(size >= 0 && at + size + SLACK <= END)) return -1;
    this.#at = (at + size + 2 * SLACK - 1) & ~(SLACK - 1);
    return at;
  }
}

export const kernelRoom: KernelRoom = new KernelRoom();
