import { LIMITS } from "../core/limits.ts";
import { type ByteRange, chunkRanges } from "../parquet/mod.ts";

/** Reads bytes of a remote file; rejects where the file is not the version asked for any more. */
export type ReadRange = (range: ByteRange) => Promise<Uint8Array>;

/**
 * Copies as much of a remote Parquet file as reading some columns takes: the footer and the columns' chunks.
 * The copy has the original's length, so that every offset holds; the rest of it is a hole.
 */
export async function copyColumns(
  path: string,
  byteLength: number,
  columns: readonly string[],
  read: ReadRange,
): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  await file.truncate(byteLength);
  // Reading the footer copies the file's end, from here on.
  let tailStart = byteLength;
  const copy = async (range: ByteRange): Promise<Uint8Array> => {
    const bytes = await read(range);
    await write(file, range.start, bytes);
    return bytes;
  };
  const source = {
    byteLength,
    slice(start: number, end: number) {
      tailStart = Math.min(tailStart, start);
      return copy({ start, end });
    },
  };
  for (const range of await chunkRanges(source, columns, LIMITS.queryGapBytesMax)) {
    const missing = { start: range.start, end: Math.min(range.end, tailStart) };
    for (const piece of pieces(missing)) await copy(piece);
  }
}

/** Copies a whole remote file. */
export async function copyWhole(path: string, byteLength: number, read: ReadRange): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  for (const range of pieces({ start: 0, end: byteLength })) {
    await write(file, range.start, await read(range));
  }
}

function* pieces({ start, end }: ByteRange): Generator<ByteRange> {
  for (let at = start; at < end; at += LIMITS.queryRangeBytesMax) {
    yield { start: at, end: Math.min(at + LIMITS.queryRangeBytesMax, end) };
  }
}

async function write(file: Deno.FsFile, offset: number, bytes: Uint8Array): Promise<void> {
  await file.seek(offset, Deno.SeekMode.Start);
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(await file.write(rest));
}
