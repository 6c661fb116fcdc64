import { compareCodePoints, sortByCodePoints } from "../core/json_text.ts";
import { errnoOf, isAbsent, translateFileError } from "./_file_errors.ts";

/** A regular file that a walk has met. Its name may have lost bytes that are no UTF-8. */
export interface WalkedFile {
  readonly path: string;
  /** A folder whose name is no UTF-8: nothing in it can be reached. */
  readonly isFolder: boolean;
}

interface Frame {
  /** Full paths, those of folders ending in a slash, last first. */
  readonly paths: string[];
}

/**
 * All files whose path starts with `prefix` and lies behind `startAfter`, in the UTF-8 byte order of the whole
 * path. That is not the order of a plain walk: `a-b` comes before `a/b`, so a folder is sorted with its slash.
 * Only one folder's names on the way down are held at a time. Links are not followed; a folder that vanishes
 * meanwhile counts as empty. Throws TrailsieveError for a folder that cannot be read.
 */
export async function* walkFolder(
  prefix: string,
  options: { readonly startAfter?: string; readonly signal?: AbortSignal } = {},
): AsyncGenerator<WalkedFile> {
  const startAfter = options.startAfter ?? "";
  const top = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const stack: Frame[] = [{ paths: await readNames(top, prefix, options.signal) }];
  while (stack.length > 0) {
    options.signal?.throwIfAborted();
    const path = stack[stack.length - 1].paths.pop();
    if (path === undefined) {
      stack.pop();
    } else if (isPassed(path, startAfter)) {
      continue;
    } else if (!path.endsWith("/")) {
      yield { path, isFolder: false };
    } else if (path.includes("\ufffd") && await isUnreachable(path)) {
      yield { path: path.slice(0, -1), isFolder: true };
    } else {
      stack.push({ paths: await readNames(path, path, options.signal) });
    }
  }
}

/** A file up to `startAfter`, or a folder all of whose files are. */
function isPassed(path: string, startAfter: string): boolean {
  return compareCodePoints(path, startAfter) <= 0 &&
    !(path.endsWith("/") && startAfter.startsWith(path));
}

/** The next level below a prefix: files, and folders ending in a slash, in UTF-8 byte order. */
export async function readLevel(prefix: string, signal?: AbortSignal): Promise<string[]> {
  const top = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  return (await readNames(top, prefix, signal)).reverse();
}

/** Paths of a folder's files and folders that start with the prefix, last first. */
async function readNames(
  folder: string,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const paths: string[] = [];
  try {
    signal?.throwIfAborted();
    for await (const entry of Deno.readDir(folder)) {
      const path = folder + entry.name;
      if (!path.startsWith(prefix)) continue;
      if (entry.isFile) paths.push(path);
      else if (entry.isDirectory) paths.push(`${path}/`);
    }
  } catch (error) {
    if (isAbsent(error)) return [];
    throw translateFileError(error, { verb: "list", path: folder, stage: "list" }, signal);
  }
  return sortByCodePoints(paths, (path) => path).reverse();
}

async function isUnreachable(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return false;
  } catch (error) {
    return errnoOf(error) === "ENOENT";
  }
}
