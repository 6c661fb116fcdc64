import type { Reading } from "./leaf.ts";
import { ABSENT } from "./read_path.ts";
import { stringLeaf } from "./shared_values.ts";

const NO_RULES: readonly number[] = [];

/** What the index knows of all events that have the same strings at `INDEX_FIELDS`, found out once. */
export class IndexValues {
  /** By their places in `INDEX_FIELDS`, null where there is no such value. */
  readonly strings: readonly (string | null)[];
  readonly #readings: (Reading | undefined)[];
  #detector: object | null = null;
  #candidates = NO_RULES;

  constructor(strings: readonly (string | null)[]) {
    this.strings = strings;
    this.#readings = strings.map(() => undefined);
  }

  /** What the path at such a place reads. */
  reading(place: number): Reading {
    return this.#readings[place] ??= this.#read(place);
  }

  /** The rules of this detector that can match such an event; null where it did not say so yet. */
  candidates(detector: object): readonly number[] | null {
    return this.#detector === detector ? this.#candidates : null;
  }

  /** Remembers them, and forgets those of another detector. */
  setCandidates(detector: object, candidates: readonly number[]): void {
    this.#detector = detector;
    this.#candidates = candidates.length === 0 ? NO_RULES : candidates;
  }

  #read(place: number): Reading {
    const text = this.strings[place];
    return text === null ? ABSENT : stringLeaf(text).alone;
  }
}
