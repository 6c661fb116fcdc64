import { boolColumn, type ByteColumn, byteColumn, gapOf, narrowColumn } from "./byte_column.ts";
import { kernel } from "../kernel/mod.ts";
import type { Column } from "./columns.ts";
import { isInKernel } from "./kernel_room.ts";
import { OWN_ROOM, type Room } from "./room.ts";

/** Rows of a decoded row group, from one on to another (exclusive). */
export interface RowExtent {
  readonly from: number;
  readonly to: number;
}

/** With fewer of a row group's rows, only their values are taken over. */
const NARROW_SHARE_MAX = 0.5;
/**
 * One column of several row groups, some rows of each, as if they were one row group. Numbers of equal values of two
 * groups differ.
 * @param sources at least one
 * @param room for what is joined
 */
export function joinColumns(
  column: Column,
  sources: readonly ByteColumn[],
  extents: readonly RowExtent[],
  room: Room = OWN_ROOM,
): ByteColumn {
  const parts = sources.map((source, i) => partOf(source, extents[i]));
  const [first] = parts;
  if (parts.length === 1) return { ...first.source, codes: first.codes };
  const rowCount = parts.reduce((sum, { codes }) => sum + codes.length, 0);
  const codes = room.int32(rowCount);
  if (column.type === "bool") {
    let row = 0;
    for (const part of parts) {
      codes.set(part.codes, row);
      row += part.codes.length;
    }
    return boolColumn(codes);
  }
  const gap = gapOf(column);
  const valueCount = parts.reduce((sum, { source }) => sum + source.starts.length - 1, 0);
  const byteLength = parts.reduce((sum, { source }) => sum + endOf(source), 0);
  const bytes = room.bytes(byteLength);
  const starts = room.uint32(valueCount + 1);
  let [row, value, at] = [0, 0, 0];
  for (const { source, codes: own } of parts) {
    addToCodes(own, value, codes, row);
    const count = source.starts.length - 1;
    // The end of a group's last value is where the next one's first begins.
    addToStarts(source.starts, at, starts, value);
    const end = endOf(source);
    bytes.set(end === source.bytes.length ? source.bytes : source.bytes.subarray(0, end), at);
    row += own.length;
    value += count;
    at += end;
  }
  return byteColumn({ codes, bytes, starts, gap });
}

function partOf(source: ByteColumn, { from, to }: RowExtent) {
  const { codes } = source;
  if (to - from < codes.length * NARROW_SHARE_MAX) {
    const narrow = narrowColumn(source, from, to);
    return { source: narrow, codes: narrow.codes };
  }
  return { source, codes: to - from === codes.length ? codes : codes.subarray(from, to) };
}

// Loops in functions of their own are compiled once, and stay so; the kernel has the same.

function addToCodes(from: Int32Array, by: number, to: Int32Array, at: number): void {
  if (isInKernel(from) && isInKernel(to)) {
    return kernel.addToCodes(from.byteOffset, from.length, by, to.byteOffset + at * 4);
  }
  for (let i = 0; i < from.length; i++) to[at + i] = from[i] < 0 ? -1 : from[i] + by;
}

function addToStarts(from: Uint32Array, by: number, to: Uint32Array, at: number): void {
  if (isInKernel(from) && isInKernel(to)) {
    return kernel.addToStarts(from.byteOffset, from.length, by, to.byteOffset + at * 4);
  }
  for (let i = 0; i < from.length; i++) to[at + i] = from[i] + by;
}

/** Where a source's values end: they begin with its bytes. */
function endOf({ starts, gap }: ByteColumn): number {
  return starts[starts.length - 1] - gap;
}
