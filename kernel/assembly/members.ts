/** Passes over objects whose members are known by name, and notes where these lie. */
import { isEscaped, NOT_TAKEN, skipString, skipValue } from "./json";
import { LOG, ODD, ODD_END } from "./layout";

/**
 * A table of names: their number, the first one that came last time, then entries of 64 bytes. An entry has the name's
 * length, the slot of its value, the table of the value's own members or 0, the entry that followed last time, and
 * from byte 16 on the name with zeros behind it.
 */
const COUNT: i32 = 0;
const FIRST: i32 = 4;
const ENTRIES: i32 = 8;
const ENTRY: i32 = 64;
const NAME_LENGTH: i32 = 0;
const SLOT: i32 = 4;
const MEMBERS: i32 = 8;
const FOLLOWER: i32 = 12;
const NAME: i32 = 16;

/** A record's spans: its start and end, a bit for each slot that is a string with escapes, then start and end by slot. */
export const ESCAPES: i32 = 8;
export const SLOTS: i32 = 16;

/** Fields without a slot so far. */
export let oddCount: i32 = 0;

export function forgetOdd(): void {
  oddCount = 0;
}

export function forgetOddFrom(count: i32): void {
  oddCount = count;
}

// @ts-ignore: a decorator of functions
@inline
function isNamed(entry: i32, start: i32, length: i32): bool {
  if (load<i32>(entry, NAME_LENGTH) != length) return false;
  let i = 0;
  for (; i + 8 <= length; i += 8) {
    if (load<u64>(entry + i, NAME) != load<u64>(start + i)) return false;
  }
  if (i == length) return true;
  const mask = ((<u64> 1) << (<u64> (length - i) * 8)) - 1;
  return load<u64>(entry + i, NAME) == (load<u64>(start + i) & mask);
}

/** The entry of a name, 0 if there is none. CloudTrail writes its fields in one order: what followed last is tried first. */
function entryOf(table: i32, likelyAt: i32, start: i32, length: i32): i32 {
  const likely = load<i32>(likelyAt);
  if (likely != 0 && isNamed(likely, start, length)) return likely;
  const end = table + ENTRIES + load<i32>(table, COUNT) * ENTRY;
  for (let entry = table + ENTRIES; entry < end; entry += ENTRY) {
    if (isNamed(entry, start, length)) {
      store<i32>(likelyAt, entry);
      return entry;
    }
  }
  return 0;
}

/**
 * Passes over the object at `start` and notes where the values of a table's names lie.
 * @param spans of the record
 * @param record its number where other names are noted too, -1 where they are passed over
 * @returns the position behind the object
 */
export function skipMembers(start: i32, table: i32, spans: i32, record: i32): i32 {
  let p = start + 1;
  if (load<u8>(p) == 0x7d) return p + 1;
  let likelyAt = table + FIRST;
  while (true) {
    const nameStart = p + 1;
    if (load<u8>(p) != 0x22) return NOT_TAKEN;
    p = skipString(p);
    // An escaped name may be any.
    if (p < 0 || isEscaped || load<u8>(p) != 0x3a) return NOT_TAKEN;
    const nameEnd = p++ - 1;
    const valueStart = p;
    const entry = entryOf(table, likelyAt, nameStart, nameEnd - nameStart);
    if (entry == 0) {
      p = skipValue(p);
      if (p < 0) return NOT_TAKEN;
      if (record >= 0 && !addOdd(record, nameStart, nameEnd, valueStart, p)) return NOT_TAKEN;
    } else {
      const slot = load<i32>(entry, SLOT);
      const span = spans + SLOTS + slot * 8;
      // Of a name that comes twice the last value counts, and the first must not be lost.
      if (load<i32>(span) >= 0) return NOT_TAKEN;
      const members = load<i32>(entry, MEMBERS);
      if (members != 0 && load<u8>(p) == 0x7b) p = skipMembers(p, members, spans, -1);
      else {
        p = skipValue(p);
        if (p >= 0 && load<u8>(valueStart) == 0x22 && isEscaped) {
          store<u64>(spans, load<u64>(spans, ESCAPES) | ((<u64> 1) << (<u64> slot)), ESCAPES);
        }
      }
      if (p < 0) return NOT_TAKEN;
      store<i32>(span, valueStart - LOG);
      store<i32>(span, p - LOG, 4);
      likelyAt = entry + FOLLOWER;
    }
    const next = load<u8>(p++);
    if (next == 0x7d) return p;
    if (next != 0x2c) return NOT_TAKEN;
  }
}

function addOdd(record: i32, nameStart: i32, nameEnd: i32, start: i32, end: i32): bool {
  const at = ODD + oddCount * 20;
  if (at + 20 > ODD_END) return false;
  store<i32>(at, record);
  store<i32>(at, nameStart - LOG, 4);
  store<i32>(at, nameEnd - LOG, 8);
  store<i32>(at, start - LOG, 12);
  store<i32>(at, end - LOG, 16);
  oddCount++;
  return true;
}
