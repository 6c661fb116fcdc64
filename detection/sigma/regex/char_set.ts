/** Sets of code points, as ranges: even places hold the first, odd places the last of each, ascending. */
import { foldCharacter } from "../fold_case.ts";

export type CharSet = readonly number[];

export const LAST_POINT = 0x10ffff;
export const NEWLINE = 0x0a;
/** The shorthands are those of PCRE without its Unicode option: ASCII alone. */
export const DIGITS: CharSet = [0x30, 0x39];
export const WORD: CharSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
export const SPACE: CharSet = [0x09, 0x0d, 0x20, 0x20];
export const ANY: CharSet = [0, LAST_POINT];

/** All points of any of the sets. */
export function union(sets: readonly CharSet[]): CharSet {
  const ranges: [number, number][] = [];
  for (const set of sets) {
    for (let i = 0; i < set.length; i += 2) ranges.push([set[i], set[i + 1]]);
  }
  ranges.sort((a, b) => a[0] - b[0]);
  const merged: number[] = [];
  for (const [first, last] of ranges) {
    if (merged.length > 0 && first <= merged[merged.length - 1] + 1) {
      merged[merged.length - 1] = Math.max(merged[merged.length - 1], last);
    } else merged.push(first, last);
  }
  return merged;
}

/** All points that are not in the set. */
export function complement(set: CharSet): CharSet {
  const rest: number[] = [];
  let from = 0;
  for (let i = 0; i < set.length; i += 2) {
    if (set[i] > from) rest.push(from, set[i] - 1);
    from = set[i + 1] + 1;
  }
  if (from <= LAST_POINT) rest.push(from, LAST_POINT);
  return rest;
}

export function includes(set: CharSet, point: number): boolean {
  for (let i = 0; i < set.length; i += 2) {
    if (point < set[i]) return false;
    if (point <= set[i + 1]) return true;
  }
  return false;
}

/** With every point that differs in case alone from one of the set. */
export function closeOverCase(set: CharSet): CharSet {
  const added: number[] = [];
  for (const group of caseGroups()) {
    if (group.some((point) => includes(set, point))) {
      for (const point of group) added.push(point, point);
    }
  }
  return union([set, added]);
}

/** The last scripts with case, Adlam among them, end here. */
const LAST_CASED_POINT = 0x1e943;
let groups: readonly (readonly number[])[] | null = null;

/** Points that fold to the same, in groups of two or more; found at the first call. */
function caseGroups(): readonly (readonly number[])[] {
  if (groups !== null) return groups;
  const byFold = new Map<string, number[]>();
  const cased = /\p{Changes_When_Casemapped}/u;
  for (let point = 0; point <= LAST_CASED_POINT; point++) {
    const character = String.fromCodePoint(point);
    if (!cased.test(character)) continue;
    const fold = foldCharacter(character);
    const group = byFold.get(fold);
    if (group === undefined) byFold.set(fold, [point]);
    else group.push(point);
  }
  return groups = [...byFold.values()].filter((group) => group.length > 1);
}
