/** Bytes at two places: copied, compared, hashed. Up to 15 bytes behind them may be read, and written to. */

/** Bytes are copied in steps of sixteen, the last of which may reach behind them. */
export const SLACK: i32 = 16;

/** Copies so many bytes, and up to `SLACK` more. */
export function copyBytes(to: i32, from: i32, size: i32): void {
  if (size > 256) memory.copy(to, from, size);
  else for (let i = 0; i < size; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Whether so many bytes at two places are the same. */
export function areEqual(a: i32, b: i32, size: i32): bool {
  let i = 0;
  for (; i + 8 <= size; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  if (i == size) return true;
  return ((load<u64>(a + i) ^ load<u64>(b + i)) & lowBytes(size - i)) == 0;
}

/** A hash of bytes; whoever uses it compares them too. */
export function hashOf(start: i32, size: i32): i32 {
  let hash: u64 = <u64> size;
  let i = 0;
  for (; i + 8 <= size; i += 8) hash = mixed(hash, load<u64>(start + i));
  if (i < size) hash = mixed(hash, load<u64>(start + i) & lowBytes(size - i));
  hash ^= hash >> 32;
  return i32(hash) & 0x7fffffff;
}

// @ts-ignore: a decorator of functions
@inline
function mixed(hash: u64, word: u64): u64 {
  const product = (rotl<u64>(hash, 23) ^ word) * 0x9e3779b97f4a7c15;
  return product ^ (product >> 29);
}

// @ts-ignore: a decorator of functions
@inline
export function lowBytes(count: i32): u64 {
  return ((<u64> 1) << (<u64> count * 8)) - 1;
}
