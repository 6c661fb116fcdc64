import { TrailsieveError } from "../core/errors.ts";
import type { Dataset } from "../core/lake_paths.ts";
import { LIMITS } from "../core/limits.ts";
import type { LakeFileInfo, LakeStore } from "../objects/mod.ts";
import type { ByteRange } from "../parquet/mod.ts";
import { byFormat, type FilePlace } from "./file_place.ts";
import { type LakeFile, lakeFileOf } from "./lake_files.ts";
import { copyColumns, copyWhole } from "./sparse_file.ts";
import type { DatasetFiles } from "./views.ts";

/** A file that another version replaced meanwhile is looked up and read anew so often. */
const VERSIONS_MAX = 5;

/**
 * A lake in a bucket, read by way of a temporary folder of this user alone: DuckDB's own way to S3 is an
 * extension that has to be downloaded from its makers and knows neither profiles nor roles, so files are listed
 * and fetched by the AWS SDK as everywhere in this program, and no credential comes near DuckDB or the disk.
 * Throws TrailsieveError as `openLake` of objects/ does.
 */
export async function openS3Place(
  lakeUrl: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<FilePlace> {
  // Loaded here alone: a query over a folder does without the AWS SDK.
  const { openLake } = await import("../objects/mod.ts");
  const store = await openLake(lakeUrl, { env, requests: { list: 0, get: 0, put: 0 } });
  try {
    return new S3Place(store, `${await Deno.makeTempDir({ prefix: "trailsieve-query-" })}/`);
  } catch (cause) {
    await store.close();
    throw new TrailsieveError(
      "denied",
      `Cannot query ${lakeUrl}: no temporary folder can be made`,
      {
        cause,
        hint: "Set TMPDIR to a folder that this user may write to",
      },
    );
  }
}

class S3Place implements FilePlace {
  readonly isCheap = false;
  readonly root: string;
  readonly #store: LakeStore;
  readonly #versions = new Map<string, LakeFileInfo>();
  #bytesFetched = 0;

  constructor(store: LakeStore, root: string) {
    this.#store = store;
    this.root = root;
  }

  get bytesFetched(): number {
    return this.#bytesFetched;
  }

  async list(dataset: Dataset, signal?: AbortSignal): Promise<readonly LakeFile[]> {
    const files: LakeFile[] = [];
    for await (const page of this.#store.list(`${dataset}/`, { signal })) {
      for (const info of page) {
        const file = lakeFileOf(dataset, info.path);
        if (file === null) continue;
        files.push(file);
        this.#versions.set(info.path, info);
      }
    }
    return files;
  }

  async bring(
    files: readonly LakeFile[],
    columns: readonly string[],
    signal?: AbortSignal,
  ): Promise<DatasetFiles> {
    const failed = new AbortController();
    const all = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
    const waiting = files.values();
    const lanes = Array.from({ length: LIMITS.queryFetchConcurrency }, async () => {
      for (const file of waiting) await this.#fetch(file, columns, all);
    });
    for (const lane of lanes) lane.catch((error) => failed.abort(error));
    await Promise.allSettled(lanes);
    signal?.throwIfAborted();
    failed.signal.throwIfAborted();
    return byFormat(this.root, files);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
    await this.#store.close();
  }

  async #fetch(file: LakeFile, columns: readonly string[], signal: AbortSignal): Promise<void> {
    const path = this.root + file.path;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    for (let version = 1;; version++) {
      const { size, etag } = this.#versions.get(file.path)!;
      const read = ({ start, end }: ByteRange) => {
        this.#take(end - start);
        return this.#store.getRange(file.path, start, end - start, { signal, etag });
      };
      try {
        if (file.format === "parquet") await copyColumns(path, size, columns, read);
        else await copyWhole(path, size, read);
        return;
      } catch (error) {
        if (!isReplaced(error) || version === VERSIONS_MAX) {
          throw explained(error, this.#uri(file), this.root);
        }
      }
      await Deno.remove(path);
      await this.#lookUp(file.path, signal);
    }
  }

  /** Counts bytes before they are fetched. Throws where the query would take more than its share. */
  #take(count: number): void {
    this.#bytesFetched += count;
    if (this.#bytesFetched <= LIMITS.queryFetchBytesMax) return;
    const gigabytes = LIMITS.queryFetchBytesMax / 1024 ** 3;
    throw new TrailsieveError(
      "usage",
      `Cannot query ${this.#store.url}: the query reads more than ${gigabytes} GB of it`,
      {
        hint:
          "Narrow event_time in WHERE or name fewer columns, ask Athena (lake ddl), or copy events/ and " +
          "activity/ to a folder and name it with --lake",
      },
    );
  }

  async #lookUp(path: string, signal: AbortSignal): Promise<void> {
    for await (const page of this.#store.list(path, { signal })) {
      const info = page.find((info) => info.path === path);
      if (info !== undefined) this.#versions.set(path, info);
    }
  }

  #uri(file: LakeFile): string {
    return this.#store.url + file.path;
  }
}

function isReplaced(error: unknown): boolean {
  return error instanceof TrailsieveError && error.code === "condition";
}

/** A damaged file's error says which file it is, and a full disk's where it is full. */
function explained(error: unknown, uri: string, folder: string): unknown {
  if (!(error instanceof TrailsieveError)) {
    if (!(error instanceof Error) || error.name === "AbortError") return error;
    return new TrailsieveError(
      "unreachable",
      `Cannot copy ${uri} to ${folder}: ${error.message}`,
      { object: uri, hint: "Make room there, or set TMPDIR to a folder with more", cause: error },
    );
  }
  if (error.code !== "corrupt") return error;
  return new TrailsieveError("corrupt", `Cannot read the lake file ${uri}: ${error.message}`, {
    object: uri,
    advice: "stop",
    cause: error,
  });
}
