import type { ColumnMetaData } from "hyparquet";
import { boolColumn, type ByteColumn, byteColumn, gapOf } from "./byte_column.ts";
import type { Column } from "./columns.ts";
import { countOf, ENCODING, type Fields, PAGE, readPageHeader, structOf } from "./page_header.ts";
import { kernel } from "../kernel/mod.ts";
import { isInKernel } from "./kernel_room.ts";
import { readHybrid } from "./rle_hybrid.ts";
import { OWN_ROOM, type Room } from "./room.ts";
import { decompress } from "./zstd.ts";

/** A value's place among plain bytes. */
type Values = Pick<ByteColumn, "bytes" | "starts">;

/** A data page whose values are not read yet; the levels of its rows are 1 where there is a value, if some have none. */
interface Page {
  readonly levels: Int32Array;
  readonly encoding: number;
  readonly present: number;
  readonly bytes: Uint8Array;
}

/**
 * Decodes a column chunk as this program writes it, without making values of JavaScript.
 * Throws Error where it is damaged.
 * @param isOptional whether the column may hold nulls
 * @param room for what is decoded
 * @returns null where it is encoded in a way that this program does not write
 */
export function decodeChunk(
  bytes: Uint8Array,
  data: Pick<ColumnMetaData, "codec" | "num_values">,
  column: Column,
  isOptional: boolean,
  room: Room = OWN_ROOM,
): ByteColumn | null {
  if (data.codec !== "ZSTD" && data.codec !== "UNCOMPRESSED") return null;
  const unpack = (packed: Uint8Array, size: number) =>
    data.codec === "ZSTD" ? decompress(packed, size, room) : room.hold(packed);
  const codes = room.int32(Number(data.num_values));
  const pages: Page[] = [];
  let dictionary: Values | null = null;
  let rows = 0;
  for (let at = 0; at < bytes.length;) {
    const { fields, end } = readPageHeader(bytes, at);
    at = end + countOf(fields, 3);
    if (at > bytes.length) throw new Error("a page is cut off");
    const packed = bytes.subarray(end, at);
    if (fields[1] === PAGE.dictionary) {
      const size = countOf(structOf(fields, 7), 1);
      dictionary = plainValues([unpack(packed, countOf(fields, 2))], size, gapOf(column), room);
    } else if (fields[1] === PAGE.dataV2) {
      const levels = codes.subarray(rows, rows += countOf(structOf(fields, 8), 1));
      pages.push(readPage(fields, packed, levels, isOptional, unpack, room));
    } else return null;
  }
  if (rows !== codes.length) throw new Error(`a chunk has ${rows} of ${codes.length} rows`);
  const present = pages.reduce((sum, page) => sum + page.present, 0);
  const isAll = (encoding: number) => pages.every((page) => page.encoding === encoding);
  if (column.type === "bool") return readBools(codes, pages, room);
  if (dictionary !== null && isAll(ENCODING.rleDictionary)) {
    return readIndexes(codes, pages, dictionary, gapOf(column), room);
  }
  if (!isAll(ENCODING.plain)) return null;
  let code = 0;
  for (const page of pages) code = numberRows(page, code);
  if (code !== present) throw new Error("a page's nulls are not counted");
  const gap = gapOf(column);
  const values = plainValues(pages.map((page) => page.bytes), present, gap, room);
  return byteColumn({ codes, ...values, gap });
}

/** Puts numbers from one on in place of the levels, -1 where a row has no value. @returns the number behind the last */
function numberRows({ levels, present }: Page, code: number): number {
  const isFull = present === levels.length;
  if (isInKernel(levels)) {
    return kernel.numberLevels(levels.byteOffset, levels.length, isFull ? 1 : 0, code);
  }
  for (let i = 0; i < levels.length; i++) levels[i] = isFull || levels[i] === 1 ? code++ : -1;
  return code;
}

/** Reads a page's levels, 1 where there is a value, into `levels`. */
function readPage(
  fields: Fields,
  packed: Uint8Array,
  levels: Int32Array,
  isOptional: boolean,
  unpack: (packed: Uint8Array, size: number) => Uint8Array,
  room: Room,
): Page {
  const head = structOf(fields, 8);
  const levelBytes = countOf(head, 5) + countOf(head, 6);
  const nulls = countOf(head, 2);
  // The kernel would take what is far below 0 for a number above it.
  if (nulls > levels.length) throw new Error("a page's nulls are not counted");
  if (isOptional && nulls > 0) {
    readHybrid(room.hold(packed.subarray(0, levelBytes)), 1, levels.length, levels);
  }
  const body = packed.subarray(levelBytes);
  return {
    levels,
    encoding: countOf(head, 4),
    present: levels.length - nulls,
    bytes: head[7] === 0 ? room.hold(body) : unpack(body, countOf(fields, 2) - levelBytes),
  };
}

