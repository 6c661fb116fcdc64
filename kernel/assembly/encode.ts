/**
 * Encoding some rows of a column: the numbers of their values lie at CODES, -1 for null. parquet/encode_column.ts does
 * the same in TypeScript, and parquet/kernel_encode.ts calls this.
 */
import { areEqual, copyBytes, hashOf, lowBytes, SLACK } from "./bytes";
import { writeHybrid, writeVarint } from "./hybrid";
import {
  CODES,
  HASHES,
  INDEXES,
  KNOWN,
  PLACES,
  ROWS,
  ROWS_MAX,
  STARTS,
  VALUES,
  VALUES_END,
} from "./layout";

/** Puts the numbers of the rows at ROWS to CODES. @returns how many of the rows are null */
export function pickCodes(from: i32, count: i32): i32 {
  let nulls = 0;
  for (let i = 0; i < count * 4; i += 4) {
    const code = load<i32>(from + load<i32>(ROWS + i) * 4);
    store<i32>(CODES + i, code);
    nulls += code >>> 31;
  }
  return nulls;
}

/** Puts the numbers that are not null to INDEXES. @returns a bit for each of 0 and 1 that is among them */
export function pickBits(count: i32): i32 {
  let to = INDEXES;
  let found = 0;
  for (let at = CODES; at < CODES + count * 4; at += 4) {
    const code = load<i32>(at);
    if (code < 0) continue;
    store<i32>(to, code);
    to += 4;
    found |= 1 << code;
  }
  return found;
}

/** Writes the levels of some rows. @returns where they end */
export function writeLevels(from: i32, to: i32, isFull: bool, out: i32): i32 {
  if (isFull) {
    const at = writeVarint((to - from) * 2, out);
    store<u8>(at, 1);
    return at + 1;
  }
  // Values of the rows are not numbered yet, or not needed any more.
  for (let i = from * 4; i < to * 4; i += 4) {
    store<i32>(PLACES + i, i32(load<i32>(CODES + i) >= 0));
  }
  return writeHybrid(PLACES + from * 4, to - from, 1, out);
}

/** Too many values are distinct. */
const TOO_MANY: i32 = -1;
/** Their bytes do not fit. */
const NO_ROOM: i32 = -2;

/**
 * Numbers the distinct values of the rows in the order in which they come first: their bytes go to VALUES, where these
 * begin to STARTS, and for each row that has a value its number to INDEXES.
 * @returns how many are distinct; below 0 where they are more than allowed, or do not fit
 */
export function numberValues(
  count: i32,
  starts: i32,
  bytes: i32,
  gap: i32,
  valueCount: i32,
  areDistinct: bool,
  distinctMax: i32,
): i32 {
  memory.fill(KNOWN, 0, valueCount * 4);
  let mask = 255;
  while (mask < count * 2 && mask < ROWS_MAX * 2 - 1) mask = mask * 2 + 1;
  if (!areDistinct) memory.fill(PLACES, 0, (mask + 1) * 4);
  let distinct = 0;
  let end = 0;
  let to = INDEXES;
  for (let at = CODES; at < CODES + count * 4; at += 4) {
    const code = load<i32>(at);
    if (code < 0) continue;
    let number = load<i32>(KNOWN + code * 4);
    if (number == 0) {
      const start = load<i32>(starts + code * 4);
      const from = bytes + start;
      const size = load<i32>(starts + code * 4, 4) - gap - start;
      let place = 0;
      let hash = 0;
      if (!areDistinct) {
        hash = hashOf(from, size);
        place = hash & mask;
        while (true) {
          number = load<i32>(PLACES + place * 4);
          if (number == 0) break;
          if (load<i32>(HASHES + number * 4 - 4) == hash && isValue(number - 1, gap, from, size)) {
            break;
          }
          place = (place + 1) & mask;
        }
      }
      if (number == 0) {
        if (distinct >= distinctMax) return TOO_MANY;
        if (<i64> VALUES + end + gap + size + SLACK > VALUES_END) return NO_ROOM;
        if (gap != 0) store<i32>(VALUES + end, size);
        copyBytes(VALUES + end + gap, from, size);
        store<i32>(STARTS + distinct * 4, end + gap);
        end += gap + size;
        number = ++distinct;
        if (!areDistinct) {
          store<i32>(PLACES + place * 4, number);
          store<i32>(HASHES + number * 4 - 4, hash);
        }
      }
      store<i32>(KNOWN + code * 4, number);
    }
    store<i32>(to, number - 1);
    to += 4;
  }
  store<i32>(STARTS + distinct * 4, end + gap);
  valuesBytes = end;
  return distinct;
}

/** Whether a numbered value has these bytes. */
function isValue(value: i32, gap: i32, from: i32, size: i32): bool {
  const start = load<i32>(STARTS + value * 4);
  if (gap != 0) {
    return load<i32>(VALUES + start - 4) == size && areEqual(VALUES + start, from, size);
  }
  return areEqual(VALUES + start, from, size);
}

let valuesBytes: i32 = 0;

/** Bytes of the distinct values. */
export function numberedBytes(): i32 {
  return valuesBytes;
}

/** Values that are looked at first, some next to each other: as parquet/row_numbers.ts has it. */
const SAMPLED_VALUES: i32 = 1000;
const SAMPLED_TOGETHER: i32 = 8;

