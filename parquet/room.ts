import { Buffer } from "node:buffer";

/** Memory for what is decoded. */
export interface Room {
  /** So many bytes, whatever they hold. */
  bytes(size: number): Uint8Array<ArrayBuffer>;
  /** So many numbers, each 0. */
  int32(length: number): Int32Array<ArrayBuffer>;
  uint32(length: number): Uint32Array<ArrayBuffer>;
}

/** Gives memory that nobody else ever has. */
export const OWN_ROOM: Room = {
  bytes: (size) => new Uint8Array(Buffer.allocUnsafeSlow(size).buffer),
  int32: (length) => new Int32Array(length),
  uint32: (length) => new Uint32Array(length),
};

const BLOCK_BYTES = 1024 * 1024;

/**
 * Gives the same memory again after `clear()`: decoded values of a column are as many bytes of garbage otherwise, whose
 * pages the system must clear for each.
 */
export class ReusedRoom implements Room {
  readonly #keptMax: number;
  #blocks: ArrayBuffer[] = [];
  #block = 0;
  #at = 0;

  /** @param keptMax bytes that are kept at most; what is larger goes when it is cleared */
  constructor(keptMax: number) {
    this.#keptMax = keptMax;
  }

  /** What was given before may be overwritten from now on. */
  clear(): void {
    let kept = 0;
    this.#blocks = this.#blocks.filter(({ byteLength }) => (kept += byteLength) <= this.#keptMax);
    this.#block = 0;
    this.#at = 0;
  }

  bytes(size: number): Uint8Array<ArrayBuffer> {
    const at = this.#take(size);
    return new Uint8Array(this.#blocks[this.#block], at, size);
  }

  int32(length: number): Int32Array<ArrayBuffer> {
    const at = this.#take(length * 4);
    return new Int32Array(this.#blocks[this.#block], at, length).fill(0);
  }

  uint32(length: number): Uint32Array<ArrayBuffer> {
    const at = this.#take(length * 4);
    return new Uint32Array(this.#blocks[this.#block], at, length).fill(0);
  }

  /** Finds room in the block that is filled, or the next one that is large enough. @returns where it begins */
  #take(size: number): number {
    for (; this.#block < this.#blocks.length; this.#block++, this.#at = 0) {
      const at = this.#at;
      if (at + size > this.#blocks[this.#block].byteLength) continue;
      this.#at = (at + size + 7) & ~7;
      return at;
    }
    this.#blocks.push(new ArrayBuffer(Math.max(size, BLOCK_BYTES)));
    this.#at = (size + 7) & ~7;
    return 0;
  }
}
