import { foldCase } from "./sigma/fold_case.ts";

/**
 * A value at the end of a path as Sigma compares it. Numbers keep the source's own text, since `0.0` and
 * an integer beyond 2^53 do not survive parsing; an object is its JSON text without white space.
 */
export class Leaf {
  readonly kind: "string" | "number" | "boolean" | "null" | "object";
  readonly text: string;
  /** Whether other events may hold this very leaf too. */
  readonly #isShared: boolean;
  #foldedText: string | undefined;
  #alone: Reading | undefined;
  /** By number of a test: 0 not asked yet, 1 no, 2 yes. */
  #verdicts: Uint8Array = NO_VERDICTS;

  constructor(kind: Leaf["kind"], text: string, isShared = false) {
    this.kind = kind;
    this.text = text;
    this.#isShared = isShared;
  }

  /** The text as it is compared without regard to case; made once, since many rules ask. */
  get foldedText(): string {
    return this.#foldedText ??= foldCase(this.text);
  }

  /** What a path reads that leads to this value and no other. */
  get alone(): Reading {
    return this.#alone ??= { present: true, leaves: [this] };
  }

  /**
   * What a test says of this leaf; a leaf that is shared asks it once.
   * @param number of the test, below {@linkcode VERDICTS_MAX}; the answer must depend on the leaf alone
   */
  judge(number: number, test: (leaf: Leaf) => boolean): boolean {
    if (!this.#isShared) return test(this);
    if (number >= this.#verdicts.length) {
      const larger = new Uint8Array(Math.min(VERDICTS_MAX, (number + 1) * 2));
      larger.set(this.#verdicts);
      this.#verdicts = larger;
    }
    const known = this.#verdicts[number];
    if (known !== 0) return known === 2;
    const verdict = test(this);
    this.#verdicts[number] = verdict ? 2 : 1;
    return verdict;
  }
}

const NO_VERDICTS = new Uint8Array(0);
/** Tests that a leaf remembers: a byte each on some thousand leaves. */
export const VERDICTS_MAX = 2048;

/** What a path leads to. */
export interface Reading {
  /** Whether the path leads anywhere at all, be it to null or to an empty list. */
  readonly present: boolean;
  /** Every value, of every list on the path and at its end. */
  readonly leaves: readonly Leaf[];
}
