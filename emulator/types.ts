/** The operations of S3 that the emulator knows, by AWS's names. */
export const S3_OPERATIONS = [
  "ListObjectsV2",
  "HeadObject",
  "GetObject",
  "PutObject",
  "DeleteObject",
  "DeleteObjects",
  "CreateMultipartUpload",
  "UploadPart",
  "CompleteMultipartUpload",
  "AbortMultipartUpload",
  "CreateBucket",
  "DeleteBucket",
  "HeadBucket",
  "GetBucketLocation",
] as const;
export type S3Operation = (typeof S3_OPERATIONS)[number];

/** What goes wrong with a request that a fault meets. */
export type FaultAction =
  /** 503 SlowDown. */
  | { readonly kind: "slow_down" }
  /** 500 InternalError; with `afterWork` the request was carried out and only its answer is lost. */
  | { readonly kind: "internal_error"; readonly afterWork?: boolean }
  /** The answer's headers and `bytes` of its body, then the connection is closed. */
  | { readonly kind: "cut"; readonly bytes: number }
  /** The answer's headers and `bytes` of its body, then nothing until the emulator goes away. */
  | { readonly kind: "stall"; readonly bytes: number }
  /** The connection is closed before any byte of a body. */
  | { readonly kind: "reset" }
  /** The answer comes later. */
  | { readonly kind: "delay"; readonly ms: number }
  /** No answer until the emulator goes away. */
  | { readonly kind: "hang" }
  /** 403 AccessDenied. */
  | { readonly kind: "deny" }
  /** The request is carried out as by a store that knows no conditions. */
  | { readonly kind: "ignore_conditions" }
  /** 400 ExpiredToken. */
  | { readonly kind: "expired_token" }
  /** 403 AccessDenied in the words of a presigned URL whose time is over. */
  | { readonly kind: "expired_url" };

/** Which requests go wrong, and how. A condition that is left out is met by every request. */
export interface FaultRule {
  readonly action: FaultAction;
  readonly operation?: S3Operation | readonly S3Operation[];
  /** A key prefix (the `prefix` of a listing), or a predicate. */
  readonly key?: string | ((key: string) => boolean);
  /** From 0 to 1; drawn from the emulator's seed. */
  readonly probability?: number;
  /** How often at most; then the rule is spent. */
  readonly count?: number;
}

/** A fault that was added. */
export interface Fault {
  /** How many requests it has met. */
  readonly hits: number;
  remove(): void;
}

/** The faults of an emulator; of several that fit a request the one added first is taken. */
export interface Faults {
  add(rule: FaultRule): Fault;
  clear(): void;
}

/** Headers that are kept with an object and given back with it. */
export interface ObjectMetadata {
  readonly contentType?: string;
  readonly contentEncoding?: string;
}

/** A bucket at the start: empty in memory, or a local folder, read only, as it is at the start. */
export type BucketSpec = string | { readonly name: string; readonly folder: string };

/** Options of {@linkcode startS3Emulator}. */
export interface S3EmulatorOptions {
  /** Default `127.0.0.1`. */
  readonly hostname?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** If given, every request must carry it. */
  readonly sessionToken?: string;
  /** The region that signatures must name. Default `us-east-1`. */
  readonly region?: string;
  readonly buckets?: readonly BucketSpec[];
  /** The account that all buckets belong to. Default `111122223333`. */
  readonly ownerId?: string;
  /** The KMS keys that uploads may name, as they are named there. Default none. */
  readonly kmsKeys?: readonly string[];
  /** Entries of a page of a listing at most, up to S3's 1,000, which is the default. */
  readonly pageKeysMax?: number;
  /** Seed of the faults' probabilities. Default 1. */
  readonly seed?: number;
  /** The emulator's clock, in ms since the epoch, for signatures and modification times. */
  readonly now?: () => number;
}

/** A running emulator. */
export interface S3Emulator extends AsyncDisposable {
  /** `http://host:port`, without trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly faults: Faults;
  /** Requests so far by operation, those that went wrong included. */
  readonly requests: Readonly<Record<S3Operation, number>>;
  /** Stores an object without a request. @returns its ETag, with quotes. */
  put(bucket: string, key: string, bytes: Uint8Array, metadata?: ObjectMetadata): string;
  /** Multipart uploads that were neither completed nor aborted. */
  readonly openUploads: number;
  /** The headers that are given back with an object, or null where there is none. */
  headers(bucket: string, key: string): Readonly<Record<string, string>> | null;
  /** An object's bytes, or null where there is none. */
  get(bucket: string, key: string): Uint8Array | null;
  /** Removes an object without a request. */
  delete(bucket: string, key: string): void;
  /** All keys of a bucket in UTF-8 byte order. */
  keys(bucket: string): string[];
  /** Keys and ETags, with quotes, of a bucket in the same order. */
  versions(bucket: string): [key: string, etag: string][];
  createBucket(name: string): void;
  /** Puts all request counts back to zero. */
  resetRequests(): void;
}
