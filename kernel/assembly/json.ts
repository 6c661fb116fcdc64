/**
 * Passes over JSON values, checking them (RFC 8259). It takes compact JSON alone and nothing that is rare: what it does
 * not take is no error, but left to the scanner in TypeScript, which tells what is wrong with it.
 */
import { NESTING, NESTING_MAX } from "./layout";

/** The kernel does not take this. */
export const NOT_TAKEN: i32 = -1;

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;

/** Whether the string that was passed last holds an escape. */
export let isEscaped: bool = false;

/** @returns the position behind the string that begins at `start` with its quote */
export function skipString(start: i32): i32 {
  let p = start + 1;
  isEscaped = false;
  const quotes = i8x16.splat(QUOTE);
  const backslashes = i8x16.splat(BACKSLASH);
  const spaces = i8x16.splat(0x20);
  while (true) {
    const bytes = v128.load(p);
    const stops = i8x16.bitmask(v128.or(
      v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, backslashes)),
      i8x16.lt_u(bytes, spaces),
    ));
    if (stops == 0) {
      p += 16;
      continue;
    }
    p += ctz(stops);
    const byte = load<u8>(p);
    if (byte == QUOTE) return p + 1;
    if (byte != BACKSLASH) return NOT_TAKEN;
    isEscaped = true;
    p = skipEscape(p + 1);
    if (p < 0) return NOT_TAKEN;
  }
}

/** @returns the position behind what a backslash escapes */
function skipEscape(p: i32): i32 {
  switch (load<u8>(p)) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return p + 1;
    case 0x75: // u
      for (let i = 1; i <= 4; i++) if (!isHex(load<u8>(p + i))) return NOT_TAKEN;
      return p + 5;
    default:
      return NOT_TAKEN;
  }
}

// @ts-ignore: a decorator of functions
@inline
function isHex(byte: u8): bool {
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

// @ts-ignore: a decorator of functions
@inline
function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}

function skipDigits(start: i32): i32 {
  let p = start;
  while (isDigit(load<u8>(p))) p++;
  return p == start ? NOT_TAKEN : p;
}

function skipNumber(start: i32): i32 {
  let p = start;
  if (load<u8>(p) == 0x2d) p++;
  if (load<u8>(p) == 0x30) p++;
  else {
    p = skipDigits(p);
    if (p < 0) return NOT_TAKEN;
  }
  if (load<u8>(p) == 0x2e) {
    p = skipDigits(p + 1);
    if (p < 0) return NOT_TAKEN;
  }
  if ((load<u8>(p) | 0x20) == 0x65) {
    p++;
    if (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d) p++;
    p = skipDigits(p);
  }
  return p;
}

/** A string, number or literal. */
function skipScalar(p: i32): i32 {
  switch (load<u8>(p)) {
    case 0x22:
      return skipString(p);
    case 0x74: // true
      return load<u32>(p) == 0x65757274 ? p + 4 : NOT_TAKEN;
    case 0x66: // false
      return load<u32>(p + 1) == 0x65736c61 ? p + 5 : NOT_TAKEN;
    case 0x6e: // null
      return load<u32>(p) == 0x6c6c756e ? p + 4 : NOT_TAKEN;
    default:
      return skipNumber(p);
  }
}

/** A name and its colon. */
function skipName(p: i32): i32 {
  if (load<u8>(p) != QUOTE) return NOT_TAKEN;
  p = skipString(p);
  return p >= 0 && load<u8>(p) == 0x3a ? p + 1 : NOT_TAKEN;
}

/** @returns the position behind the value at `start`; `isEscaped` tells of it if it is a string */
export function skipValue(start: i32): i32 {
  let p = start;
  let depth = 0;
  while (true) {
    // A value is expected.
    const byte = load<u8>(p);
    // Both braces and both brackets differ by two.
    if (byte == 0x7b || byte == 0x5b) {
      p++;
      if (load<u8>(p) == byte + 2) p++;
      else {
        if (depth == NESTING_MAX) return NOT_TAKEN;
        store<u8>(NESTING + depth++, byte);
        if (byte == 0x7b) {
          p = skipName(p);
          if (p < 0) return NOT_TAKEN;
        }
        continue;
      }
    } else {
      p = skipScalar(p);
      if (p < 0) return NOT_TAKEN;
    }
    // A value has ended: close what ends with it.
    while (true) {
      if (depth == 0) return p;
      const open = load<u8>(NESTING + depth - 1);
      const next = load<u8>(p++);
      if (next == 0x2c) {
        if (open == 0x7b) {
          p = skipName(p);
          if (p < 0) return NOT_TAKEN;
        }
        break;
      }
      if (next != open + 2) return NOT_TAKEN;
      depth--;
    }
  }
}
