import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { TrailsieveError } from "../core/errors.ts";
import { compareCodePoints } from "../core/json_text.ts";
import { fileEtag } from "../core/file_etag.ts";
import type { ObjectRef, ReadGrant } from "../core/types.ts";
import { fileUri, isAbsent, translateFileError } from "./_file_errors.ts";
import { readLevel, type WalkedFile, walkFolder } from "./_walk_folder.ts";
import type { CallOptions, KeyRange, LevelPage, ListPage, Source } from "./types.ts";

/** As many as S3 gives; also the number of file stats under way at once where each takes long. */
const PAGE_REFS = 1000;

/** How long files' stats are asked for without a turn for anything else. */
const STATS_MS = 10;
/** Stats within that time from which a folder counts as a local one: there a stat takes 4 µs, a fraction of an awaited one. */
const LOCAL_STATS = 100;

/** Names that a URL has as they are, none of which begins with a dot. */
const PLAIN_PATH = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;

/** Stands where a file's name is no UTF-8, so that neither its size nor its time can be asked for. */
const UNREACHABLE_ETAG = "unreachable";

/** Opens a local copy of a trail. The folder itself may be a link. Throws TrailsieveError. */
export async function openFileSource(url: string): Promise<Source> {
  const path = fileUrlToPath(url);
  try {
    const root = await Deno.realPath(path);
    if (!(await Deno.stat(root)).isDirectory) {
      throw new TrailsieveError("missing", `Cannot open ${fileUri(path)}: it is no folder`, {
        object: fileUri(path),
        stage: "list",
        hint: "Name the folder that holds the trail",
      });
    }
    return new FileSource(withSlash(path), withSlash(root));
  } catch (error) {
    throw translateFileError(error, { verb: "open", path, stage: "list" });
  }
}

/** The path of an absolute file URL. Throws TrailsieveError `usage`. */
export function fileUrlToPath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new TrailsieveError("usage", `Cannot use ${url}: it is no address of a local folder`, {
      hint: "Write file:///absolute/folder, with % as %25",
      cause,
    });
  }
}

export function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}

class FileSource implements Source {
  readonly kind = "file";
  readonly url: string;
  readonly scope = "file://";
  readonly host = null;
  /** The prefix as a URL. */
  readonly #prefixUri: string;

  constructor(path: string, readonly prefix: string) {
    this.url = fileUri(path);
    this.#prefixUri = fileUri(prefix);
  }

  async *list(
    prefix: string,
    options: CallOptions & KeyRange = {},
  ): AsyncGenerator<ListPage> {
    const { signal, before, pageKeysMax = PAGE_REFS } = options;
    await this.#checkRoot(signal);
    let files: WalkedFile[] = [];
    for await (const file of walkFolder(prefix, options)) {
      if (before !== undefined && compareCodePoints(file.path, before) >= 0) break;
      files.push(file);
      if (files.length < pageKeysMax) continue;
      yield* onePage(await readRefs(files, signal));
      files = [];
    }
    yield* onePage(await readRefs(files, signal));
  }

  async *listLevel(
    prefix: string,
    options: CallOptions & KeyRange = {},
  ): AsyncGenerator<LevelPage> {
    const { signal, startAfter = "", before, pageKeysMax = PAGE_REFS } = options;
    await this.#checkRoot(signal);
    const paths = (await readLevel(prefix, signal)).filter((path) =>
      (compareCodePoints(path, startAfter) > 0 ||
        (path.endsWith("/") && path !== startAfter && startAfter.startsWith(path))) &&
      (before === undefined || compareCodePoints(path, before) < 0)
    );
    for (let i = 0; i < paths.length; i += pageKeysMax) {
      const page = paths.slice(i, i + pageKeysMax);
      const files = page.filter((path) => !path.endsWith("/"));
      const refs = await readRefs(files.map((path) => ({ path, isFolder: false })), signal);
      yield { refs, prefixes: page.filter((path) => path.endsWith("/")) };
    }
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectRef | null> {
    return (await readRefs([{ path: key, isFolder: false }], options.signal))[0] ?? null;
  }

  grant(ref: ObjectRef, options: CallOptions = {}): Promise<ReadGrant> {
    if (options.signal?.aborted) return Promise.reject(options.signal.reason);
    if (ref.etag === UNREACHABLE_ETAG) {
      return Promise.reject(
        new TrailsieveError("corrupt", `Cannot read ${this.uri(ref.key)}: its name is no UTF-8`, {
          object: this.uri(ref.key),
          stage: "fetch",
          hint: "Rename it",
        }),
      );
    }
    return Promise.resolve({ kind: "file", path: ref.key, etag: ref.etag });
  }

  uri(key: string): string {
    const rest = key.slice(this.prefix.length);
    // Making a URL costs 10 µs; a name of letters and digits is in it as it stands.
    return key.startsWith(this.prefix) && PLAIN_PATH.test(rest)
      ? this.#prefixUri + rest
      : fileUri(key);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** A prefix without files is empty, but a source that is gone, perhaps unmounted, is an error. */
  async #checkRoot(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    try {
      await Deno.lstat(this.prefix);
    } catch (error) {
      throw translateFileError(error, { verb: "list", path: this.prefix, stage: "list" }, signal);
    }
  }
}

function* onePage(refs: ObjectRef[]): Generator<ListPage> {
  if (refs.length > 0) yield refs;
}

/** Refs of files as they are now; those that are gone or no regular file are left out. */
async function readRefs(
  files: readonly WalkedFile[],
  signal: AbortSignal | undefined,
): Promise<ObjectRef[]> {
  const refs: (ObjectRef | null)[] = [];
  for (let isLocal = true; isLocal && refs.length < files.length;) {
    const startedAt = performance.now();
    const before = refs.length;
    while (refs.length < files.length && performance.now() - startedAt < STATS_MS) {
      const file = files[refs.length];
      try {
        refs.push(refOf(file, file.isFolder ? null : Deno.lstatSync(file.path)));
      } catch (error) {
        refs.push(refOfFailed(file, error, signal));
      }
    }
    isLocal = refs.length - before >= LOCAL_STATS;
    await setImmediate();
    signal?.throwIfAborted();
  }
  const rest = await Promise.all(
    files.slice(refs.length).map(async (file) => {
      try {
        return refOf(file, file.isFolder ? null : await Deno.lstat(file.path));
      } catch (error) {
        return refOfFailed(file, error, signal);
      }
    }),
  );
  signal?.throwIfAborted();
  return [...refs, ...rest].filter((ref) => ref !== null);
}

function refOf({ path }: WalkedFile, stat: Deno.FileInfo | null): ObjectRef | null {
  if (stat === null) return { key: path, etag: UNREACHABLE_ETAG, size: 0 };
  return stat.isFile ? { key: path, etag: fileEtag(stat), size: stat.size } : null;
}

function refOfFailed(
  { path }: WalkedFile,
  error: unknown,
  signal: AbortSignal | undefined,
): ObjectRef | null {
  if (!isAbsent(error)) {
    throw translateFileError(error, { verb: "list", path, stage: "list" }, signal);
  }
  // A name that is no UTF-8 comes with U+FFFD in place of its bytes and is not found under that name.
  return path.includes("\ufffd") ? { key: path, etag: UNREACHABLE_ETAG, size: 0 } : null;
}
