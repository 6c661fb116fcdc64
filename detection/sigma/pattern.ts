/** Sigma's string values: plain text, `*`, `?`, and what the `windash` modifier makes of a dash. */

/** Stands for any number of characters. */
export const MANY = 0;
/** Stands for exactly one character. */
export const ONE = 1;
/** Stands for any of {@linkcode DASHES}. */
export const DASH = 2;

/** The characters between which `windash` makes no difference. */
export const DASHES: readonly string[] = ["-", "/", "\u2013", "\u2014", "\u2015"];

/** A stretch of plain text, or a wildcard. */
export type PatternPart = string | typeof MANY | typeof ONE | typeof DASH;
export type Pattern = readonly PatternPart[];

/**
 * Reads a value as written. A backslash makes a following `*`, `?` or backslash plain, and stands for itself
 * before anything else.
 */
export function parsePattern(value: string): Pattern {
  const parts: PatternPart[] = [];
  let plain = "";
  for (let i = 0; i < value.length; i++) {
    const unit = value[i];
    if (unit === "\\" && i + 1 < value.length && "\\*?".includes(value[i + 1])) {
      plain += value[++i];
    } else if (unit === "*" || unit === "?") {
      if (plain !== "") parts.push(plain);
      plain = "";
      parts.push(unit === "*" ? MANY : ONE);
    } else {
      plain += unit;
    }
  }
  if (plain !== "") parts.push(plain);
  return parts;
}

/** The pattern as a single text, or null if it holds a wildcard. */
export function plainText(pattern: Pattern): string | null {
  if (pattern.length === 0) return "";
  return pattern.length === 1 && typeof pattern[0] === "string" ? pattern[0] : null;
}

/** With a wildcard before, behind, or both; a wildcard that is there already is not doubled. */
export function widen(pattern: Pattern, where: { before: boolean; behind: boolean }): Pattern {
  const parts = [...pattern];
  if (where.before && parts[0] !== MANY) parts.unshift(MANY);
  if (where.behind && parts.at(-1) !== MANY) parts.push(MANY);
  return parts;
}

/** Replaces each dash in plain text by {@linkcode DASH}. */
export function loosenDashes(pattern: Pattern): Pattern {
  return pattern.flatMap((part) => {
    if (typeof part !== "string") return [part];
    return part.split(/([-/\u2013\u2014\u2015])/).flatMap((piece, index): PatternPart[] =>
      index % 2 === 1 ? [DASH] : piece === "" ? [] : [piece]
    );
  });
}
