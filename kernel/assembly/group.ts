/** Groups rows that have all of a few numbers in common. */
import { HASHES, INDEXES, PLACES, ROWS_MAX, STARTS, TUPLES } from "./layout";

/** From one of a row's numbers at TUPLES to the next. */
const STRIDE: i32 = ROWS_MAX * 4;

/**
 * Numbers the groups in the order in which they come first: for each row its group goes to INDEXES, for each group its
 * first row to STARTS. @returns how many groups there are
 */
export function groupTuples(count: i32, width: i32): i32 {
  let mask = 255;
  while (mask < count * 2 && mask < ROWS_MAX * 2 - 1) mask = mask * 2 + 1;
  memory.fill(PLACES, 0, (mask + 1) * 4);
  let groups = 0;
  for (let row = 0; row < count; row++) {
    const hash = hashOfTuple(row, width);
    let place = hash & mask;
    let group: i32;
    while (true) {
      group = load<i32>(PLACES + place * 4) - 1;
      if (group < 0) break;
      if (load<i32>(HASHES + group * 4) == hash && areAlike(load<i32>(STARTS + group * 4), row, width)) {
        break;
      }
      place = (place + 1) & mask;
    }
    if (group < 0) {
      group = groups++;
      store<i32>(PLACES + place * 4, groups);
      store<i32>(HASHES + group * 4, hash);
      store<i32>(STARTS + group * 4, row);
    }
    store<i32>(INDEXES + row * 4, group);
  }
  return groups;
}

function hashOfTuple(row: i32, width: i32): i32 {
  let hash: u64 = 0;
  const end = TUPLES + row * 4 + width * STRIDE;
  for (let at = TUPLES + row * 4; at < end; at += STRIDE) {
    hash = (rotl<u64>(hash, 23) ^ <u64> load<u32>(at)) * 0x9e3779b97f4a7c15;
  }
  return i32(hash >> 33);
}

function areAlike(a: i32, b: i32, width: i32): bool {
  for (let at = TUPLES; at < TUPLES + width * STRIDE; at += STRIDE) {
    if (load<i32>(at + a * 4) != load<i32>(at + b * 4)) return false;
  }
  return true;
}
