/** Reading pieces of an open file by offset; its position changes, which does not matter for appending. */
const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** `length` bytes from `offset`. Throws Error where the file ends before. */
export async function readRange(
  file: Deno.FsFile,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  await file.seek(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const read = await file.read(bytes.subarray(filled));
    if (read === null) throw new Error("it became shorter while it was read");
    filled += read;
  }
  return bytes;
}

/** The offset behind the last newline before `end`: where the line that holds `end` starts. */
export async function lineStart(file: Deno.FsFile, end: number): Promise<number> {
  while (end > 0) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const at = (await readRange(file, start, end - start)).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

/** The offset of the first newline from `start`, or `size`, the file's. */
export async function lineEnd(file: Deno.FsFile, start: number, size: number): Promise<number> {
  while (start < size) {
    const bytes = await readRange(file, start, Math.min(CHUNK_BYTES, size - start));
    const at = bytes.indexOf(NEWLINE);
    if (at >= 0) return start + at;
    start += bytes.length;
  }
  return size;
}
