import type { Buffer } from "node:buffer";

/** Methods that every Buffer has and its type leaves out; `toString` ends in them, after more checks. */
interface Sliceable {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

/** The text of bytes that are known to be ASCII. */
export function cutAscii(bytes: Buffer, start: number, end: number): string {
  return (bytes as unknown as Sliceable).latin1Slice(start, end);
}

/** The text of bytes that are known to be UTF-8. */
export function cutUtf8(bytes: Buffer, start: number, end: number): string {
  return (bytes as unknown as Sliceable).utf8Slice(start, end);
}
