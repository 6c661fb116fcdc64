import type { Buffer } from "node:buffer";
import { areEqual, COMPARED_BYTES_MIN } from "./equal_bytes.ts";

const WORD_BYTES = 4;
/** Words of a text that decide about its place. */
const HASHED_WORDS = 8;

/**
 * Texts that came before, found by their bytes. Comparing bytes is quicker than making a string of them, and
 * a string that is met again has its hash already, which whoever looks it up in a map profits from.
 */
export class RecurringTexts {
  readonly #bytesMax: number;
  /** Leaves as many bits of a hash as there are places. */
  readonly #shift: number;
  /** Each text has one place, decided by its bytes; a newer one takes it over. */
  readonly #texts: string[];
  readonly #lengths: Uint16Array;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** @param options two to the power of `bits` texts are remembered, none of more than `bytesMax` bytes */
  constructor({ bits, bytesMax }: { readonly bits: number; readonly bytesMax: number }) {
    const count = 1 << bits;
    this.#bytesMax = bytesMax;
    this.#shift = 32 - bits;
    this.#texts = new Array(count).fill("");
    this.#lengths = new Uint16Array(count);
    this.#bytes = new Uint8Array(count * bytesMax);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** The text of a span, if it is known. */
  find(view: DataView, start: number, end: number): string | undefined {
    const length = end - start;
    if (length > this.#bytesMax || length < COMPARED_BYTES_MIN) return undefined;
    const place = placeOf(view, start, end, this.#shift);
    const isKnown = this.#lengths[place] === length &&
      areEqual(this.#view, place * this.#bytesMax, view, start, length);
    return isKnown ? this.#texts[place] : undefined;
  }

  /** Remembers the text of a span, unless it is long or tiny. */
  keep(bytes: Buffer, view: DataView, start: number, end: number, text: string): void {
    const length = end - start;
    if (length > this.#bytesMax || length < COMPARED_BYTES_MIN) return;
    const place = placeOf(view, start, end, this.#shift);
    this.#texts[place] = text;
    this.#lengths[place] = length;
    this.#bytes.set(bytes.subarray(start, end), place * this.#bytesMax);
  }
}

/** Of a long text some words decide; the last one always. */
function placeOf(view: DataView, start: number, end: number, shift: number): number {
  const last = end - WORD_BYTES;
  const step = Math.max(WORD_BYTES, ((end - start) / HASHED_WORDS) | 0);
  let hash = end - start;
  for (let i = start; i < last; i += step) hash = Math.imul(hash, 31) + view.getInt32(i);
  hash = Math.imul(Math.imul(hash, 31) + view.getInt32(last), 0x9e3779b1);
  return hash >>> shift;
}
