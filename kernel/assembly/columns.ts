/**
 * Columns of a part that is being built: for each row the number of its value, and the values one behind the other,
 * as Parquet's plain pages hold them. A value that comes again is stored once, as long as many do.
 */
import { areEqual, copyBytes, hashOf, SLACK } from "./bytes";
import { COLUMNS, HEAP, HEAP_END, LEFT, LOG, ROW_TABLE } from "./layout";
import { ESCAPES, SLOTS } from "./members";

/** A column's numbers, by offset. */
const CODES: i32 = 0;
const STARTS: i32 = 4;
const HASHES: i32 = 8;
const PLACES: i32 = 12;
const MASK: i32 = 16;
const BYTES: i32 = 20;
const CAPACITY: i32 = 24;
const LENGTH: i32 = 28;
const COUNT: i32 = 32;
const LAST: i32 = 36;
const LOOKED_UP: i32 = 40;
const JUDGED_AT: i32 = 44;
const IS_PLAIN: i32 = 48;
const GAP: i32 = 52;
const COLUMN_BYTES: i32 = 64;

const FIRST_CAPACITY: i32 = 64 * 1024;
const FIRST_MASK: i32 = 255;
/** Values after which a column is judged for the first time; then each time it has twice as many. */
const FIRST_JUDGED: i32 = 128;

/** With more room than this left over from the parts before, all columns begin small again. */
const KEPT_BYTES_MAX: i32 = 40 * 1024 * 1024;

/** Rows that there is room for. */
let rowsMax: i32 = 0;
/** Behind the last column. */
let columnsEnd: i32 = COLUMNS;
/** Where the heap is free, and where values begin. */
let top: i32 = HEAP;
let base: i32 = HEAP;

function take(size: i32): i32 {
  const at = top;
  top += (size + 63) & ~63;
  return at;
}

/** Makes room for columns of so many rows. Called once, before `addColumn`. */
export function setRowsMax(rows: i32): void {
  rowsMax = rows;
}

/** @param gap bytes before each value: the four of a text's length, or none */
export function addColumn(gap: i32): i32 {
  const column = columnsEnd;
  columnsEnd += COLUMN_BYTES;
  // A place for each value twice over, so that few share one.
  let places = FIRST_MASK + 1;
  while (places < rowsMax * 2) places <<= 2;
  store<i32>(column, take(rowsMax * 4), CODES);
  store<i32>(column, take((rowsMax + 1) * 4), STARTS);
  store<i32>(column, take(rowsMax * 4), HASHES);
  store<i32>(column, take(places * 4), PLACES);
  store<i32>(column, FIRST_CAPACITY, CAPACITY);
  store<i32>(column, gap, GAP);
  base = top;
  return column;
}

/** Empties all columns. What one took last time is likely what it takes next, so it keeps as much room. */
export function clearColumns(): void {
  let kept = 0;
  for (let column = COLUMNS; column < columnsEnd; column += COLUMN_BYTES) {
    kept += load<i32>(column, CAPACITY);
  }
  top = base;
  for (let column = COLUMNS; column < columnsEnd; column += COLUMN_BYTES) {
    const capacity = kept > KEPT_BYTES_MAX ? FIRST_CAPACITY : load<i32>(column, CAPACITY);
    store<i32>(column, capacity, CAPACITY);
    store<i32>(column, take(capacity), BYTES);
    store<i32>(column, FIRST_MASK, MASK);
    memory.fill(load<i32>(column, PLACES), 0, (FIRST_MASK + 1) * 4);
    store<i32>(column, 0, LENGTH);
    store<i32>(column, 0, COUNT);
    store<i32>(column, -1, LAST);
    store<i32>(column, 0, LOOKED_UP);
    store<i32>(column, FIRST_JUDGED, JUDGED_AT);
    store<i32>(column, 0, IS_PLAIN);
  }
}

/** Bytes of all values. */
export function heldBytes(): i32 {
  let held = 0;
  for (let column = COLUMNS; column < columnsEnd; column += COLUMN_BYTES) {
    held += load<i32>(column, LENGTH);
  }
  return held;
}

