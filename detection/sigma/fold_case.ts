/**
 * Folding for comparison without regard to case: Unicode's simple case folding, one code point for one.
 * `toLowerCase` alone depends on the context (a final sigma) and may change the length.
 */

const ASCII = /^[\0-\x7f]*$/;
const folded = new Map<number, string>();

/** Two texts that differ in case alone fold to the same text. */
export function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let out = "";
  for (const character of text) out += foldCharacter(character);
  return out;
}

/** @param character one code point */
export function foldCharacter(character: string): string {
  const point = character.codePointAt(0)!;
  let fold = folded.get(point);
  if (fold === undefined) folded.set(point, fold = computeFold(character));
  return fold;
}

function computeFold(character: string): string {
  // Dotless i is a letter of its own: folding it would make it equal to i, which Unicode does not.
  if (character === "\u0131") return character;
  const upper = character.toUpperCase();
  const lower = (isOnePoint(upper) ? upper : character).toLowerCase();
  return isOnePoint(lower) ? lower : character;
}

function isOnePoint(text: string): boolean {
  return text.length === (text.codePointAt(0)! > 0xffff ? 2 : 1);
}
