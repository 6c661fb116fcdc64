import { createHash } from "node:crypto";
import { S3Error } from "./_errors.ts";
import { SortedKeys } from "./_sorted_keys.ts";
import type { ObjectMetadata } from "./types.ts";

/** What is known of an object without its content. */
export interface ObjectInfo {
  /** With quotes, as on the wire. */
  readonly etag: string;
  readonly size: number;
  readonly modifiedAt: number;
  /** Headers that are given back with the object. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A bucket: its keys in order, and its objects. */
export interface Bucket {
  readonly keys: SortedKeys;
  info(key: string): ObjectInfo | undefined;
  /** The bytes from `start` up to and without `end`. */
  read(key: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Throws S3Error where the bucket is read only. */
  put(key: string, object: ObjectInfo, bytes: Uint8Array<ArrayBuffer>): void;
  delete(key: string): void;
}

/** Objects in memory. */
export class MemoryBucket implements Bucket {
  readonly keys = new SortedKeys();
  readonly #objects = new Map<string, ObjectInfo & { readonly bytes: Uint8Array<ArrayBuffer> }>();

  info(key: string): ObjectInfo | undefined {
    return this.#objects.get(key);
  }

  /** The object's own bytes, not a copy. */
  bytes(key: string): Uint8Array | null {
    return this.#objects.get(key)?.bytes ?? null;
  }

  read(key: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const object = this.#objects.get(key);
    if (object === undefined) return Promise.reject(noSuchKey(key));
    return Promise.resolve(object.bytes.subarray(start, end));
  }

  put(key: string, object: ObjectInfo, bytes: Uint8Array<ArrayBuffer>): void {
    this.#objects.set(key, { ...object, bytes });
    this.keys.add(key);
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.keys.delete(key);
  }
}

/** The MD5 of a single upload, which is its ETag. */
export function contentEtag(bytes: Uint8Array): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}

export function metadataHeaders(metadata: ObjectMetadata): Record<string, string> {
  return {
    "content-type": metadata.contentType ?? "binary/octet-stream",
    ...(metadata.contentEncoding === undefined
      ? {}
      : { "content-encoding": metadata.contentEncoding }),
  };
}

export function noSuchKey(key: string): S3Error {
  return new S3Error("NoSuchKey", "The specified key does not exist.", { Key: key });
}
