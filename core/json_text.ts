/**
 * JSON as text. Values keep the source's own spelling (`0.0`, an integer beyond 2^53), which `JSON.parse`
 * loses. Nothing here recurses, so that no depth of nesting, which an attacker can cause, overflows a stack.
 */

/** One member of an object: its name, decoded, and the source text of its value. */
export interface Member {
  readonly name: string;
  readonly text: string;
}

/** Compares by code point, which is also the order of the UTF-8 bytes; UTF-16 order differs beyond U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    // A surrogate stands for a code point above every other unit, so both kinds trade places.
    if (x >= 0xd800 && y >= 0xd800) {
      x = x >= 0xe000 ? x - 0x800 : x + 0x2000;
      y = y >= 0xe000 ? y - 0x800 : y + 0x2000;
    }
    return x - y;
  }
  return a.length - b.length;
}

const SURROGATE = /[\ud800-\udfff]/;

/** Sorts items in place by the code points of their texts. Without surrogates JavaScript's own order is the same. */
export function sortByCodePoints<T>(items: T[], textOf: (item: T) => string): T[] {
  const texts = new Map(items.map((item) => [item, textOf(item)]));
  const compare = [...texts.values()].some((text) => SURROGATE.test(text))
    ? compareCodePoints
    : (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return items.sort((a, b) => compare(texts.get(a)!, texts.get(b)!));
}

/**
 * The text without white space outside strings; otherwise to the letter.
 * @param text valid JSON
 */
export function compactJson(text: string): string {
  let out = "";
  let keptFrom = 0;
  let i = 0;
  while (i < text.length) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) {
      i = endOfString(text, i);
    } else if (unit <= 0x20) {
      out += text.slice(keptFrom, i);
      do i++; while (i < text.length && text.charCodeAt(i) <= 0x20);
      keptFrom = i;
    } else {
      i++;
    }
  }
  return keptFrom === 0 ? text : out + text.slice(keptFrom);
}

/**
 * The members of an object's text in source order; a name that occurs twice is given twice.
 * Throws SyntaxError unless the text is an object.
 */
export function objectMembers(text: string): Member[] {
  const members: Member[] = [];
  visitMembers(text, (name, start, end) => members.push({ name, text: text.slice(start, end) }));
  return members;
}

/**
 * The values of some members of an object's text, by name; of a name that occurs twice the last counts. Holds
 * nothing of the other members, however many there are. Throws SyntaxError unless the text is an object.
 */
export function findMembers(text: string, names: readonly string[]): Map<string, string> {
  const spans = new Map<string, readonly [number, number]>();
  visitMembers(text, (name, start, end) => {
    if (names.includes(name)) spans.set(name, [start, end]);
  });
  return new Map([...spans].map(([name, [start, end]]) => [name, text.slice(start, end)]));
}

function visitMembers(
  text: string,
  visit: (name: string, start: number, end: number) => void,
): void {
  let i = skipSpace(text, 0);
  if (text.charCodeAt(i) !== 0x7b) throw notJson(i);
  i = skipSpace(text, i + 1);
  if (text.charCodeAt(i) === 0x7d) return;
  while (true) {
    if (text.charCodeAt(i) !== 0x22) throw notJson(i);
    const nameEnd = endOfString(text, i);
    const name = decodeString(text, i, nameEnd);
    i = skipSpace(text, nameEnd);
    if (text.charCodeAt(i) !== 0x3a) throw notJson(i);
    const start = skipSpace(text, i + 1);
    const end = endOfValue(text, start);
    visit(name, start, end);
    i = skipSpace(text, end);
    const unit = text.charCodeAt(i);
    if (unit === 0x7d) return;
    if (unit !== 0x2c) throw notJson(i);
    i = skipSpace(text, i + 1);
  }
}

/** The elements of an array's text. Throws SyntaxError unless the text is an array. */
export function arrayElements(text: string): string[] {
  const elements: string[] = [];
  let i = skipSpace(text, 0);
  if (text.charCodeAt(i) !== 0x5b) throw notJson(i);
  i = skipSpace(text, i + 1);
  if (text.charCodeAt(i) === 0x5d) return elements;
  while (true) {
    const end = endOfValue(text, i);
    elements.push(text.slice(i, end));
    i = skipSpace(text, end);
    const unit = text.charCodeAt(i);
    if (unit === 0x5d) return elements;
    if (unit !== 0x2c) throw notJson(i);
    i = skipSpace(text, i + 1);
  }
}

/**
 * The elements of an array's text that are no arrays themselves, those of arrays within it in their place, in one
 * pass however deep they lie. Throws SyntaxError unless the text is an array.
 */
