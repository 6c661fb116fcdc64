import { Buffer } from "node:buffer";
import { cutUtf8 } from "./cut_text.ts";

/** No member has the name. */
export const NO_MEMBER = -1;
/** A name of the object is not plain, so that a closer look has to tell. */
export const ODD_MEMBER = -2;

/**
 * Where the value of a member of the object at `start` begins; of a name that occurs twice the last. The bytes were
 * scanned before, so they are known to be JSON and nothing is checked again.
 * @param dotsMatter whether a name that holds a dot could stand for several parts of a path
 * @returns {@linkcode NO_MEMBER} or {@linkcode ODD_MEMBER} where there is no telling
 */
export function findMember(
  bytes: Buffer,
  start: number,
  name: Uint8Array,
  dotsMatter: boolean,
): number {
  let found = NO_MEMBER;
  let p = skipSpace(bytes, start + 1);
  while (bytes[p] !== 0x7d) {
    const nameStart = ++p;
    while (bytes[p] !== 0x22) {
      if (bytes[p] === 0x5c || (dotsMatter && bytes[p] === 0x2e)) return ODD_MEMBER;
      p++;
    }
    const isSought = p - nameStart === name.length && isAt(bytes, nameStart, name);
    const valueStart = skipSpace(bytes, skipSpace(bytes, p + 1) + 1);
    if (isSought) found = valueStart;
    p = skipSpace(bytes, endOfValue(bytes, valueStart));
    if (bytes[p] === 0x2c) p = skipSpace(bytes, p + 1);
  }
  return found;
}

/**
 * Finds several members of the object at `start` in one pass: for each name its value's start and end, at twice its
 * place, in `spans`; -1 where there is none. Of a name that occurs twice the last counts. The bytes were scanned
 * before, as for `findMember`; an object may have any number of members, and no text is made of plain names.
 */
export function findMembers(
  bytes: Buffer,
  start: number,
  names: readonly Uint8Array[],
  spans: Int32Array,
): void {
  spans.fill(-1, 0, names.length * 2);
  let p = skipSpace(bytes, start + 1);
  while (bytes[p] !== 0x7d) {
    const nameStart = ++p;
    let isEscaped = false;
    for (; bytes[p] !== 0x22; p++) {
      if (bytes[p] !== 0x5c) continue;
      isEscaped = true;
      p++;
    }
    const place = isEscaped
      ? placeOf(names, decodedName(bytes, nameStart, p))
      : placeOf(names, bytes, nameStart, p);
    const valueStart = skipSpace(bytes, skipSpace(bytes, p + 1) + 1);
    const valueEnd = endOfValue(bytes, valueStart);
    if (place >= 0) {
      spans[place * 2] = valueStart;
      spans[place * 2 + 1] = valueEnd;
    }
    p = skipSpace(bytes, valueEnd);
    if (bytes[p] === 0x2c) p = skipSpace(bytes, p + 1);
  }
}

/** The place among the names of the one between two positions, -1 if it is none of them. */
function placeOf(names: readonly Uint8Array[], bytes: Buffer, start = 0, end = bytes.length) {
  for (let place = 0; place < names.length; place++) {
    const name = names[place];
    if (name.length === end - start && isAt(bytes, start, name)) return place;
  }
  return -1;
}

function decodedName(bytes: Buffer, start: number, end: number): Buffer {
  return Buffer.from(JSON.parse(`"${cutUtf8(bytes, start, end)}"`));
}

function isAt(bytes: Buffer, start: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false;
  return true;
}

function skipSpace(bytes: Buffer, start: number): number {
  let p = start;
  while (bytes[p] <= 0x20) p++;
  return p;
}

function endOfString(bytes: Buffer, start: number): number {
  let p = start + 1;
  while (true) {
    const byte = bytes[p++];
    if (byte === 0x22) return p;
    if (byte === 0x5c) p++;
  }
}

/** The position behind the value at `start`. */
export function endOfValue(bytes: Buffer, start: number): number {
  let depth = 0;
  let p = start;
  while (true) {
    const byte = bytes[p];
    if (byte === 0x22) {
      p = endOfString(bytes, p);
      if (depth === 0) return p;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth++;
      p++;
    } else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 0) return p; // The end of a number or literal at the end of its container.
      p++;
      if (--depth === 0) return p;
    } else if (depth === 0 && (byte === 0x2c || byte <= 0x20)) {
      return p;
    } else {
      p++;
    }
  }
}
