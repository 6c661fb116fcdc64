import { randomUUID } from "node:crypto";
import { DeleteObjectCommand, GetObjectCommand } from "@aws-sdk/client-s3";
import { TrailsieveError } from "../core/errors.ts";
import { statusOfError } from "./_aws_errors.ts";
import { checkLakePath } from "./_lake_path.ts";
import { bareEtag, listS3 } from "./_list_s3.ts";
import { probeConditions } from "./_probe_lake.ts";
import { readBody } from "./_read_body.ts";
import { retryRead } from "./_retry_read.ts";
import { parseS3Url } from "./_s3_location.ts";
import { openS3Session, type S3Session } from "./_s3_session.ts";
import { S3Writer, type StorageOptions } from "./_s3_write.ts";
import type { CallOptions, LakeFileInfo, LakeOptions, LakeStore, PutCondition } from "./types.ts";

/** Opens a lake in a bucket. Throws TrailsieveError. */
export async function openS3Lake(url: string, options: LakeOptions): Promise<LakeStore> {
  const { bucket, prefix } = parseS3Url(url);
  const session = await openS3Session(bucket, prefix, options);
  return new S3Lake(session, bucket, prefix, options);
}

class S3Lake implements LakeStore {
  readonly kind = "s3";
  readonly url: string;
  readonly #session: S3Session;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #writer: S3Writer;

  constructor(session: S3Session, bucket: string, prefix: string, storage: StorageOptions) {
    this.#session = session;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#writer = new S3Writer(session, bucket, storage);
    this.url = `s3://${bucket}/${prefix}`;
  }

  put(
    path: string,
    bytes: Uint8Array,
    { condition, signal }: CallOptions & { readonly condition: PutCondition },
  ): Promise<string> {
    const probeKey = `${this.#prefix}_work/probe/${randomUUID()}`;
    return this.#writer.put(this.#key(path), bytes, condition, { signal, probeKey });
  }

  async get(
    path: string,
    options: CallOptions = {},
  ): Promise<{ readonly bytes: Uint8Array; readonly etag: string } | null> {
    const key = this.#key(path);
    try {
      return await this.#read(key, options.signal, async (sendOptions) => {
        const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key });
        const found = await this.#session.client.send(command, sendOptions);
        const bytes = await readBody(found, options.signal);
        return { bytes, etag: bareEtag(found.ETag!) };
      });
    } catch (error) {
      if (isMissingKey(error)) return null;
      throw error;
    }
  }

  async getRange(
    path: string,
    offset: number,
    length: number,
    options: CallOptions & { readonly etag?: string } = {},
  ): Promise<Uint8Array> {
    if (length <= 0) return new Uint8Array(0);
    const key = this.#key(path);
    return await this.#read(key, options.signal, async (sendOptions) => {
      const command = new GetObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        Range: `bytes=${offset}-${offset + length - 1}`,
        IfMatch: options.etag === undefined ? undefined : `"${options.etag}"`,
      });
      try {
        const found = await this.#session.client.send(command, sendOptions);
        return await readBody(found, options.signal);
      } catch (error) {
        // The file ends before the offset: there are no bytes to give.
        if (statusOfError(error) === 416) return new Uint8Array(0);
        throw error;
      }
    });
  }

  async *list(prefix: string, options: CallOptions = {}): AsyncGenerator<readonly LakeFileInfo[]> {
    const listing = { bucket: this.#bucket, prefix: this.#prefix + prefix };
    for await (const page of listS3(this.#session, listing, options)) {
      if (page.objects.length === 0) continue;
      yield page.objects.map(({ key, ...rest }) => ({
        path: key.slice(this.#prefix.length),
        ...rest,
      }));
    }
  }

  async delete(
    path: string,
    { etag, signal }: CallOptions & { readonly etag?: string } = {},
  ): Promise<void> {
    const key = this.#key(path);
    const command = new DeleteObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      IfMatch: etag === undefined ? undefined : `"${etag}"`,
    });
    try {
      await this.#session.run(
        { verb: "delete", key },
        signal,
        (sendOptions) => this.#session.client.send(command, sendOptions),
      );
    } catch (error) {
      // With a condition S3 says that nothing is there.
      if (!isMissingKey(error)) throw error;
    }
  }

  probe(options: CallOptions = {}): Promise<{ readonly conditionalWrites: boolean }> {
    return probeConditions(this, options);
  }

  close(): Promise<void> {
    this.#session.client.destroy();
    return Promise.resolve();
  }

  /** Runs a call that reads a body to its end. */
  #read<T>(
    key: string,
    signal: AbortSignal | undefined,
    send: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    return retryRead(() => this.#session.run({ verb: "read", key }, signal, send), signal);
  }

  #key(path: string): string {
    checkLakePath(path);
    return this.#prefix + path;
  }
}

/** A bucket that is gone is an error, a key that is gone an answer. */
function isMissingKey(error: unknown): boolean {
  return error instanceof TrailsieveError && error.code === "missing" &&
    (error.cause as { name?: string }).name !== "NoSuchBucket";
}
