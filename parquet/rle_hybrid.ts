/** Parquet's hybrid of runs and bit-packed groups, in which levels and dictionary indexes are written. */

import { kernel } from "../kernel/mod.ts";
import { isInKernel } from "./kernel_room.ts";

/** Widest value that is read or written; a dictionary has far fewer values than 2 ** 24. */
export const HYBRID_WIDTH_MAX = 24;

/**
 * Reads `count` values of `width` bits from `bytes`, which hold nothing else, into the beginning of `out`.
 * Throws Error where the bytes end before the values.
 */
export function readHybrid(
  bytes: Uint8Array,
  width: number,
  count: number,
  out: Int32Array,
): void {
  if (width <= HYBRID_WIDTH_MAX && isInKernel(bytes) && isInKernel(out)) {
    const [from, to] = [bytes.byteOffset, out.byteOffset];
    // What is wrong is found out below.
    if (kernel.readHybrid(from, bytes.length, width, count, to) !== 0) return;
  }
  if (width > HYBRID_WIDTH_MAX) throw new Error(`values of ${width} bits`);
  const mask = 2 ** width - 1;
  const valueBytes = (width + 7) >> 3;
  let at = 0;
  let row = 0;
  while (row < count) {
    let header = 0;
    for (let shift = 0;; shift += 7) {
      if (at >= bytes.length || shift > 28) throw new Error("a page ends before its values");
      const byte = bytes[at++];
      header |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    header >>>= 0;
    const isPacked = (header & 1) === 1;
    const inRun = (header >>> 1) * (isPacked ? 8 : 1);
    const runBytes = isPacked ? (header >>> 1) * width : valueBytes;
    if (inRun === 0) throw new Error("a page has a run of no values");
    // The last group may be cut where its values end.
    if (at + runBytes > bytes.length && !isPacked) throw new Error("a page ends before its values");
    const rowEnd = Math.min(row + inRun, count);
    if (isPacked) {
      if (at + Math.ceil((rowEnd - row) * width / 8) > bytes.length) {
        throw new Error("a page ends before its values");
      }
      unpack(bytes, at, width, out, row, rowEnd);
      row = rowEnd;
    } else {
      let value = 0;
      for (let i = 0; i < valueBytes; i++) value |= bytes[at + i] << (8 * i);
      out.fill(value & mask, row, rowEnd);
      row = rowEnd;
    }
    at += runBytes;
  }
}

/** Reads values of `width` bits, one behind the other from byte `at` on, into `out` from `row` to `rowEnd` (exclusive). */
function unpack(
  bytes: Uint8Array,
  at: number,
  width: number,
  out: Int32Array,
  row: number,
  rowEnd: number,
): void {
  const mask = 2 ** width - 1;
  // At most 23 bits are left over when eight more come in.
  let word = 0;
  let bits = 0;
  for (; row < rowEnd; row++) {
    for (; bits < width; bits += 8) word |= bytes[at++] << bits;
    out[row] = word & mask;
    word >>>= width;
    bits -= width;
  }
}

/** Bytes that `count` values take at most: a group of eight and the head of a run, or a run of eight or more. */
export function hybridBytesMax(count: number, width: number): number {
  return Math.ceil(count / 8 + 1) * (width + 14);
}

/** Writes the first `count` values at `at`, where there is room for them. @returns where they end. */
export function writeHybrid(
  values: Int32Array,
  count: number,
  width: number,
  out: Uint8Array,
  at: number,
): number {
  let row = 0;
  let packedFrom = 0;
  const flush = () => {
    if (packedFrom < row) {
      at = writePacked(values, packedFrom, Math.min(row, count), width, out, at);
    }
  };
  while (row < count) {
    const value = values[row];
    let end = row + 1;
    while (end < count && values[end] === value) end++;
    if (end - row < 8) {
      row += 8;
      continue;
    }
    flush();
    at = writeVarint((end - row) * 2, out, at);
    for (let bits = 0; bits < width; bits += 8) out[at++] = value >>> bits;
    packedFrom = row = end;
  }
  flush();
  return at;
}

function writePacked(
  values: Int32Array,
  from: number,
  to: number,
  width: number,
  out: Uint8Array,
  at: number,
): number {
  const groups = Math.ceil((to - from) / 8);
  at = writeVarint(groups * 2 + 1, out, at);
  const end = at + groups * width;
  let word = 0;
  let bits = 0;
  for (let row = from; row < to; row++) {
    word |= values[row] << bits;
    for (bits += width; bits >= 8; bits -= 8, word >>>= 8) out[at++] = word;
  }
  if (bits > 0) out[at++] = word;
  out.fill(0, at, end);
  return end;
}

/** Writes an unsigned number in groups of seven bits. @returns where it ends. */
export function writeVarint(value: number, out: Uint8Array, at: number): number {
  for (; value > 0x7f; value = Math.floor(value / 128)) out[at++] = (value & 0x7f) | 0x80;
  out[at++] = value;
  return at;
}