/** Keeps of the rows' numbers, at INDEXES, those of a sample. @returns how many have a value */
export function sampleCodes(count: i32): i32 {
  let to = INDEXES;
  let state: u32 = 1;
  for (let looked = 0; looked < SAMPLED_VALUES; looked += SAMPLED_TOGETHER) {
    state = state * 1664525 + 1013904223;
    const start = i32((<u64> state * <u64> (count - SAMPLED_TOGETHER)) >> 32);
    for (let i = start * 4; i < (start + SAMPLED_TOGETHER) * 4; i += 4) {
      const code = load<i32>(CODES + i);
      if (code < 0) continue;
      store<i32>(to, code);
      to += 4;
    }
  }
  return (to - INDEXES) >> 2;
}

/** How many of a sample's values, whose numbers lie at INDEXES, are distinct. */
export function distinctInSample(count: i32, starts: i32, bytes: i32, gap: i32): i32 {
  const mask = 4095;
  memory.fill(PLACES, 0, (mask + 1) * 4);
  let distinct = 0;
  for (let at = INDEXES; at < INDEXES + count * 4; at += 4) {
    const code = load<i32>(at);
    const start = load<i32>(starts + code * 4);
    const size = load<i32>(starts + code * 4, 4) - gap - start;
    const hash = hashOf(bytes + start, size);
    let place = hash & mask;
    while (true) {
      const other = load<i32>(PLACES + place * 4) - 1;
      if (other < 0) {
        store<i32>(PLACES + place * 4, code + 1);
        distinct++;
        break;
      }
      if (other == code) break;
      const otherStart = load<i32>(starts + other * 4);
      const otherSize = load<i32>(starts + other * 4, 4) - gap - otherStart;
      if (otherSize == size && areEqual(bytes + otherStart, bytes + start, size)) break;
      place = (place + 1) & mask;
    }
  }
  return distinct;
}

/** Of the page that `endOfPage` found. */
let pageBytes: i32 = 0;
let pageValues: i32 = 0;

export function bytesOfPage(): i32 {
  return pageBytes;
}

export function valuesOfPage(): i32 {
  return pageValues;
}

/** Finds the rows of the next plain page: until their values take so many bytes. @returns the row behind them */
export function endOfPage(from: i32, count: i32, starts: i32, bytesMax: i32): i32 {
  let row = from;
  let size: i64 = 0;
  let present = 0;
  for (; row < count && size < bytesMax; row++) {
    const code = load<i32>(CODES + row * 4);
    if (code < 0) continue;
    size += load<i32>(starts + code * 4, 4) - load<i32>(starts + code * 4);
    present++;
  }
  pageBytes = i32(min<i64>(size, i32.MAX_VALUE));
  pageValues = present;
  return row;
}

/** Writes the values of some rows one behind the other. @returns where they end; they must fit */
export function writeValues(from: i32, to: i32, starts: i32, bytes: i32, gap: i32, out: i32): i32 {
  let at = out;
  const end = CODES + to * 4;
  for (let p = CODES + from * 4; p < end;) {
    const first = load<i32>(p);
    p += 4;
    if (first < 0) continue;
    let next = first + 1;
    for (; p < end && load<i32>(p) == next; p += 4) next++;
    const start = load<i32>(starts + first * 4) - gap;
    const size = load<i32>(starts + next * 4) - gap - start;
    copyBytes(at, bytes + start, size);
    at += size;
  }
  return at;
}

/** Where the least and the greatest text begin, behind their lengths. */
let minText: i32 = 0;
let maxText: i32 = 0;

export function leastText(): i32 {
  return minText;
}

export function greatestText(): i32 {
  return maxText;
}

/** Finds the least and greatest of plain texts, one at least, as far as their first bytes decide. */
export function findTextBounds(from: i32, end: i32, decidingBytes: i32): void {
  let at = from + 4;
  minText = maxText = at;
  let minHead = headOf(at);
  let maxHead = minHead;
  at += load<i32>(at - 4) + 4;
  for (; at - 4 < end; at += load<i32>(at - 4) + 4) {
    const head = headOf(at);
    if (head <= minHead && (head < minHead || isLess(at, minText, decidingBytes))) {
      minText = at;
      minHead = head;
    } else if (head >= maxHead && (head > maxHead || isLess(maxText, at, decidingBytes))) {
      maxText = at;
      maxHead = head;
    }
  }
}

/** The first eight bytes of a text as a number; what it lacks is 0. */
function headOf(text: i32): u64 {
  const size = load<i32>(text - 4);
  const head = load<u64>(text);
  return bswap<u64>(size >= 8 ? head : head & lowBytes(size));
}

function isLess(a: i32, b: i32, decidingBytes: i32): bool {
  const sizeA = min(load<i32>(a - 4), decidingBytes);
  const sizeB = min(load<i32>(b - 4), decidingBytes);
  const size = min(sizeA, sizeB);
  for (let i = 0; i < size; i++) {
    const left = load<u8>(a + i);
    const right = load<u8>(b + i);
    if (left != right) return left < right;
  }
  return sizeA < sizeB;
}

/** The least and greatest of plain whole numbers. */
let minNumber: i64 = 0;
let maxNumber: i64 = 0;

export function leastNumber(): i64 {
  return minNumber;
}

export function greatestNumber(): i64 {
  return maxNumber;
}

/** Finds the least and greatest of plain numbers, one at least. */
export function findNumberBounds(from: i32, end: i32): void {
  minNumber = maxNumber = load<i64>(from);
  for (let at = from + 8; at < end; at += 8) {
    minNumber = min(minNumber, load<i64>(at));
    maxNumber = max(maxNumber, load<i64>(at));
  }
}
