/** Finds the records of a log file and where their fields lie. */
import { NOT_TAKEN } from "./json";
import { LOG, LOG_PADDING, SPANS, SPANS_END, TABLES } from "./layout";
import { forgetOdd, forgetOddFrom, oddCount, skipMembers, SLOTS } from "./members";

/** `{"Records":[`, which every log file of CloudTrail's begins with, as two words that overlap. */
const HEAD_BYTES: i32 = 12;
const HEAD_START: u64 = 0x64726f636552227b; // {"Record
const HEAD_END: u64 = 0x5b3a227364726f63; // cords":[

/** Slots of a record. */
let slots: i32 = 0;
let stride: i32 = 0;

export function setSlots(count: i32): void {
  slots = count;
  stride = SLOTS + count * 8;
}

export function oddFields(): i32 {
  return oddCount;
}

/** Behind the last record that was found, counted from LOG. */
let foundEnd: i32 = 0;

export function recordsEnd(): i32 {
  return foundEnd;
}

/**
 * Finds records one behind the other, up to one that is cut off or that the kernel does not take. The bytes lie at LOG,
 * so many of them, and behind them there is room.
 * @returns the number of records, whose spans lie at SPANS
 */
export function scanRecords(length: i32): i32 {
  pad(length);
  return findRecords(LOG);
}

/**
 * Scans the log file of so many bytes at LOG.
 * @returns the number of its records; -1 where the file is left to the host
 */
export function scan(length: i32): i32 {
  pad(length);
  let p = LOG + HEAD_BYTES;
  if (load<u64>(LOG) != HEAD_START || load<u64>(p - 8) != HEAD_END) return NOT_TAKEN;
  const count = load<u8>(p) == 0x5d ? 0 : findRecords(p);
  if (count > 0) p = LOG + foundEnd;
  if (load<u16>(p) != LIST_AND_OBJECT_END) return NOT_TAKEN;
  // A line may end behind it.
  for (p += 2; p < LOG + length && load<u8>(p) == 0x0a;) p++;
  return p == LOG + length ? count : NOT_TAKEN;
}

/** `]}` */
const LIST_AND_OBJECT_END: u16 = 0x7d5d;

function pad(length: i32): void {
  memory.fill(LOG + length, 0, LOG_PADDING);
  forgetOdd();
}

function findRecords(start: i32): i32 {
  let p = start;
  let count = 0;
  foundEnd = start - LOG;
  while (true) {
    const spans = SPANS + count * stride;
    if (spans + stride > SPANS_END || load<u8>(p) != 0x7b) break;
    store<i32>(spans, p - LOG);
    store<u64>(spans, 0, 8);
    // All bits set are -1: nothing was found yet.
    memory.fill(spans + SLOTS, 0xff, slots * 8);
    const oddBefore = oddCount;
    p = skipMembers(p, TABLES, spans, count);
    if (p < 0) {
      forgetOddFrom(oddBefore);
      break;
    }
    foundEnd = p - LOG;
    store<i32>(spans, foundEnd, 4);
    count++;
    if (load<u8>(p++) != 0x2c) break;
  }
  return count;
}
