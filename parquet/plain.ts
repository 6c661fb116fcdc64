import { Buffer } from "node:buffer";
import type { ByteBuffer } from "./byte_buffer.ts";

/** A text, or its UTF-8 where it is large. */
export type Text = string | Uint8Array;

/** A text's length stands before it, in four bytes. */
const LENGTH_BYTES = 4;
const NO_LENGTH = "\0".repeat(LENGTH_BYTES);
/** Texts that are put together and encoded at once; their length fits into the first byte of the four. */
const JOINED_TEXTS_MAX = 512;
const JOINED_TEXT_MAX = 127;
/** Of a longer text the bytes are counted before room is made for them: UTF-8 takes up to three for a character. */
const UNCOUNTED_TEXT_MAX = 64 * 1024;

const encoder = new TextEncoder();

/** Where a page of about so many bytes ends that begins with the text at `from`: at the next one at the earliest. */
export function plainPageEnd(texts: readonly Text[], from: number, bytesMax: number): number {
  let end = from;
  for (let bytes = 0; end < texts.length; end++) {
    bytes += LENGTH_BYTES + texts[end].length;
    if (bytes > bytesMax && end > from) break;
  }
  return end;
}

/**
 * Appends texts as PLAIN byte arrays (Encodings.md of apache/parquet-format): each one's length, then its UTF-8.
 * Encoding many short texts at once costs a seventh of encoding one by one: while all of a batch is ASCII, which is
 * nearly always, the texts' own lengths tell where each one lies.
 */
export function appendPlainTexts(
  out: ByteBuffer,
  texts: readonly Text[],
  from: number,
  to: number,
): void {
  let i = from;
  while (i < to) {
    let end = i;
    while (end < to && end - i < JOINED_TEXTS_MAX && isShort(texts[end])) end++;
    if (end - i > 1 && appendJoined(out, texts.slice(i, end))) i = end;
    else {
      appendText(out, texts[i++]);
      while (i < end) appendText(out, texts[i++]);
    }
  }
}

/** Appends whole numbers within 2^53 as PLAIN INT64: eight bytes each, the lowest first. */
export function appendPlainInt64s(out: ByteBuffer, values: readonly number[]): void {
  out.reserve(values.length * 8);
  const { view } = out;
  let at = out.length;
  for (let i = 0; i < values.length; i++, at += 8) {
    const value = values[i];
    view.setUint32(at, value >>> 0, true);
    view.setInt32(at + 4, Math.floor(value / 2 ** 32), true);
  }
  out.length = at;
}

function isShort(text: Text): boolean {
  return text.length <= JOINED_TEXT_MAX && typeof text === "string";
}

/** @returns false, and nothing is appended, where a text is not ASCII. */
function appendJoined(out: ByteBuffer, texts: readonly Text[]): boolean {
  const joined = NO_LENGTH + texts.join(NO_LENGTH);
  out.reserve(joined.length * 3);
  const { bytes } = out;
  const { written } = encoder.encodeInto(joined, bytes.subarray(out.length));
  if (written !== joined.length) return false;
  let at = out.length;
  for (let i = 0; i < texts.length; i++) {
    const { length } = texts[i];
    bytes[at] = length;
    at += LENGTH_BYTES + length;
  }
  out.length = at;
  return true;
}

function appendText(out: ByteBuffer, text: Text): void {
  const at = out.length;
  if (typeof text === "string") {
    const isCounted = text.length > UNCOUNTED_TEXT_MAX;
    out.reserve(LENGTH_BYTES + (isCounted ? Buffer.byteLength(text) : text.length * 3));
    out.length += LENGTH_BYTES;
    out.length += encoder.encodeInto(text, out.bytes.subarray(out.length)).written;
  } else {
    out.reserve(LENGTH_BYTES + text.length);
    out.length += LENGTH_BYTES;
    out.append(text);
  }
  out.view.setUint32(at, out.length - at - LENGTH_BYTES, true);
}
