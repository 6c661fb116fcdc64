import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { TrailsieveError } from "../core/errors.ts";
import type { ObjectRef, ReadGrant } from "../core/types.ts";
import { bareEtag, listS3 } from "./_list_s3.ts";
import { createPresigner, type Presigner } from "./_presign.ts";
import { parseS3Url } from "./_s3_location.ts";
import { openS3Session, type S3Session } from "./_s3_session.ts";
import type { CallOptions, ListPage, OpenOptions, Source } from "./types.ts";

/** Opens a trail in a bucket. Throws TrailsieveError. */
export async function openS3Source(url: string, options: OpenOptions): Promise<Source> {
  const { bucket, prefix } = parseS3Url(url);
  const session = await openS3Session(bucket, prefix, options);
  try {
    const presigner = await session.run(
      { verb: "sign", key: prefix },
      undefined,
      () => createPresigner(session, bucket),
    );
    return new S3Source(session, presigner, bucket, prefix);
  } catch (error) {
    session.client.destroy();
    throw error;
  }
}

class S3Source implements Source {
  readonly kind = "s3";
  readonly url: string;
  readonly scope: string;
  readonly host: string;
  readonly #session: S3Session;
  readonly #presigner: Presigner;
  readonly #bucket: string;

  constructor(
    session: S3Session,
    presigner: Presigner,
    bucket: string,
    readonly prefix: string,
  ) {
    this.#session = session;
    this.#presigner = presigner;
    this.#bucket = bucket;
    this.host = presigner.host;
    this.url = `s3://${bucket}/${prefix}`;
    this.scope = session.endpoint === null
      ? `s3://${bucket}`
      : `s3://${bucket}@${session.endpoint.replace(/\/+$/, "")}`;
  }

  async *list(
    prefix: string,
    options: CallOptions & { readonly startAfter?: string } = {},
  ): AsyncGenerator<ListPage> {
    const listing = { bucket: this.#bucket, prefix, startAfter: options.startAfter };
    for await (const page of listS3(this.#session, listing, { ...options, stage: "list" })) {
      if (page.objects.length === 0) continue;
      yield page.objects.map(({ key, etag, size }) => ({ key, etag, size }));
    }
  }

  async *listPrefixes(
    prefix: string,
    options: CallOptions = {},
  ): AsyncGenerator<readonly string[]> {
    const listing = { bucket: this.#bucket, prefix, delimiter: "/" } as const;
    for await (const page of listS3(this.#session, listing, { ...options, stage: "list" })) {
      if (page.prefixes.length > 0) yield page.prefixes;
    }
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectRef | null> {
    try {
      const found = await this.#session.run(
        { verb: "read", key },
        options.signal,
        (sendOptions) =>
          this.#session.client.send(
            new HeadObjectCommand({ Bucket: this.#bucket, Key: key }),
            sendOptions,
          ),
      );
      return { key, etag: bareEtag(found.ETag!), size: found.ContentLength! };
    } catch (error) {
      if (error instanceof TrailsieveError && error.code === "missing") return null;
      throw error;
    }
  }

  async grant(ref: ObjectRef, options: CallOptions = {}): Promise<ReadGrant> {
    const headers = { "if-match": `"${ref.etag}"` };
    const url = await this.#session.run(
      { verb: "sign", key: ref.key, stage: "fetch" },
      options.signal,
      () => this.#presigner.presign(ref.key, headers),
    );
    return { kind: "url", url, headers };
  }

  uri(key: string): string {
    return `s3://${this.#bucket}/${key}`;
  }

  close(): Promise<void> {
    this.#session.client.destroy();
    return Promise.resolve();
  }
}
