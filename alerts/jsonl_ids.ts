import { Buffer } from "node:buffer";
import { lineEnd, lineStart, readRange } from "./file_bytes.ts";

const PIECE_BYTES = 1024 * 1024;
const NEEDLE = '"alert_id":"';
/** An alert id is a hex SHA-256. */
const MATCH_LENGTH = NEEDLE.length + 64;

/**
 * Which of the alert ids a file of JSON lines holds, as an alert's own id and not somewhere in its event.
 * Reads the file once in pieces of 1 MB; a whole line is only read where it names one of the ids. Rejects
 * on abort.
 */
export async function findAlertIds(
  file: Deno.FsFile,
  ids: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Set<string>> {
  const found = new Set<string>();
  if (ids.size === 0) return found;
  const { size } = await file.stat();
  let offset = 0;
  while (offset + MATCH_LENGTH <= size && found.size < ids.size) {
    signal.throwIfAborted();
    const length = Math.min(PIECE_BYTES, size - offset);
    const piece = Buffer.from((await readRange(file, offset, length)).buffer);
    let at = piece.indexOf(NEEDLE);
    while (at >= 0 && at + MATCH_LENGTH <= length) {
      const id = piece.toString("latin1", at + NEEDLE.length, at + MATCH_LENGTH);
      if (ids.has(id) && !found.has(id) && await isOwnId(file, offset + at, size, id)) {
        found.add(id);
      }
      at = piece.indexOf(NEEDLE, at + 1);
    }
    // Pieces overlap, so that an id across their edge is seen whole by the second.
    offset += length - MATCH_LENGTH + 1;
  }
  return found;
}

/** Whether the line around `at` is an alert of this id: an event may hold any text that an attacker likes. */
async function isOwnId(
  file: Deno.FsFile,
  at: number,
  size: number,
  id: string,
): Promise<boolean> {
  const start = await lineStart(file, at);
  const bytes = await readRange(file, start, await lineEnd(file, at, size) - start);
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as { readonly alert_id?: unknown };
    return value?.alert_id === id;
  } catch {
    return false;
  }
}
