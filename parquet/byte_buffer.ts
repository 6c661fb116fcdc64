/** A buffer grows by at most this at a time, so that little of it is ever unused; a larger one is not kept. */
export const GROWTH_BYTES_MAX = 16 * 1024 * 1024;

const FIRST_BYTES = 64 * 1024;

/** Bytes to which others are appended. */
export class ByteBuffer {
  /** The room: what was appended, and more behind it. Another one after each growth. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The same room. */
  view: DataView<ArrayBuffer>;
  /** Bytes appended so far. */
  length = 0;

  constructor(capacityBytes: number = FIRST_BYTES) {
    this.bytes = new Uint8Array(capacityBytes);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for so many bytes more. */
  reserve(count: number): void {
    const needed = this.length + count;
    const { length } = this.bytes;
    if (needed <= length) return;
    // A transfer frees the old room at once; a copy would keep both until the next collection.
    const capacity = Math.max(length + Math.min(length, GROWTH_BYTES_MAX), needed);
    this.#use(this.bytes.buffer.transfer(capacity));
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  appendByte(byte: number): void {
    this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  /** A whole number from 0 to 2^53 as ULEB128: seven bits a byte, the lowest first. */
  appendVarint(value: number): void {
    this.reserve(8);
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
    }
    this.bytes[this.length++] = rest;
  }

  /** Makes it empty, for use again; room that is large is freed at once. */
  clear(): void {
    this.length = 0;
    if (this.bytes.length > GROWTH_BYTES_MAX) this.#use(this.bytes.buffer.transfer(FIRST_BYTES));
  }

  /** What was appended, for the caller to keep; the buffer is empty then. Large bytes are not copied. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.subarray(0, this.length);
    this.length = 0;
    if (taken.length <= GROWTH_BYTES_MAX) return taken.slice();
    this.#use(new ArrayBuffer(FIRST_BYTES));
    return taken;
  }

  /** What was appended, with no room behind it. The buffer is of no use after it. */
  finish(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.bytes.buffer.transfer(this.length));
  }

  #use(buffer: ArrayBuffer): void {
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }
}
