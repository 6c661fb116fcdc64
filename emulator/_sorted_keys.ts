import { compareCodePoints } from "../core/json_text.ts";

/** A chunk that grows beyond this is cut in two; an insertion moves at most this many elements. */
const CHUNK_KEYS_MAX = 1024;

/**
 * A set of keys in the order of their UTF-8 bytes, in chunks, so that inserting, removing and seeking
 * stay cheap at any size and a listing never sorts.
 */
export class SortedKeys {
  readonly #chunks: string[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a key; one that is there already stays as it is. */
  add(key: string): void {
    if (this.#chunks.length === 0) {
      this.#chunks.push([key]);
      this.#size = 1;
      return;
    }
    const last = this.#chunks.length - 1;
    const c = Math.min(this.#chunkOf((k) => compareCodePoints(k, key) < 0), last);
    const chunk = this.#chunks[c];
    const at = firstNot(chunk, (k) => compareCodePoints(k, key) < 0);
    if (chunk[at] === key) return;
    chunk.splice(at, 0, key);
    this.#size++;
    if (chunk.length > CHUNK_KEYS_MAX) {
      // Keys that arrive in order leave full chunks behind; others are cut in the middle.
      const cut = c === last && at === chunk.length - 1 ? chunk.length - 1 : chunk.length >> 1;
      this.#chunks.splice(c + 1, 0, chunk.splice(cut));
    }
  }

  delete(key: string): void {
    const c = this.#chunkOf((k) => compareCodePoints(k, key) < 0);
    const chunk = this.#chunks[c];
    if (chunk === undefined) return;
    const at = firstNot(chunk, (k) => compareCodePoints(k, key) < 0);
    if (chunk[at] !== key) return;
    chunk.splice(at, 1);
    this.#size--;
    if (chunk.length === 0) this.#chunks.splice(c, 1);
  }

  /** Keys from the first for which `isBefore` is false. The set must not change meanwhile. */
  *from(isBefore: (key: string) => boolean): Generator<string> {
    const first = this.#chunkOf(isBefore);
    for (let c = first; c < this.#chunks.length; c++) {
      const chunk = this.#chunks[c];
      for (let i = c === first ? firstNot(chunk, isBefore) : 0; i < chunk.length; i++) {
        yield chunk[i];
      }
    }
  }

  /** Index of the chunk that holds the first key for which `isBefore` is false. */
  #chunkOf(isBefore: (key: string) => boolean): number {
    return firstNot(this.#chunks, (chunk) => isBefore(chunk[chunk.length - 1]));
  }
}

function firstNot<T>(items: readonly T[], isBefore: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(items[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
