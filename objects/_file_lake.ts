import { randomUUID } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { lstat } from "node:fs/promises";
import { TrailsieveError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { fileUri, isAbsent, translateFileError } from "./_file_errors.ts";
import { fileUrlToPath, withSlash } from "./_file_source.ts";
import { FolderLock } from "./_folder_lock.ts";
import { checkLakePath } from "./_lake_path.ts";
import { probeConditions } from "./_probe_lake.ts";
import { makeFolders, syncFolder } from "./_sync_folder.ts";
import { walkFolder } from "./_walk_folder.ts";
import type { CallOptions, LakeFileInfo, LakeStore, PutCondition } from "./types.ts";

const PAGE_FILES = 1000;

/** Files being written, and the lock; never listed. */
const TMP = "_work/tmp/";

/** Opens a lake in a local folder, which need not exist before `probe`. Throws TrailsieveError `usage`. */
export function openFileLake(url: string): LakeStore {
  return new FileLake(withSlash(fileUrlToPath(url)));
}

class FileLake implements LakeStore {
  readonly kind = "file";
  readonly url: string;
  readonly #root: string;
  readonly #lock: FolderLock;

  constructor(root: string) {
    this.#root = root;
    this.url = fileUri(root);
    this.#lock = new FolderLock(`${root}${TMP}lock`);
  }

  async put(
    path: string,
    bytes: Uint8Array,
    options: CallOptions & { readonly condition: PutCondition },
  ): Promise<string> {
    const target = this.#path(path);
    const tmp = `${this.#root}${TMP}${randomUUID()}`;
    options.signal?.throwIfAborted();
    try {
      await makeFolders(`${this.#root}${TMP}`);
      await makeFolders(target.slice(0, target.lastIndexOf("/") + 1));
      await writeSynced(tmp, bytes, options.signal);
      using _held = await this.#lock.hold(options.signal);
      await checkCondition(target, options.condition);
      await Deno.rename(tmp, target);
      await syncFolder(target.slice(0, target.lastIndexOf("/") + 1));
      return lakeEtag(await lstat(target, { bigint: true }));
    } catch (error) {
      await Deno.remove(tmp).catch(() => {});
      throw translateFileError(error, { verb: "write", path: target }, options.signal);
    }
  }

  async get(
    path: string,
    options: CallOptions = {},
  ): Promise<{ readonly bytes: Uint8Array; readonly etag: string } | null> {
    const target = this.#path(path);
    // Read again if it was replaced in between, so that bytes and ETag belong together.
    while (true) {
      try {
        const before = lakeEtag(await lstat(target, { bigint: true }));
        const bytes = await Deno.readFile(target, { signal: options.signal });
        const etag = lakeEtag(await lstat(target, { bigint: true }));
        if (before === etag) return { bytes, etag };
      } catch (error) {
        if (isAbsent(error)) return null;
        throw translateFileError(error, { verb: "read", path: target }, options.signal);
      }
    }
  }

  async getRange(
    path: string,
    offset: number,
    length: number,
    options: CallOptions & { readonly etag?: string } = {},
  ): Promise<Uint8Array> {
    const target = this.#path(path);
    options.signal?.throwIfAborted();
    try {
      using file = await Deno.open(target);
      // An open file keeps its bytes when another takes its name: those at hand are of this version.
      if (options.etag !== undefined) {
        await checkCondition(target, { kind: "replace", etag: options.etag }, "read");
      }
      await file.seek(offset, Deno.SeekMode.Start);
      const left = Math.max(0, (await file.stat()).size - offset);
      const bytes = new Uint8Array(Math.max(0, Math.min(length, left)));
      let filled = 0;
      while (filled < bytes.length) {
        options.signal?.throwIfAborted();
        const count = await file.read(bytes.subarray(filled));
        if (count === null) break;
        filled += count;
      }
      return bytes.subarray(0, filled);
    } catch (error) {
      throw translateFileError(error, { verb: "read", path: target }, options.signal);
    }
  }

  async *list(prefix: string, options: CallOptions = {}): AsyncGenerator<readonly LakeFileInfo[]> {
    let page: LakeFileInfo[] = [];
    for await (const { path } of walkFolder(this.#root + prefix, options)) {
      if (path.startsWith(this.#root + TMP)) continue;
      const stat = await statIfThere(path);
      if (stat === null) continue;
      page.push({
        path: path.slice(this.#root.length),
        etag: lakeEtag(stat),
        size: Number(stat.size),
        modifiedAt: Number(stat.mtimeMs),
      });
      if (page.length < PAGE_FILES) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  async delete(
    path: string,
    { etag, signal }: CallOptions & { readonly etag?: string } = {},
  ): Promise<void> {
    const target = this.#path(path);
    signal?.throwIfAborted();
    try {
      using _held = await this.#lock.hold(signal);
      if (etag !== undefined && await statIfThere(target) !== null) {
        await checkCondition(target, { kind: "replace", etag }, "delete");
      }
      await Deno.remove(target);
    } catch (error) {
      if (isAbsent(error)) return;
      throw translateFileError(error, { verb: "delete", path: target }, signal);
    }
  }

  async probe(options: CallOptions = {}): Promise<{ readonly conditionalWrites: boolean }> {
    const result = await probeConditions(this, options);
    await this.#sweepTmp(options.signal);
    return result;
  }

  async close(): Promise<void> {
    await this.#lock.close();
  }

  /** Removes what writers that died left behind long ago. */
  async #sweepTmp(signal: AbortSignal | undefined): Promise<void> {
    const folder = this.#root + TMP;
    for await (const { path } of walkFolder(folder, { signal })) {
      const stat = path === `${folder}lock` ? null : await statIfThere(path);
      if (stat === null || Date.now() - Number(stat.mtimeMs) < LIMITS.orphanPartMs) continue;
      await Deno.remove(path).catch(() => {});
    }
  }

  #path(path: string): string {
    checkLakePath(path);
    return this.#root + path;
  }
}

/**
 * Size, modification time and inode: Deno gives times in whole ms, in which a file could be replaced twice, but
 * a file and its successor exist side by side and never share an inode.
 */
function lakeEtag(stat: BigIntStats): string {
  return `${stat.size}-${stat.mtimeNs}-${stat.ino}`;
}

async function statIfThere(path: string): Promise<BigIntStats | null> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (isAbsent(error)) return null;
    throw translateFileError(error, { verb: "list", path });
  }
}

async function checkCondition(
  target: string,
  condition: PutCondition,
  verb: string = condition.kind,
): Promise<void> {
  if (condition.kind === "always") return;
  const stat = await statIfThere(target);
  const isMet = condition.kind === "create"
    ? stat === null
    : stat !== null && lakeEtag(stat) === condition.etag;
  if (isMet) return;
  const state = stat === null ? "it is gone" : "another writer was first";
  throw new TrailsieveError("condition", `Cannot ${verb} ${fileUri(target)}: ${state}`, {
    object: fileUri(target),
  });
}

async function writeSynced(
  path: string,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  let written = 0;
  while (written < bytes.length) {
    signal?.throwIfAborted();
    written += await file.write(bytes.subarray(written));
  }
  await file.sync();
}
