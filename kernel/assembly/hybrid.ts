/** Parquet's hybrid of runs and bit-packed groups, as parquet/rle_hybrid.ts reads and writes it, to the byte. */

/**
 * Reads values of so many bits, up to 24.
 * @returns whether the bytes are a hybrid of that many values; it is not told what is wrong with them
 */
export function readHybrid(bytes: i32, length: i32, width: i32, count: i32, out: i32): bool {
  const bytesEnd = bytes + length;
  const mask: u64 = ((<u64> 1) << (<u64> width)) - 1;
  const valueBytes = (width + 7) >> 3;
  const end = out + count * 4;
  let at = bytes;
  let to = out;
  while (to < end) {
    let header: u32 = 0;
    for (let shift = 0;; shift += 7) {
      if (at >= bytesEnd || shift > 28) return false;
      const byte = <u32> load<u8>(at++);
      header |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const groups = <i64> (header >>> 1);
    if (groups == 0) return false;
    const left = (end - to) >> 2;
    if ((header & 1) == 1) {
      const inRun = i32(min<i64>(groups * 8, left));
      // The last group may be cut where its values end.
      if (<i64> at + ((<i64> inRun * width + 7) >> 3) > bytesEnd) return false;
      let bit: u64 = 0;
      for (let i = 0; i < inRun; i++, bit += width) {
        const word = load<u64>(at + i32(bit >> 3)) >> (bit & 7);
        store<i32>(to + i * 4, i32(word & mask));
      }
      to += inRun * 4;
      at = i32(min<i64>(<i64> at + groups * width, bytesEnd));
    } else {
      if (at + valueBytes > bytesEnd) return false;
      const value = i32(load<u32>(at) & <u32> mask);
      const inRun = i32(min<i64>(groups, left));
      for (let i = 0; i < inRun; i++) store<i32>(to + i * 4, value);
      to += inRun * 4;
      at += valueBytes;
    }
  }
  return true;
}

/** Writes values of so many bits. @returns where they end; behind them up to eight bytes may be written to */
export function writeHybrid(values: i32, count: i32, width: i32, out: i32): i32 {
  let at = out;
  let row = 0;
  let packedFrom = 0;
  while (row < count) {
    const value = load<i32>(values + row * 4);
    let end = row + 1;
    while (end < count && load<i32>(values + end * 4) == value) end++;
    if (end - row < 8) {
      row += 8;
      continue;
    }
    if (packedFrom < row) at = writePacked(values, packedFrom, row, width, at);
    at = writeVarint((end - row) * 2, at);
    for (let bits = 0; bits < width; bits += 8) store<u8>(at++, value >>> bits);
    packedFrom = row = end;
  }
  return packedFrom < row ? writePacked(values, packedFrom, min(row, count), width, at) : at;
}

function writePacked(values: i32, from: i32, to: i32, width: i32, out: i32): i32 {
  const groups = (to - from + 7) >> 3;
  let at = writeVarint(groups * 2 + 1, out);
  const end = at + groups * width;
  let word: u64 = 0;
  let bits = 0;
  for (let row = from; row < to; row++) {
    word |= (<u64> load<u32>(values + row * 4)) << (<u64> bits);
    bits += width;
    if (bits >= 32) {
      store<u32>(at, <u32> word);
      at += 4;
      word >>= 32;
      bits -= 32;
    }
  }
  for (; at < end; at++) {
    store<u8>(at, <u8> word);
    word >>= 8;
  }
  return end;
}

/** Writes an unsigned number in groups of seven bits. @returns where it ends */
export function writeVarint(value: i32, out: i32): i32 {
  let at = out;
  let rest = <u32> value;
  for (; rest > 0x7f; rest >>= 7) store<u8>(at++, <u8> ((rest & 0x7f) | 0x80));
  store<u8>(at++, <u8> rest);
  return at;
}
