import { Buffer } from "node:buffer";

/** The file is no JSON or holds no list `Records`; `message` says which, and where. */
export class ScanError extends Error {
  override readonly name = "ScanError";
}

/** The byte that is needed next lies beyond the window. */
export const MORE = -1;

/**
 * Passes over JSON values in a window of bytes, checking them to the last byte (RFC 8259) and making nothing of
 * them. Nothing recurses.
 */
export class JsonSkipper {
  bytes: Buffer = Buffer.alloc(0);
  end = 0;
  /** Whether nothing comes behind the window. */
  final = false;
  /** Offset of the window in the file, for messages. */
  offset = 0;
  /** Whether white space outside strings was seen so far. */
  spaced = false;
  /** Whether the string that was passed last holds an escape. */
  stringEscaped = false;
  #nesting = new Uint8Array(64);

  /** @returns the position behind the value at `start`, checked to the last byte. */
  skipValue(start: number): number {
    const bytes = this.bytes;
    const end = this.end;
    let depth = 0;
    let p = start;
    while (true) {
      // A value is expected.
      p = this.skipSpace(p);
      if (p >= end) return this.more(p);
      const byte = bytes[p];
      if (byte === 0x22) {
        p = this.skipString(p);
        if (p === MORE) return MORE;
      } else if (byte === 0x7b || byte === 0x5b) {
        const isObject = byte === 0x7b;
        p = this.skipSpace(p + 1);
        if (p >= end) return this.more(p);
        if (bytes[p] === (isObject ? 0x7d : 0x5d)) p++;
        else {
          if (depth === this.#nesting.length) this.#growNesting();
          this.#nesting[depth++] = isObject ? 1 : 0;
          if (isObject) {
            p = this.#skipKey(p);
            if (p === MORE) return MORE;
          }
          continue;
        }
      } else {
        p = byte === 0x2d || (byte >= 0x30 && byte <= 0x39)
          ? this.#skipNumber(p)
          : this.#skipLiteral(p);
        if (p === MORE) return MORE;
      }
      // A value has ended: close what ends with it.
      while (true) {
        if (depth === 0) return p;
        p = this.skipSpace(p);
        if (p >= end) return this.more(p);
        const isObject = this.#nesting[depth - 1] === 1;
        const next = bytes[p];
        if (next === 0x2c) {
          p++;
          if (isObject) {
            p = this.skipSpace(p);
            if (p >= end) return this.more(p);
            p = this.#skipKey(p);
            if (p === MORE) return MORE;
          }
          break;
        }
        if (next !== (isObject ? 0x7d : 0x5d)) throw this.unexpected(p);
        depth--;
        p++;
      }
    }
  }

  /** A name inside a value and its colon. */
  #skipKey(start: number): number {
    if (this.bytes[start] !== 0x22) throw this.unexpected(start);
    let p = this.skipString(start);
    if (p === MORE) return MORE;
    p = this.skipSpace(p);
    if (p >= this.end) return this.more(p);
    if (this.bytes[p] !== 0x3a) throw this.unexpected(p);
    return p + 1;
  }

  skipString(start: number): number {
    const bytes = this.bytes;
    const end = this.end;
    this.stringEscaped = false;
    let p = start + 1;
    while (p < end) {
      const byte = bytes[p++];
      if (byte === 0x22) return p;
      if (byte === 0x5c) {
        this.stringEscaped = true;
        if (p >= end) break;
        const escaped = bytes[p++];
        if (escaped === 0x75) {
          if (p + 4 > end) break;
          for (const stop = p + 4; p < stop; p++) if (!isHex(bytes[p])) throw this.unexpected(p);
        } else if (
          escaped !== 0x22 && escaped !== 0x5c && escaped !== 0x2f && escaped !== 0x62 &&
          escaped !== 0x66 && escaped !== 0x6e && escaped !== 0x72 && escaped !== 0x74
        ) throw this.unexpected(p - 1);
      } else if (byte < 0x20) throw this.unexpected(p - 1);
    }
    return this.more(end);
  }

  #skipNumber(start: number): number {
    const bytes = this.bytes;
    const end = this.end;
    let p = start;
    if (bytes[p] === 0x2d) p++;
    if (p >= end) return this.more(p);
    if (bytes[p] === 0x30) p++;
    else if (isDigit(bytes[p])) { while (p < end && isDigit(bytes[p])) p++; }
    else throw this.unexpected(p);
    if (p < end && bytes[p] === 0x2e) {
      p++;
      if (p >= end) return this.more(p);
      if (!isDigit(bytes[p])) throw this.unexpected(p);
      while (p < end && isDigit(bytes[p])) p++;
    }
    if (p < end && (bytes[p] === 0x65 || bytes[p] === 0x45)) {
      p++;
      if (p < end && (bytes[p] === 0x2b || bytes[p] === 0x2d)) p++;
      if (p >= end) return this.more(p);
      if (!isDigit(bytes[p])) throw this.unexpected(p);
      while (p < end && isDigit(bytes[p])) p++;
    }
    // At the window's end the number may go on.
    return p >= end && !this.final ? MORE : p;
  }

  #skipLiteral(start: number): number {
    const bytes = this.bytes;
    const literal = bytes[start] === 0x74
      ? TRUE
      : bytes[start] === 0x66
      ? FALSE
      : bytes[start] === 0x6e
      ? NULL
      : null;
    if (literal === null) throw this.unexpected(start);
    for (let i = 0; i < literal.length; i++) {
      if (start + i >= this.end) return this.more(this.end);
      if (bytes[start + i] !== literal[i]) throw this.unexpected(start + i);
    }
    return start + literal.length;
  }

  skipSpace(start: number): number {
    const bytes = this.bytes;
    const end = this.end;
    let p = start;
    while (p < end) {
      const byte = bytes[p];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      p++;
      this.spaced = true;
    }
    return p;
  }

  #growNesting(): void {
    const larger = new Uint8Array(this.#nesting.length * 2);
    larger.set(this.#nesting);
    this.#nesting = larger;
  }

  more(at: number): number {
    if (this.final) throw this.unexpected(at);
    return MORE;
  }

  unexpected(at: number): ScanError {
    const where = `at byte ${this.offset + at}`;
    return new ScanError(
      at >= this.end ? `no JSON: it ends too early ${where}` : `no JSON ${where}`,
    );
  }
}

const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHex(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}
