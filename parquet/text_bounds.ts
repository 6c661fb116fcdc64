import type { Statistics } from "hyparquet";
import type { ByteBuffer } from "./byte_buffer.ts";

/** Longer bounds are cut: they prune no better, and every row group repeats them. */
const BOUND_BYTES_MAX = 16;
/** What decides about a text's place among others that are cut so: one byte more tells whether it was cut. */
export const DECIDING_BYTES = BOUND_BYTES_MAX + 1;

// A byte order mark is a character as every other one.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
const encoder = new TextEncoder();

/**
 * The least and the greatest of many texts in the order of their bytes, which is that of Unicode's code points
 * (`ColumnOrder` in parquet.thrift of apache/parquet-format).
 */
export class TextBounds {
  readonly #min = new Bound(-1);
  readonly #max = new Bound(1);

  /** Looks at PLAIN texts from one position on to the end. */
  add({ bytes, view, length }: Pick<ByteBuffer, "bytes" | "view" | "length">, from: number): void {
    let at = from;
    while (at < length) {
      const textLength = view.getUint32(at, true);
      at += 4;
      // Most texts differ from both bounds in the first bytes.
      const head = textLength >= 4 ? view.getUint32(at) : headOf(bytes, at, textLength);
      if (head <= this.#min.head) this.#min.offer(bytes, at, textLength, head);
      if (head >= this.#max.head) this.#max.offer(bytes, at, textLength, head);
      at += textLength;
    }
  }

  /** Both bounds, absent where there was no text; of long ones as much as `cutBounds` needs. */
  get bounds(): Pick<Statistics, "min_value" | "max_value"> {
    return { min_value: this.#min.bytes, max_value: this.#max.bytes };
  }
}

/**
 * Statistics as a footer has them: bounds that are too long are cut, the upper one raised, and marked as inexact. One
 * that no text of that length bounds is left out.
 */
export function cutBounds(statistics: Statistics): Statistics {
  const { min_value: min, max_value: max } = statistics;
  const cut = { ...statistics };
  if (isLong(min)) {
    cut.min_value = prefixOf(min);
    cut.is_min_value_exact = false;
  }
  if (isLong(max)) {
    cut.max_value = above(prefixOf(max));
    cut.is_max_value_exact = cut.max_value === undefined ? undefined : false;
  }
  return cut;
}

function isLong(bound: unknown): bound is Uint8Array {
  return bound instanceof Uint8Array && bound.length > BOUND_BYTES_MAX;
}

/** The least or greatest text so far, as far as it decides. */
class Bound {
  readonly #sign: -1 | 1;
  /** Its first four bytes as a number; before the first text one that every text is beyond. */
  head: number;
  bytes: Uint8Array | undefined;

  /** @param sign -1 for the least, 1 for the greatest */
  constructor(sign: -1 | 1) {
    this.#sign = sign;
    this.head = sign < 0 ? Infinity : -Infinity;
  }

  offer(bytes: Uint8Array, at: number, length: number, head: number): void {
    const deciding = Math.min(length, DECIDING_BYTES);
    if (this.bytes !== undefined && this.#compare(bytes, at, deciding) * this.#sign <= 0) return;
    this.head = head;
    this.bytes = Uint8Array.from(bytes.subarray(at, at + deciding));
  }

  #compare(bytes: Uint8Array, at: number, length: number): number {
    const own = this.bytes!;
    const end = Math.min(length, own.length);
    for (let i = 0; i < end; i++) {
      if (bytes[at + i] !== own[i]) return bytes[at + i] - own[i];
    }
    return length - own.length;
  }
}

/** The first four bytes of a text that is shorter, as a number. */
function headOf(bytes: Uint8Array, at: number, length: number): number {
  let head = 0;
  for (let i = 0; i < 4; i++) head = head * 256 + (i < length ? bytes[at + i] : 0);
  return head;
}

/** Cuts before a character that would be cut in two: what is no text is no valid bound. */
function prefixOf(bytes: Uint8Array): Uint8Array {
  let end = BOUND_BYTES_MAX;
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end--;
  return bytes.slice(0, end);
}

/** The least text of no more bytes that every text which begins so is below. */
function above(prefix: Uint8Array): Uint8Array | undefined {
  let characters: string[];
  try {
    characters = [...decoder.decode(prefix)];
  } catch {
    return undefined;
  }
  while (characters.length > 0) {
    const code = characters.pop()!.codePointAt(0)!;
    if (code === 0x10ffff) continue;
    // Between the two lie the surrogates, which are no characters.
    const next = String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1);
    const bytes = encoder.encode(characters.join("") + next);
    if (bytes.length <= BOUND_BYTES_MAX) return bytes;
  }
  return undefined;
}