export function flatElements(text: string): string[] {
  const elements: string[] = [];
  let i = skipSpace(text, 0);
  if (text.charCodeAt(i) !== 0x5b) throw notJson(i);
  let depth = 0;
  do {
    const unit = text.charCodeAt(i);
    if (unit === 0x5b) depth++;
    else if (unit === 0x5d) depth--;
    else if (unit !== 0x2c) {
      const end = endOfValue(text, i);
      elements.push(text.slice(i, end));
      i = end - 1;
    }
    i = skipSpace(text, i + 1);
    if (i >= text.length && depth > 0) throw notJson(i);
  } while (depth > 0);
  return elements;
}

interface Frame {
  /** Canonical text of the members so far by name, or of the elements. */
  readonly members: Map<string, string> | null;
  readonly elements: string[];
  name: string;
}

/**
 * Canonical JSON: keys sorted by code point, no white space, numbers as the source writes them, strings
 * with only the escapes that JSON demands; of a key that occurs twice the last counts. Two records are
 * the same event if and only if their canonical texts are equal.
 * @param text valid JSON; throws SyntaxError where it plainly is not
 */
export function canonicalJson(text: string): string {
  const stack: Frame[] = [];
  let i = skipSpace(text, 0);
  while (true) {
    let value: string;
    const unit = text.charCodeAt(i);
    if (unit === 0x7b || unit === 0x5b) {
      const isObject = unit === 0x7b;
      i = skipSpace(text, i + 1);
      if (text.charCodeAt(i) !== (isObject ? 0x7d : 0x5d)) {
        const frame: Frame = { members: isObject ? new Map() : null, elements: [], name: "" };
        stack.push(frame);
        if (isObject) i = readName(text, i, frame);
        continue;
      }
      value = isObject ? "{}" : "[]";
      i++;
    } else {
      const end = endOfValue(text, i);
      value = unit === 0x22 ? JSON.stringify(decodeString(text, i, end)) : text.slice(i, end);
      i = end;
    }
    // Hand the finished value to the container it belongs to, closing every container that ends here.
    while (true) {
      i = skipSpace(text, i);
      const frame = stack.at(-1);
      if (frame === undefined) {
        if (i !== text.length) throw notJson(i);
        return value;
      }
      if (frame.members === null) frame.elements.push(value);
      else frame.members.set(frame.name, value);
      const next = text.charCodeAt(i);
      if (next === 0x2c) {
        i = skipSpace(text, i + 1);
        if (frame.members !== null) i = readName(text, i, frame);
        break;
      }
      if (next !== (frame.members === null ? 0x5d : 0x7d)) throw notJson(i);
      value = closeFrame(frame);
      stack.pop();
      i++;
    }
  }
}

function closeFrame(frame: Frame): string {
  if (frame.members === null) return `[${frame.elements.join(",")}]`;
  const names = [...frame.members.keys()].sort(compareCodePoints);
  return `{${
    names.map((name) => `${JSON.stringify(name)}:${frame.members!.get(name)}`).join(",")
  }}`;
}

function readName(text: string, start: number, frame: Frame): number {
  if (text.charCodeAt(start) !== 0x22) throw notJson(start);
  const end = endOfString(text, start);
  frame.name = decodeString(text, start, end);
  const colon = skipSpace(text, end);
  if (text.charCodeAt(colon) !== 0x3a) throw notJson(colon);
  return skipSpace(text, colon + 1);
}

function decodeString(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  return inner.includes("\\") ? JSON.parse(text.slice(start, end)) : inner;
}

/** The index behind the string that starts at `start`. */
function endOfString(text: string, start: number): number {
  let end = start;
  while (true) {
    end = text.indexOf('"', end + 1);
    if (end < 0) throw notJson(start);
    let back = end;
    while (text.charCodeAt(back - 1) === 0x5c) back--;
    // An even number of backslashes before the quote means that none of them escapes it.
    if ((end - back) % 2 === 0) return end + 1;
  }
}

/** The index behind the value that starts at `start`. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let i = start;
  while (i < text.length) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) {
      i = endOfString(text, i);
      if (depth === 0) return i;
    } else if (unit === 0x7b || unit === 0x5b) {
      depth++;
      i++;
    } else if (unit === 0x7d || unit === 0x5d) {
      if (depth === 0) break;
      depth--;
      i++;
      if (depth === 0) return i;
    } else if (depth === 0 && (unit === 0x2c || unit === 0x3a || unit <= 0x20)) {
      break;
    } else {
      i++;
    }
  }
  if (i === start || depth > 0) throw notJson(i);
  return i;
}

function skipSpace(text: string, start: number): number {
  let i = start;
  while (i < text.length && text.charCodeAt(i) <= 0x20) i++;
  return i;
}

function notJson(at: number): SyntaxError {
  return new SyntaxError(`Cannot read JSON text: unexpected character or end at ${at}`);
}
