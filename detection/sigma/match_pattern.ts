import { foldCase } from "./fold_case.ts";
import { DASH, DASHES, MANY, type Pattern } from "./pattern.ts";

/** A stretch of a pattern without `*`: plain text, and single characters of some kind. */
type Segment = Pattern;

/**
 * A test for a pattern. Costs at most the text's length times the pattern's, whatever both hold.
 * @param cased without it the text must be folded with `foldCase` before it is given
 */
export function compilePattern(pattern: Pattern, cased: boolean): (text: string) => boolean {
  const folded = cased
    ? pattern
    : pattern.map((part) => typeof part === "string" ? foldCase(part) : part);
  const segments = splitAtMany(folded);
  const [first] = segments;
  if (segments.length === 1) {
    const plain = plainOf(first);
    if (plain !== null) return (text) => text === plain;
    return (text) => matchAt(first, text, 0) === text.length;
  }
  const last = segments.at(-1)!;
  const middle = segments.slice(1, -1);
  if (middle.length === 0 && last.length === 0) {
    const plain = plainOf(first);
    if (plain !== null) return (text) => text.startsWith(plain);
  }
  if (middle.length === 1 && first.length === 0 && last.length === 0) {
    const plain = plainOf(middle[0]);
    if (plain !== null) return (text) => text.includes(plain);
  }
  return (text) => {
    let from = matchAt(first, text, 0);
    if (from < 0) return false;
    for (const segment of middle) {
      // The earliest place is always good enough, since `*` takes whatever lies between.
      from = findEnd(segment, text, from);
      if (from < 0) return false;
    }
    return endsWithSegment(last, text, from);
  };
}

function splitAtMany(pattern: Pattern): Segment[] {
  const segments: (Pattern[number])[][] = [[]];
  for (const part of pattern) {
    if (part === MANY) segments.push([]);
    else segments.at(-1)!.push(part);
  }
  // Between two wildcards in a row lies nothing to look for.
  return segments.filter((segment, i) =>
    segment.length > 0 || i === 0 || i === segments.length - 1
  );
}

function plainOf(segment: Segment): string | null {
  if (segment.length === 0) return "";
  return segment.length === 1 && typeof segment[0] === "string" ? segment[0] : null;
}

/** The position behind the segment if it stands at `at`, else -1. */
function matchAt(segment: Segment, text: string, at: number): number {
  for (const part of segment) {
    if (typeof part === "string") {
      if (!text.startsWith(part, at)) return -1;
      at += part.length;
    } else {
      const point = text.codePointAt(at);
      if (point === undefined) return -1;
      if (part === DASH && !DASHES.includes(text[at])) return -1;
      at += point > 0xffff ? 2 : 1;
    }
  }
  return at;
}

function findEnd(segment: Segment, text: string, from: number): number {
  const plain = plainOf(segment);
  if (plain !== null) {
    const at = text.indexOf(plain, from);
    return at < 0 ? -1 : at + plain.length;
  }
  for (let at = from; at <= text.length; at++) {
    if (isInsidePair(text, at)) continue;
    const end = matchAt(segment, text, at);
    if (end >= 0) return end;
  }
  return -1;
}

function endsWithSegment(segment: Segment, text: string, from: number): boolean {
  // The segment's length in code points is fixed, so its start is found from the end.
  let at = text.length;
  for (let i = segment.length - 1; i >= 0; i--) {
    const part = segment[i];
    if (typeof part === "string") at -= part.length;
    else at -= isInsidePair(text, at - 1) ? 2 : 1;
  }
  return at >= from && matchAt(segment, text, at) === text.length;
}

function isInsidePair(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return false;
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 &&
    (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}
