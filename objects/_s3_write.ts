import { randomUUID } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type StorageClass,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { TrailsieveError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { attemptsOfError, statusOfError } from "./_aws_errors.ts";
import { bareEtag } from "./_list_s3.ts";
import type { S3Session } from "./_s3_session.ts";
import type { LakeOptions, PutCondition } from "./types.ts";

/** Names each write, so that a retry can tell its own earlier success from another writer's. */
const WRITE_ID = "trailsieve-write";

/** Parts of one upload that are sent at the same time. */
const PARTS_AT_ONCE = 3;

/** How a bucket's objects are stored. */
export type StorageOptions = Pick<LakeOptions, "kmsKey" | "storageClass">;

/** One write: where, what, under which condition. */
interface Write {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly condition: PutCondition;
  readonly writeId: string;
  readonly signal: AbortSignal | undefined;
}

/** Writes whole objects under conditions: small ones by one PUT, large ones in parts. */
export class S3Writer {
  readonly #session: S3Session;
  readonly #bucket: string;
  readonly #storage: Readonly<Record<string, unknown>>;
  /** Whether completing an upload heeds its condition, once that was tried. */
  #completesHeed: Promise<boolean> | null = null;

  constructor(session: S3Session, bucket: string, { kmsKey, storageClass }: StorageOptions) {
    this.#session = session;
    this.#bucket = bucket;
    this.#storage = {
      ...(kmsKey === undefined ? {} : {
        ServerSideEncryption: "aws:kms" as const,
        SSEKMSKeyId: kmsKey,
        // One data key for many objects: else each read and write is a request to KMS.
        BucketKeyEnabled: true,
      }),
      // A class that this SDK does not know yet may be one of S3's.
      ...(storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass }),
    };
  }

  /**
   * Writes an object. @returns its ETag. Throws TrailsieveError, `condition` where the condition does not hold.
   * Nothing of a failed upload in parts is left, unless the store cannot be reached to remove it.
   */
  async put(
    key: string,
    bytes: Uint8Array,
    condition: PutCondition,
    { signal, probeKey }: { readonly signal?: AbortSignal; readonly probeKey: string },
  ): Promise<string> {
    const write: Write = { key, bytes, condition, writeId: randomUUID(), signal };
    const isLarge = bytes.length >= LIMITS.multipartBytesMin;
    const inParts = isLarge &&
      (condition.kind === "always" || await this.#triesCompletion(probeKey, signal));
    try {
      return inParts ? await this.#putInParts(write) : await this.#putAtOnce(write);
    } catch (error) {
      return await this.#explain(error, write);
    }
  }

  async #putAtOnce({ key, bytes, condition, writeId, signal }: Write): Promise<string> {
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: bytes,
      Metadata: { [WRITE_ID]: writeId },
      ...this.#storage,
      ...conditionHeaders(condition),
    });
    const written = await this.#session.run(
      { verb: "write", key },
      signal,
      (options) => this.#session.client.send(command, options),
    );
    return bareEtag(written.ETag!);
  }

  async #putInParts(write: Write): Promise<string> {
    const { key, writeId, condition, signal } = write;
    const target = { Bucket: this.#bucket, Key: key };
    const run = <T>(send: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>) =>
      this.#session.run({ verb: "write", key }, signal, send);
    const create = new CreateMultipartUploadCommand({
      ...target,
      Metadata: { [WRITE_ID]: writeId },
      ChecksumAlgorithm: "CRC32",
      ...this.#storage,
    });
    const { UploadId } = await run((options) => this.#session.client.send(create, options));
    try {
      const Parts = await this.#uploadParts(write, UploadId!);
      const complete = new CompleteMultipartUploadCommand({
        ...target,
        UploadId,
        MultipartUpload: { Parts },
        ...conditionHeaders(condition),
      });
      const written = await run((options) => this.#session.client.send(complete, options));
      return bareEtag(written.ETag!);
    } catch (error) {
      // Also after an abort: parts that nobody asks for are paid for until they are removed.
      await this.#session.client.send(new AbortMultipartUploadCommand({ ...target, UploadId }))
        .catch(() => {});
      throw error;
    }
  }

  /** Sends the parts, a few at a time; the first failure stops the others. */
  async #uploadParts(
    { key, bytes, signal }: Write,
    UploadId: string,
  ): Promise<CompletedPart[]> {
    const count = Math.max(1, Math.ceil(bytes.length / LIMITS.multipartPartBytes));
    const parts: CompletedPart[] = new Array(count);
    const failed = new AbortController();
    const either = AbortSignal.any([failed.signal, ...(signal === undefined ? [] : [signal])]);
    let next = 0;
    const lane = async () => {
      for (let i = next++; i < count && !either.aborted; i = next++) {
        const from = i * LIMITS.multipartPartBytes;
        const command = new UploadPartCommand({
          Bucket: this.#bucket,
          Key: key,
          UploadId,
          PartNumber: i + 1,
          Body: bytes.subarray(from, from + LIMITS.multipartPartBytes),
          ChecksumAlgorithm: "CRC32",
        });
        const sent = await this.#session.run(
          { verb: "write", key },
          either,
          (options) => this.#session.client.send(command, options),
        );
        parts[i] = { PartNumber: i + 1, ETag: sent.ETag, ChecksumCRC32: sent.ChecksumCRC32 };
      }
    };
    let first: { readonly error: unknown } | null = null;
    await Promise.all(
      Array.from({ length: Math.min(PARTS_AT_ONCE, count) }, () =>
        lane().catch((error) => {
          first ??= { error };
          failed.abort();
        })),
    );
    signal?.throwIfAborted();
    if (first !== null) throw (first as { readonly error: unknown }).error;
    return parts;
  }

  /**
   * Whether completing an upload heeds its condition, tried once at the first large file: some stores know
   * conditions of a PUT alone, and there large files go by one PUT too.
   */
  #triesCompletion(key: string, signal: AbortSignal | undefined): Promise<boolean> {
    this.#completesHeed ??= this.#tryCompletion(key, signal).catch((error) => {
      this.#completesHeed = null;
      throw error;
    });
    return this.#completesHeed;
  }

  async #tryCompletion(key: string, signal: AbortSignal | undefined): Promise<boolean> {
    const write = { key, bytes: new TextEncoder().encode("one"), writeId: randomUUID(), signal };
    try {
      await this.#putAtOnce({ ...write, condition: { kind: "always" } });
      await this.#putInParts({ ...write, condition: { kind: "create" } });
      return false;
    } catch (error) {
      if (!(error instanceof TrailsieveError)) throw error;
      if (error.code === "condition") return true;
      // A store that does not know the header, or no uploads in parts, may say so.
      if ([400, 405, 501].includes(statusOfError(error.cause) ?? 0)) return false;
      throw error;
    } finally {
      await this.#session.client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }))
        .catch(() => {});
    }
  }

  /** @returns the ETag where the write had succeeded all the same; else throws what it means. */
  async #explain(error: unknown, { key, condition, writeId, signal }: Write): Promise<string> {
    if (!(error instanceof TrailsieveError)) throw error;
    // The answer to an attempt that had succeeded may be lost; the next attempt then meets its own write, or, of
    // an upload in parts, finds no upload any more.
    const isOwnPossible = error.code === "condition" || isGone(error, "NoSuchUpload");
    if (isOwnPossible && attemptsOfError(error.cause) > 1) {
      const own = await this.#etagOfWrite(key, writeId, signal);
      if (own !== null) return own;
    }
    if (condition.kind === "replace" && isGone(error, "NoSuchKey")) {
      // S3 answers If-Match on an absent key with 404.
      const object = `s3://${this.#bucket}/${key}`;
      throw new TrailsieveError("condition", `Cannot replace ${object}: it is gone`, {
        object,
        cause: error.cause,
      });
    }
    throw error;
  }

  /** The ETag of the object if this write made it, else null. */
  async #etagOfWrite(
    key: string,
    writeId: string,
    signal: AbortSignal | undefined,
  ): Promise<string | null> {
    const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: key });
    try {
      const found = await this.#session.run(
        { verb: "read", key },
        signal,
        (options) => this.#session.client.send(command, options),
      );
      return found.Metadata?.[WRITE_ID] === writeId ? bareEtag(found.ETag!) : null;
    } catch (error) {
      if (error instanceof TrailsieveError && error.code === "missing") return null;
      throw error;
    }
  }
}

function conditionHeaders(condition: PutCondition): { IfNoneMatch?: string; IfMatch?: string } {
  switch (condition.kind) {
    case "always":
      return {};
    case "create":
      return { IfNoneMatch: "*" };
    case "replace":
      return { IfMatch: `"${condition.etag}"` };
    default:
      return condition satisfies never;
  }
}

function isGone(error: TrailsieveError, name: "NoSuchKey" | "NoSuchUpload"): boolean {
  return error.code === "missing" && (error.cause as { name?: string }).name === name;
}
