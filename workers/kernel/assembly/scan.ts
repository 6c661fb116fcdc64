/** Finds the records of a log file and where their fields lie. */
import { NOT_TAKEN } from "./json";
import { LOG, LOG_PADDING, SPANS, SPANS_END, TABLES } from "./layout";
import { forgetOdd, oddCount, skipMembers, SLOTS } from "./members";

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

/**
 * Scans the log file of so many bytes at LOG, behind which there is room.
 * @returns the number of its records, whose spans lie at SPANS; -1 where the file is left to the host
 */
export function scan(length: i32): i32 {
  memory.fill(LOG + length, 0, LOG_PADDING);
  forgetOdd();
  let p = LOG;
  if (load<u64>(p) != HEAD_START || load<u64>(p + HEAD_BYTES - 8) != HEAD_END) return NOT_TAKEN;
  p += HEAD_BYTES;
  let count = 0;
  if (load<u8>(p) == 0x5d) p++;
  else {
    while (true) {
      const spans = SPANS + count * stride;
      if (spans + stride > SPANS_END || load<u8>(p) != 0x7b) return NOT_TAKEN;
      store<i32>(spans, p - LOG);
      store<u64>(spans, 0, 8);
      // All bits set are -1: nothing was found yet.
      memory.fill(spans + SLOTS, 0xff, slots * 8);
      p = skipMembers(p, TABLES, spans, count);
      if (p < 0) return NOT_TAKEN;
      store<i32>(spans, p - LOG, 4);
      count++;
      const next = load<u8>(p++);
      if (next == 0x5d) break;
      if (next != 0x2c) return NOT_TAKEN;
    }
  }
  if (load<u8>(p++) != 0x7d) return NOT_TAKEN;
  // A line may end behind it.
  while (p < LOG + length && load<u8>(p) == 0x0a) p++;
  return p == LOG + length ? count : NOT_TAKEN;
}
