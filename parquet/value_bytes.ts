import type { PlainValues } from "./byte_column.ts";

const FIRST_BYTES = 1024;
const FIRST_VALUES = 64;
/** Room that is not kept for use again. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Values by number, in the order in which they were appended. They are held as a page holds them: each behind its
 * length where `gap` is 4, one after the other where it is 0.
 */
export class ValueBytes {
  readonly gap: 0 | 4;
  /** The room: the values, and more behind them. Another one after each growth. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES);
  /** The same room. */
  view: DataView<ArrayBuffer> = new DataView(this.bytes.buffer);
  #starts = new Uint32Array(FIRST_VALUES);
  #count = 0;
  #length = 0;

  constructor(gap: 0 | 4) {
    this.gap = gap;
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes of all values, with what lies between them. */
  get byteLength(): number {
    return this.#length;
  }

  start(value: number): number {
    return this.#starts[value];
  }

  end(value: number): number {
    return value + 1 < this.#count ? this.#starts[value + 1] - this.gap : this.#length;
  }

  /** All values; valid until the next one is appended. */
  get values(): PlainValues {
    const { gap } = this;
    const bytes = this.bytes.subarray(0, this.#length);
    const starts = this.#starts.slice(0, this.#count + 1);
    starts[this.#count] = this.#length + gap;
    return { bytes, view: new DataView(bytes.buffer, 0, this.#length), starts, gap };
  }

  /** Appends the bytes between two positions. @returns the value's number */
  append(source: Uint8Array, start: number, end: number): number {
    const at = this.add(end - start);
    copyBytes(source, start, end, this.bytes, at);
    return this.#count - 1;
  }

  /** Appends a value of so many bytes, which the caller writes. @returns where it lies */
  add(size: number): number {
    const at = this.#length + this.gap;
    this.#reserve(at + size);
    if (this.gap === 4) this.view.setUint32(at - 4, size, true);
    this.#starts[this.#count++] = at;
    this.#length = at + size;
    return at;
  }

  /** Makes it empty, for use again; room that is large is freed. */
  clear(): void {
    this.#count = 0;
    this.#length = 0;
    if (this.bytes.length > KEPT_BYTES_MAX) this.#use(this.bytes.buffer.transfer(FIRST_BYTES));
  }

  #reserve(needed: number): void {
    if (needed > this.bytes.length) {
      const size = Math.max(needed, Math.ceil(this.bytes.length * 1.5));
      this.#use(this.bytes.buffer.transfer(size));
    }
    // One more for the end of all.
    if (this.#count + 2 > this.#starts.length) {
      const starts = new Uint32Array(this.#starts.length * 2);
      starts.set(this.#starts);
      this.#starts = starts;
    }
  }

  #use(buffer: ArrayBuffer): void {
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }
}

/** Up to this many bytes a loop is quicker than a call. */
const LOOP_BYTES_MAX = 48;

/** Copies bytes from `start` to `end` to a place in `out`. */
export function copyBytes(
  source: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): void {
  if (end - start > LOOP_BYTES_MAX) out.set(source.subarray(start, end), at);
  else for (let i = start; i < end; i++) out[at++] = source[i];
}
