import { TrailsieveError } from "../core/errors.ts";
import type { Dataset } from "../core/lake_paths.ts";
import { byFormat, type FilePlace } from "./file_place.ts";
import { type LakeFile, lakeFileOf } from "./lake_files.ts";

/** A lake in a local folder. Throws TrailsieveError `missing` or `denied`. */
export function openLocalPlace(path: string, lakeUrl: string): FilePlace {
  const root = path.endsWith("/") ? path : `${path}/`;
  checkFolder(root, lakeUrl);
  return {
    root,
    isCheap: true,
    bytesFetched: 0,
    list: (dataset, signal) => listFiles(root, dataset, lakeUrl, signal),
    bring: (files) => Promise.resolve(byFormat(root, files)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function checkFolder(root: string, lakeUrl: string): void {
  try {
    if (Deno.statSync(root).isDirectory) return;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw unreadable(lakeUrl, cause);
  }
  throw new TrailsieveError("missing", `Cannot query ${lakeUrl}: there is no such folder`, {
    hint: "Run poll, backfill or demo first, or name another folder with --lake",
    advice: "stop",
  });
}

async function listFiles(
  root: string,
  dataset: Dataset,
  lakeUrl: string,
  signal: AbortSignal | undefined,
): Promise<LakeFile[]> {
  const files: LakeFile[] = [];
  const visit = async (folder: string) => {
    signal?.throwIfAborted();
    for await (const { name, isDirectory } of Deno.readDir(root + folder)) {
      if (isDirectory) await visit(`${folder}${name}/`);
      else {
        const file = lakeFileOf(dataset, folder + name);
        if (file !== null) files.push(file);
      }
    }
  };
  try {
    await visit(`${dataset}/`);
  } catch (cause) {
    // A lake without this dataset yet; folders are never removed from one that has it.
    if (cause instanceof Deno.errors.NotFound) return files;
    if (cause instanceof Deno.errors.PermissionDenied) throw unreadable(lakeUrl, cause);
    throw cause;
  }
  return files;
}

function unreadable(lakeUrl: string, cause: unknown): TrailsieveError {
  return new TrailsieveError("denied", `Cannot query ${lakeUrl}: the folder cannot be read`, {
    cause,
    hint: "Grant this user read access to the folder",
  });
}
