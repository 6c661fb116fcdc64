import type { ObjectRef, ReadGrant, RequestCounts } from "../core/types.ts";

/** One page of a listing: refs in the UTF-8 byte order of their keys. */
export type ListPage = readonly ObjectRef[];

/** Options of every call that reaches a store. */
export interface CallOptions {
  /** Aborts the call; requests under way are cancelled and the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode openSource} and, with more, of {@linkcode openLake}. */
export interface OpenOptions {
  /**
   * The environment, of which `AWS_*` counts. Without keys in it the SDK's own chain (profile, SSO, container,
   * instance role) looks for credentials.
   */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Raised by one for each request that is made here; GETs by a grant are made and counted elsewhere. */
  readonly requests: RequestCounts;
}

/** Which keys of a prefix a listing gives, in the UTF-8 byte order. */
export interface KeyRange {
  /** Keys up to and including this one are left out. */
  readonly startAfter?: string;
  /** Keys from this one on are left out; no request is made behind it. */
  readonly before?: string;
  /** Keys of a page, 1 to 1,000; default 1,000. With 1, the first page is a probe for the next key. */
  readonly pageKeysMax?: number;
}

/** One page of a level: the objects on it, and the prefixes that lead one level down. */
export interface LevelPage {
  readonly refs: ListPage;
  /** Whole prefixes, each ending in a slash. */
  readonly prefixes: readonly string[];
}

/** Options of {@linkcode openLake}; the further ones are for buckets alone. */
export interface LakeOptions extends OpenOptions {
  /** Id, ARN or alias of the KMS key that everything is encrypted with; else as the bucket encrypts. */
  readonly kmsKey?: string;
  /** S3's name of a storage class, such as `STANDARD_IA`. */
  readonly storageClass?: string;
  /** The account that the bucket must belong to: every request to another's is refused. */
  readonly bucketOwner?: string;
}

/** A place that holds a trail: a bucket and key prefix, or a local folder. Read only. */
export interface Source {
  /** As the user may write it: `s3://bucket/prefix/` or `file:///abs/folder/`; ends in a slash. */
  readonly url: string;
  readonly kind: "s3" | "file";
  /**
   * What, with key and ETag, identifies an object whatever source or mode found it: endpoint and bucket
   * (`s3://bucket`, with an endpoint set `s3://bucket@http://host:port`), or `file://` for every folder.
   */
  readonly scope: string;
  /** The whole key prefix below which everything belongs to the source. */
  readonly prefix: string;
  /**
   * Lists every object whose key starts with `prefix` and lies in the range, page by page, in UTF-8 byte order
   * of the key. Each page is one request; who stops reading makes no more. Symbolic links of a folder are not
   * followed. Throws TrailsieveError `missing`, `denied`, `unreachable` or `throttled`, with stage `list`.
   */
  list(prefix: string, options?: CallOptions & KeyRange): AsyncIterable<ListPage>;
  /**
   * Like `list`, but one level only: what lies behind the next `/` is not listed, the prefix that leads there
   * is named instead. A range that starts within such a prefix names it still.
   */
  listLevel(prefix: string, options?: CallOptions & KeyRange): AsyncIterable<LevelPage>;
  /** The object's ref as it is now, or null where it is gone. */
  head(key: string, options?: CallOptions): Promise<ObjectRef | null>;
  /** What an isolate needs to read this version of the object; a URL is good for at least 15 minutes. */
  grant(ref: ObjectRef, options?: CallOptions): Promise<ReadGrant>;
  /** `s3://bucket/key` or `file:///path` (percent-encoded as a file URL), for alerts, rows and errors. */
  uri(key: string): string;
  /** `host:port` that an isolate must reach to use grants; null for a folder. */
  readonly host: string | null;
  close(): Promise<void>;
}

/** The condition of a write: none, only if nothing is there, only if this version is there. */
export type PutCondition =
  | { readonly kind: "always" }
  | { readonly kind: "create" }
  | { readonly kind: "replace"; readonly etag: string };

/** A file of the lake as a listing gives it. */
export interface LakeFileInfo {
  /** Relative to the lake. */
  readonly path: string;
  readonly etag: string;
  readonly size: number;
  /** Last modification in ms since the epoch. */
  readonly modifiedAt: number;
}

/** A place that holds a lake: written by the coordinator alone. Paths are relative, with `/`. */
export interface LakeStore {
  /** `s3://bucket/prefix/` or `file:///abs/folder/`; ends in a slash. */
  readonly url: string;
  readonly kind: "s3" | "file";
  /**
   * Writes a whole file; readers see it whole or not at all, and on a folder it is fsynced before the
   * promise resolves. Throws TrailsieveError `condition` if the condition does not hold.
   * @returns the ETag of what was written.
   */
  put(
    path: string,
    bytes: Uint8Array,
    options: CallOptions & { readonly condition: PutCondition },
  ): Promise<string>;
  /** The whole file and its ETag, or null where it is gone. */
  get(
    path: string,
    options?: CallOptions,
  ): Promise<{ readonly bytes: Uint8Array; readonly etag: string } | null>;
  /**
   * `length` bytes from `offset`, or fewer where the file ends before. Throws TrailsieveError `missing` where
   * the file is gone, and `condition` where `etag` is given and another version is there.
   */
  getRange(
    path: string,
    offset: number,
    length: number,
    options?: CallOptions & { readonly etag?: string },
  ): Promise<Uint8Array>;
  /** Files below a relative prefix, page by page, in the UTF-8 byte order of their paths. */
  list(prefix: string, options?: CallOptions): AsyncIterable<readonly LakeFileInfo[]>;
  /**
   * Removes a file; one that is gone already is no error. With `etag` only this version: throws TrailsieveError
   * `condition` where another is there, unless the store does not heed conditions.
   */
  delete(path: string, options?: CallOptions & { readonly etag?: string }): Promise<void>;
  /**
   * Writes, conditionally writes and removes a small file below `_work/`. Creates a local folder that
   * is absent. Throws TrailsieveError `missing`, `denied` or `unreachable` with a hint (a bucket that does
   * not exist, a permission to add). @returns whether the store honours conditions.
   */
  probe(options?: CallOptions): Promise<{ readonly conditionalWrites: boolean }>;
  close(): Promise<void>;
}