/** Bytes of the heap that are free. */
export function freeBytes(): i32 {
  return HEAP_END - top;
}

/** Sets a row's text to the bytes from `start` to `end`. */
export function setText(column: i32, row: i32, start: i32, end: i32): void {
  setCode(column, row, codeOf(column, start, end - start));
}

/** Sets a row to a whole number of 64 bits, given as a double. */
export function setInteger(column: i32, row: i32, value: f64): void {
  const at = appended(column, 8);
  store<i64>(at, <i64> value);
  setCode(column, row, load<i32>(column, COUNT) - 1);
}

/** Sets a row to the number of a value; -1 is null. */
// @ts-ignore: a decorator of functions
@inline
export function setCode(column: i32, row: i32, code: i32): void {
  store<i32>(load<i32>(column, CODES) + row * 4, code);
}

/** The number of the value that was set last. */
export function lastCode(column: i32): i32 {
  return load<i32>(column, LAST);
}

/** Completes a column's list of starts. @returns the number of its values */
export function finishColumn(column: i32): i32 {
  const end = load<i32>(column, LENGTH) + load<i32>(column, GAP);
  const count = load<i32>(column, COUNT);
  store<i32>(load<i32>(column, STARTS) + count * 4, end);
  return count;
}

/** Whether values that come again may be stored again, as most are new. */
export function isPlain(column: i32): bool {
  return load<i32>(column, IS_PLAIN) != 0;
}

/** Where the numbers of a column's rows lie. */
export function codesOf(column: i32): i32 {
  return load<i32>(column, CODES);
}

/** Where its values' starts lie, one more than it has values. */
export function startsOf(column: i32): i32 {
  return load<i32>(column, STARTS);
}

/** Where its values lie. */
export function bytesOf(column: i32): i32 {
  return load<i32>(column, BYTES);
}

/** Bytes of its values. */
export function lengthOf(column: i32): i32 {
  return load<i32>(column, LENGTH);
}

function codeOf(column: i32, start: i32, size: i32): i32 {
  const last = load<i32>(column, LAST);
  if (last >= 0 && isValue(column, last, start, size)) return last;
  let code: i32;
  if (load<i32>(column, IS_PLAIN) != 0) code = append(column, start, size);
  else {
    const looked = load<i32>(column, LOOKED_UP) + 1;
    store<i32>(column, looked, LOOKED_UP);
    if (looked == load<i32>(column, JUDGED_AT)) {
      // With more than 7 of 10 distinct, looking each one up costs more than it spares.
      store<i32>(column, i32(load<i32>(column, COUNT) * 10 > looked * 7), IS_PLAIN);
      store<i32>(column, looked * 2, JUDGED_AT);
    }
    code = lookedUp(column, start, size);
  }
  store<i32>(column, code, LAST);
  return code;
}

/** The number of equal bytes that came before, which are appended if there are none. */
function lookedUp(column: i32, start: i32, size: i32): i32 {
  const hash = hashOf(start, size);
  const mask = load<i32>(column, MASK);
  const places = load<i32>(column, PLACES);
  const hashes = load<i32>(column, HASHES);
  let place = hash & mask;
  while (true) {
    const value = load<i32>(places + place * 4) - 1;
    if (value < 0) break;
    if (load<i32>(hashes + value * 4) == hash && isValue(column, value, start, size)) return value;
    place = (place + 1) & mask;
  }
  const value = append(column, start, size);
  store<i32>(places + place * 4, value + 1);
  store<i32>(hashes + value * 4, hash);
  if (value * 2 > mask) widen(column);
  return value;
}

/** Doubles the places twice, up to what was set aside. */
function widen(column: i32): void {
  const mask = (load<i32>(column, MASK) << 2) | 3;
  const places = load<i32>(column, PLACES);
  const hashes = load<i32>(column, HASHES);
  memory.fill(places, 0, (mask + 1) * 4);
  store<i32>(column, mask, MASK);
  const count = load<i32>(column, COUNT);
  for (let value = 0; value < count; value++) {
    let place = load<i32>(hashes + value * 4) & mask;
    while (load<i32>(places + place * 4) != 0) place = (place + 1) & mask;
    store<i32>(places + place * 4, value + 1);
  }
}

