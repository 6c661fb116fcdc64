import { Buffer } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { fileEtag } from "../core/file_etag.ts";
import { FetchError } from "./fetch_error.ts";

const PIECE_BYTES = 1024 * 1024;

/** A link is not followed, and a pipe that took the file's place is not waited for. */
export const LOCAL_FILE_FLAGS: number = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0);

/**
 * Reads a local file of so many bytes in blocking calls: for the small files of a trail, waiting costs more than
 * reading. Whether it still is the version that was listed is asked once, at the end, of the file that was read.
 * Throws FetchError, where that is another one after the last piece.
 */
export function* readLocal(path: string, etag: string, size: number): Generator<Buffer> {
  let file = -1;
  try {
    file = openSync(path, LOCAL_FILE_FLAGS);
    for (let left = size; left > 0;) {
      const piece = Buffer.allocUnsafeSlow(Math.min(left, PIECE_BYTES));
      const length = readSync(file, piece, 0, piece.length, null);
      if (length === 0) break;
      left -= length;
      yield piece.subarray(0, length);
    }
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new FetchError("gone", "no regular file any more");
    if (fileEtag(stat) !== etag) {
      throw new FetchError("changed", "size or modification time changed");
    }
  } catch (error) {
    throw error instanceof FetchError ? error : fetchErrorOf(error as Error);
  } finally {
    if (file >= 0) closeSync(file);
  }
}

function fetchErrorOf({ code, message }: { code?: string; message: string }): FetchError {
  if (code === "ENOENT") return new FetchError("gone", message);
  if (code === "ELOOP") return new FetchError("gone", "no regular file any more");
  if (code === "EACCES" || code === "EPERM") return new FetchError("denied", message);
  return new FetchError("later", message);
}
