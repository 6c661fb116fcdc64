import type { Column } from "./columns.ts";

/**
 * A column's values as Parquet's plain bytes: rows name values by number, so that they can be moved, compared and
 * counted without becoming values of JavaScript. A timestamp has eight bytes, a boolean one, a text its UTF-8.
 */
export interface ByteColumn extends PlainValues {
  /** For each row the number of its value; -1 where it is null. */
  readonly codes: Int32Array;
  /** Whether it is known that no two values are equal. */
  readonly areDistinct?: boolean;
}

/** Values by number. */
export interface PlainValues {
  readonly bytes: Uint8Array;
  /** The same bytes. */
  readonly view: DataView;
  /** Value `v` lies from `starts[v]` to `starts[v + 1] - gap`. */
  readonly starts: Uint32Array;
  /** Bytes between two values: the four of a text's length, none otherwise. */
  readonly gap: number;
}

/** A column of its parts. */
export function byteColumn(
  column: Omit<ByteColumn, "view">,
): ByteColumn {
  const { buffer, byteOffset, byteLength } = column.bytes;
  return { ...column, view: new DataView(buffer, byteOffset, byteLength) };
}

/** What stands before each value of a column, as in `ByteColumn`. */
export function gapOf(column: Column): 0 | 4 {
  return column.type === "string" || column.type === "json" ? 4 : 0;
}

const BOOL_BYTES = Uint8Array.of(0, 1);
const BOOL_STARTS = Uint32Array.of(0, 1, 2);

/** A column of booleans, whose codes are 0, 1, and -1 for null. */
export function boolColumn(codes: Int32Array): ByteColumn {
  return byteColumn({ codes, bytes: BOOL_BYTES, starts: BOOL_STARTS, gap: 0 });
}

const encoder = new TextEncoder();

/**
 * The bytes of values that were decoded otherwise, such as those of an encoding that this program never writes. Throws
 * TypeError where they are of another type than the column's.
 */
export function columnOfValues(column: Column, values: readonly unknown[]): ByteColumn {
  if (column.type === "bool") {
    return boolColumn(Int32Array.from(values, (value) => value === null ? -1 : value ? 1 : 0));
  }
  const gap = gapOf(column);
  const list = values.map((value) => plainOf(value, gap));
  const sizeOf = (value: Uint8Array | number) => typeof value === "number" ? 8 : value.length;
  const present = list.filter((value) => value !== null);
  const bytes = new Uint8Array(present.reduce<number>((sum, v) => sum + gap + sizeOf(v), 0));
  const starts = new Uint32Array(present.length + 1);
  const view = new DataView(bytes.buffer);
  let at = gap;
  present.forEach((value, v) => {
    starts[v] = at;
    if (typeof value === "number") view.setBigInt64(at, BigInt(value), true);
    else bytes.set(value, at);
    if (gap === 4) view.setUint32(at - 4, sizeOf(value), true);
    at += sizeOf(value) + gap;
  });
  starts[present.length] = at;
  let code = 0;
  const codes = Int32Array.from(values, (value) => value === null ? -1 : code++);
  return byteColumn({ codes, bytes, starts, gap });
}

/** A text is bytes, as others write it too. What else a reader makes of a file may claim any length. */
function plainOf(value: unknown, gap: 0 | 4): Uint8Array | number | null {
  if (value === null || typeof value === "number") return value;
  if (gap === 4 && typeof value === "string") return encoder.encode(value);
  if (gap === 4 && value instanceof Uint8Array) return value;
  throw new TypeError("a column's values are not of its type");
}

/**
 * The rows `from` to `to` (exclusive) as a column that holds no more than their values, so that what a row group has
 * beside them can go.
 */
export function narrowColumn(column: ByteColumn, from: number, to: number): ByteColumn {
  const { bytes, starts, gap } = column;
  const codes = column.codes.slice(from, to);
  if (bytes === BOOL_BYTES) return boolColumn(codes);
  const numbers = new Map<number, number>();
  let size = gap;
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row];
    if (code < 0) continue;
    let number = numbers.get(code);
    if (number === undefined) {
      numbers.set(code, number = numbers.size);
      size += starts[code + 1] - starts[code];
    }
    codes[row] = number;
  }
  const narrow = new Uint8Array(size - gap);
  const narrowStarts = new Uint32Array(numbers.size + 1);
  let at = 0;
  for (const [code, number] of numbers) {
    narrow.set(bytes.subarray(starts[code] - gap, starts[code + 1] - gap), at);
    narrowStarts[number] = at + gap;
    at += starts[code + 1] - starts[code];
  }
  narrowStarts[numbers.size] = at + gap;
  return byteColumn({ codes, bytes: narrow, starts: narrowStarts, gap });
}

// A byte order mark belongs to a value as every other character does.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text of a row; null where it is null. */
export function textAt({ codes, bytes, starts, gap }: ByteColumn, row: number): string | null {
  const code = codes[row];
  return code < 0 ? null : decoder.decode(bytes.subarray(starts[code], starts[code + 1] - gap));
}

/** The value of a row, as `ColumnType` has it. */
export function valueAt(
  { type }: Column,
  column: ByteColumn,
  row: number,
): string | number | boolean | null {
  const code = column.codes[row];
  if (code < 0) return null;
  if (type === "bool") return code === 1;
  if (type === "string" || type === "json") return textAt(column, row);
  return int64At(column.view, column.starts[code]);
}

/** Eight bytes as a whole number within 2 ** 53. */
export function int64At(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

/** Writes a whole number within 2 ** 53 as eight bytes. */
export function setInt64(view: DataView, at: number, value: number): void {
  const high = Math.floor(value / 2 ** 32);
  view.setInt32(at + 4, high, true);
  view.setUint32(at, value - high * 2 ** 32, true);
}