function append(column: i32, start: i32, size: i32): i32 {
  const to = appended(column, size);
  copyBytes(to, start, size);
  return load<i32>(column, COUNT) - 1;
}

/** Appends a value of so many bytes. @returns where to write them */
function appended(column: i32, size: i32): i32 {
  const gap = load<i32>(column, GAP);
  const length = load<i32>(column, LENGTH);
  const needed = length + gap + size + SLACK;
  if (needed > load<i32>(column, CAPACITY)) enlarge(column, needed);
  const count = load<i32>(column, COUNT);
  const at = length + gap;
  const to = load<i32>(column, BYTES) + at;
  if (gap != 0) store<i32>(to - 4, size);
  store<i32>(load<i32>(column, STARTS) + count * 4, at);
  store<i32>(column, count + 1, COUNT);
  store<i32>(column, at + size, LENGTH);
  return to;
}

/** Moves a column's values to more room; what they had is free again when all are cleared. */
function enlarge(column: i32, needed: i32): void {
  const capacity = max(load<i32>(column, CAPACITY) * 2, needed);
  const bytes = take(capacity);
  // The host makes room before there is none.
  if (top > HEAP_END) unreachable();
  memory.copy(bytes, load<i32>(column, BYTES), load<i32>(column, LENGTH));
  store<i32>(column, bytes, BYTES);
  store<i32>(column, capacity, CAPACITY);
}

/** Whether a value has the bytes at a place. */
function isValue(column: i32, value: i32, start: i32, size: i32): bool {
  const at = load<i32>(column, STARTS) + value * 4;
  const from = load<i32>(at);
  const gap = load<i32>(column, GAP);
  const next = value + 1 < load<i32>(column, COUNT)
    ? load<i32>(at, 4) - gap
    : load<i32>(column, LENGTH);
  return next - from == size && areEqual(load<i32>(column, BYTES) + from, start, size);
}

/** How a column takes the value of its slot. */
const TEXT: i32 = 0;
const JSON: i32 = 1;
const BOOL: i32 = 2;
const MEMBER: i32 = 3;

/**
 * Sets a row's columns from a record's spans. ROW_TABLE holds, for each column that has a slot, that slot, how it takes
 * the value, and the column; behind the last one -1.
 * @param spaced whether JSON text may hold white space, which its column must not
 * @returns how many of them are left to the host, whose places in the table lie at LEFT: strings with escapes, spaced
 * JSON, and what a column cannot hold
 */
export function setRow(spans: i32, row: i32, spaced: bool): i32 {
  const escapes = load<u64>(spans, ESCAPES);
  let left = 0;
  for (let entry = ROW_TABLE, i = 0; load<i32>(entry) >= 0; entry += 12, i++) {
    const slot = load<i32>(entry);
    const column = load<i32>(entry, 8);
    const start = load<i32>(spans + SLOTS + slot * 8) + LOG;
    setCode(column, row, -1);
    if (start < LOG) continue;
    const end = load<i32>(spans + SLOTS + slot * 8, 4) + LOG;
    const first = load<u8>(start);
    const kind = load<i32>(entry, 4);
    let isTaken = false;
    if (kind == JSON) {
      isTaken = first != 0x6e && !spaced;
      if (isTaken) setText(column, row, start, end);
    } else if (kind == BOOL) {
      isTaken = first == 0x74 || first == 0x66;
      if (isTaken) setCode(column, row, i32(first == 0x74));
    } else if (first == 0x22) {
      isTaken = ((escapes >> (<u64> slot)) & 1) == 0;
      if (isTaken) setText(column, row, start + 1, end - 1);
    } else isTaken = kind == MEMBER;
    if (!isTaken) store<i32>(LEFT + 4 * left++, i);
  }
  return left;
}
