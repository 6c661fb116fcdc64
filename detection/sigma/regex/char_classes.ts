import { type CharSet, includes, NEWLINE, WORD } from "./char_set.ts";

/** What stands beside a position: an edge of the text, or a character of one of these kinds. */
export const enum Side {
  Edge,
  Newline,
  /** A newline that ends the text: `$` holds before it. */
  FinalNewline,
  Word,
  Other,
}

/**
 * Sorts characters into classes: all characters of a class are alike to every set of an expression. Two
 * more classes stand for a newline that ends the text and for the end itself.
 */
export class CharClasses {
  readonly count: number;
  readonly end: number;
  readonly #finalNewline: number;
  /** First points of classes, ascending. */
  readonly #bounds: readonly number[];
  readonly #asciiClasses = new Uint16Array(128);
  readonly #sides: readonly Side[];

  constructor(sets: readonly CharSet[]) {
    const bounds = new Set([0]);
    for (const set of [...sets, [NEWLINE, NEWLINE], WORD]) {
      for (let i = 0; i < set.length; i += 2) bounds.add(set[i]).add(set[i + 1] + 1);
    }
    this.#bounds = [...bounds].sort((a, b) => a - b);
    for (let point = 0; point < 128; point++) this.#asciiClasses[point] = this.#search(point);
    this.#sides = [...this.#bounds.map(sideOf), Side.FinalNewline, Side.Edge];
    this.count = this.#sides.length;
    this.#finalNewline = this.count - 2;
    this.end = this.count - 1;
  }

  /** @param isLast whether the text ends behind the point */
  classOf(point: number, isLast: boolean): number {
    if (point === NEWLINE && isLast) return this.#finalNewline;
    return point < 128 ? this.#asciiClasses[point] : this.#search(point);
  }

  /** What a position sees that has a character of this class beside it. */
  sideOf(charClass: number): Side {
    return this.#sides[charClass];
  }

  /** By class, 1 where the set holds its characters. */
  membersOf(set: CharSet): Uint8Array {
    const members = new Uint8Array(this.count);
    this.#bounds.forEach((point, charClass) => members[charClass] = includes(set, point) ? 1 : 0);
    members[this.#finalNewline] = includes(set, NEWLINE) ? 1 : 0;
    return members;
  }

  #search(point: number): number {
    let low = 0;
    let high = this.#bounds.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#bounds[middle] <= point) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function sideOf(point: number): Side {
  if (point === NEWLINE) return Side.Newline;
  return includes(WORD, point) ? Side.Word : Side.Other;
}
