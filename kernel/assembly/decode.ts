/** Loops of decoding and joining columns: parquet/decode_chunk.ts and parquet/join_columns.ts have the same. */

/** Puts numbers from one on in place of levels, -1 where one is not 1. @returns the number behind the last */
export function numberLevels(levels: i32, count: i32, isFull: bool, first: i32): i32 {
  let code = first;
  for (let at = levels; at < levels + count * 4; at += 4) {
    const isPresent = isFull || load<i32>(at) == 1;
    store<i32>(at, isPresent ? code : -1);
    code += i32(isPresent);
  }
  return code;
}

/** Puts values in place of the levels, -1 where one is not 1. @returns how many were put, of at most so many */
export function putValues(values: i32, valueCount: i32, levels: i32, count: i32): i32 {
  let next = 0;
  for (let at = levels; at < levels + count * 4; at += 4) {
    if (load<i32>(at) != 1) store<i32>(at, -1);
    else {
      store<i32>(at, next < valueCount ? load<i32>(values + next * 4) : -1);
      next++;
    }
  }
  return next;
}

/** Whether all numbers are below a bound. */
export function areBelow(numbers: i32, count: i32, bound: i32): bool {
  let most = -1;
  for (let at = numbers; at < numbers + count * 4; at += 4) most = max(most, load<i32>(at));
  return most < bound;
}

/**
 * Finds where the values of plain bytes begin: behind the four bytes of their length, or each eight bytes on.
 * @returns whether the bytes hold that many values
 */
export function findStarts(bytes: i32, length: i32, count: i32, gap: i32, starts: i32): bool {
  let at: i64 = gap;
  for (let value = 0; value < count; value++) {
    if (at > length) return false;
    store<i32>(starts + value * 4, i32(at));
    at += gap == 0 ? 8 : gap + <i64> load<u32>(bytes + i32(at) - 4);
    if (at - gap > length) return false;
  }
  store<i32>(starts + count * 4, i32(at));
  return true;
}

/** Copies numbers, each greater by as much; -1 stays. */
export function addToCodes(from: i32, count: i32, by: i32, to: i32): void {
  for (let i = 0; i < count * 4; i += 4) {
    const code = load<i32>(from + i);
    store<i32>(to + i, code < 0 ? -1 : code + by);
  }
}

/** Copies positions, each greater by as much. */
export function addToStarts(from: i32, count: i32, by: i32, to: i32): void {
  for (let i = 0; i < count * 4; i += 4) store<i32>(to + i, load<i32>(from + i) + by);
}
