import { createHash } from "node:crypto";
import { type Bucket, metadataHeaders, noSuchKey, type ObjectInfo } from "./_bucket.ts";
import { S3Error } from "./_errors.ts";
import { SortedKeys } from "./_sorted_keys.ts";

interface FolderFile extends ObjectInfo {
  readonly path: string;
}

/** The files of a local folder as they were when it was opened; nothing can be written. */
export class FolderBucket implements Bucket {
  readonly keys = new SortedKeys();
  readonly #files = new Map<string, FolderFile>();

  static async open(folder: string): Promise<FolderBucket> {
    const bucket = new FolderBucket();
    await bucket.#scan(folder, "");
    return bucket;
  }

  async #scan(folder: string, prefix: string): Promise<void> {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder}/${entry.name}`;
      const key = prefix + entry.name;
      if (entry.isDirectory) await this.#scan(path, `${key}/`);
      if (!entry.isFile) continue;
      const stat = await Deno.lstat(path);
      const modifiedAt = stat.mtime?.getTime() ?? 0;
      const version = createHash("md5").update(`${stat.size}-${modifiedAt}-${stat.ino}`);
      this.keys.add(key);
      this.#files.set(key, {
        path,
        etag: `"${version.digest("hex")}"`,
        size: stat.size,
        modifiedAt,
        headers: metadataHeaders({}),
      });
    }
  }

  info(key: string): ObjectInfo | undefined {
    return this.#files.get(key);
  }

  async read(key: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const file = this.#files.get(key);
    if (file === undefined) throw noSuchKey(key);
    return (await Deno.readFile(file.path)).subarray(start, end);
  }

  put(): void {
    throw new S3Error("MethodNotAllowed", "A bucket made of a folder is read only");
  }

  delete(): void {
    throw new S3Error("MethodNotAllowed", "A bucket made of a folder is read only");
  }
}
