/**
 * A small pseudo-random generator (sfc32, from Chris Doty-Humphrey's PractRand) with integer arithmetic
 * alone, so that it gives the same numbers on every machine.
 */
export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Streams of the same seed with different labels are independent of one another. */
  constructor(seed: number, label: string) {
    this.#a = seed | 0;
    this.#b = hashText(label) | 0;
    this.#c = Math.trunc(seed / 0x1_0000_0000) | 0;
    // The first outputs still resemble the seed.
    for (let round = 0; round < 15; round++) this.next32();
  }

  /** An unsigned integer of 32 bits. */
  next32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** An integer from 0 to `limit - 1`; `limit` is at most 2^32. */
  below(limit: number): number {
    return Math.floor((this.next32() / 0x1_0000_0000) * limit);
  }

  /** An integer from `first` to `last`, both included. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  /** True in `perMille` of 1,000 cases. */
  chance(perMille: number): boolean {
    return this.below(1000) < perMille;
  }

  /** One of the items, all alike likely. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }
}

/** FNV-1a over the text's code units, as an unsigned integer of 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Draws indices in proportion to weights. */
export class WeightedChoice {
  readonly #sums: Float64Array;

  constructor(weights: readonly number[]) {
    this.#sums = new Float64Array(weights.length);
    let sum = 0;
    weights.forEach((weight, index) => this.#sums[index] = sum += weight);
  }

  draw(prng: Prng): number {
    const sums = this.#sums;
    const wanted = (prng.next32() / 0x1_0000_0000) * sums[sums.length - 1];
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sums[middle] > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
