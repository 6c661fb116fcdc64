/** Random numbers for property tests, repeatable by the seed that is printed: `TEST_SEED=n deno test …`. */
export class Random {
  #state: number;

  constructor(what: string) {
    const seed = Number(Deno.env.get("TEST_SEED") ?? Date.now() % 1_000_000);
    console.log(`${what}: TEST_SEED=${seed}`);
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor(this.#state / 2 ** 32 * end);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  /** Up to `lengthMax` picks, joined. */
  text(choices: readonly string[], lengthMax: number): string {
    return Array.from({ length: this.below(lengthMax + 1) }, () => this.pick(choices)).join("");
  }
}