/** Finds the values of plain pages, which it puts together. */
function plainValues(
  pages: readonly Uint8Array[],
  count: number,
  gap: number,
  room: Room,
): Values {
  const bytes = pages.length === 1 ? pages[0] : concat(pages, room);
  const starts = room.uint32(count + 1);
  if (isInKernel(bytes) && isInKernel(starts)) {
    const [from, to] = [bytes.byteOffset, starts.byteOffset];
    if (kernel.findStarts(from, bytes.length, count, gap, to) === 0) {
      throw new Error("a page ends before its values");
    }
    return { bytes, starts };
  }
  let at = gap;
  for (let v = 0; v < count; v++) {
    starts[v] = at;
    if (gap === 0) at += 8;
    else {
      const p = at - 4;
      at += gap +
        ((bytes[p] | bytes[p + 1] << 8 | bytes[p + 2] << 16 | bytes[p + 3] << 24) >>> 0);
    }
    if (at - gap > bytes.length) throw new Error("a page ends before its values");
  }
  starts[count] = at;
  return { bytes, starts };
}

function concat(pages: readonly Uint8Array[], room: Room): Uint8Array {
  const bytes = room.bytes(pages.reduce((sum, page) => sum + page.length, 0));
  let at = 0;
  for (const page of pages) {
    bytes.set(page, at);
    at += page.length;
  }
  return bytes;
}

function readIndexes(
  codes: Int32Array,
  pages: readonly Page[],
  dictionary: Values,
  gap: number,
  room: Room,
): ByteColumn {
  const count = dictionary.starts.length - 1;
  spread(pages, room, ({ bytes, present }, out) => {
    if (bytes.length > 0) readHybrid(bytes.subarray(1), bytes[0], present, out);
    else if (present > 0) throw new Error("a page has no values");
    if (!areBelow(out, present, count)) {
      throw new Error("a page names a value that its dictionary lacks");
    }
  });
  return byteColumn({ codes, ...dictionary, gap });
}

function areBelow(numbers: Int32Array, count: number, bound: number): boolean {
  if (isInKernel(numbers)) return kernel.areBelow(numbers.byteOffset, count, bound) !== 0;
  for (let i = 0; i < count; i++) if (numbers[i] >= bound) return false;
  return true;
}

function readBools(codes: Int32Array, pages: readonly Page[], room: Room): ByteColumn | null {
  if (pages.some(({ encoding }) => encoding !== ENCODING.plain && encoding !== ENCODING.rle)) {
    return null;
  }
  spread(pages, room, ({ bytes, present, encoding }, out) => {
    // Runs are preceded by their length.
    if (encoding === ENCODING.rle) return readHybrid(bytes.subarray(4), 1, present, out);
    if (bytes.length * 8 < present) throw new Error("a page ends before its values");
    for (let i = 0; i < present; i++) out[i] = (bytes[i >> 3] >> (i & 7)) & 1;
  });
  return boolColumn(codes);
}

/** Puts the numbers of each page's values in place of the levels; -1 where a row has none. */
function spread(
  pages: readonly Page[],
  room: Room,
  read: (page: Page, out: Int32Array) => void,
): void {
  const most = pages.reduce(
    (max, { present, levels }) => Math.max(max, present === levels.length ? 0 : present),
    0,
  );
  const values = room.int32(most);
  for (const page of pages) {
    const { levels } = page;
    if (page.present === levels.length) {
      read(page, levels);
      continue;
    }
    read(page, values);
    if (putValues(values, page.present, levels) !== page.present) {
      throw new Error("a page's nulls are not counted");
    }
  }
}

/** Puts values in place of the levels, -1 where a row has none. @returns how many were put */
function putValues(values: Int32Array, count: number, levels: Int32Array): number {
  if (isInKernel(values) && isInKernel(levels)) {
    return kernel.putValues(values.byteOffset, count, levels.byteOffset, levels.length);
  }
  let next = 0;
  for (let i = 0; i < levels.length; i++) levels[i] = levels[i] === 1 ? values[next++] : -1;
  return next;
}
