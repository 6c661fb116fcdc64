/** How text fills a terminal. Event fields are written by strangers, so nothing in them may steer it. */

/** Control characters, and those that reorder, hide or join what stands beside them. */
const STEERING = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

const NAMED: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The text with control characters, and those that reorder or hide text, written as escapes. */
export function visibleText(text: string): string {
  return text.replace(
    STEERING,
    (c) => NAMED[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns of a terminal that the text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += widthOfChar(char);
  return width;
}

/** The text cut to at most so many columns; where something was cut its last column is `…`. */
export function cutToWidth(text: string, columnsMax: number): string {
  // A column is at least one code unit, so that a huge text need not be measured whole.
  if (text.length <= columnsMax * 2 && widthOf(text) <= columnsMax) return text;
  let width = 0;
  let kept = "";
  for (const char of text) {
    width += widthOfChar(char);
    if (width > columnsMax - 1) return `${kept}…`;
    kept += char;
  }
  return kept;
}

function widthOfChar(char: string): number {
  const code = char.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (ZERO_WIDTH.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}
