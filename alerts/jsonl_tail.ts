import { lineStart, readRange } from "./file_bytes.ts";

/**
 * Makes a file of JSON lines end in a newline, as a crash in the middle of an append may not have left
 * it: a last line that is whole gets its newline, a torn one is cut off, which loses nothing, because
 * its alert was never reported as delivered. Throws Error where the last line does not look like one of
 * ours; then the file is somebody else's, and nothing is changed.
 * @param file open for reading and appending
 * @returns the file's size in bytes afterwards
 */
export async function mendTail(file: Deno.FsFile): Promise<number> {
  const { size } = await file.stat();
  const start = await lineStart(file, size);
  if (start === size) return size;
  const line = new TextDecoder().decode(await readRange(file, start, size - start));
  if (isObject(line)) {
    await file.write(new TextEncoder().encode("\n"));
    return size + 1;
  }
  // Some file systems show zeros after a power cut where bytes had been allocated but not written.
  if (!line.startsWith("{") && line.replaceAll("\0", "") !== "") {
    throw new Error("its last line is no alert, so it is not a file of alerts");
  }
  await file.truncate(start);
  return start;
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
