import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { TrailsieveError } from "../core/errors.ts";
import type { ObjectRef, ReadGrant } from "../core/types.ts";
import { bareEtag, type ListedObject, listS3 } from "./_list_s3.ts";
import { createPresigner, type Presigner } from "./_presign.ts";
import { parseS3Url } from "./_s3_location.ts";
import { openS3Session, type S3Session } from "./_s3_session.ts";
import type { CallOptions, KeyRange, LevelPage, ListPage, OpenOptions, Source } from "./types.ts";

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
    options: CallOptions & KeyRange = {},
  ): AsyncGenerator<ListPage> {
    for await (const page of this.#pages(prefix, options)) {
      if (page.objects.length > 0) yield page.objects.map(toRef);
    }
  }

  async *listLevel(
    prefix: string,
    options: CallOptions & KeyRange = {},
  ): AsyncGenerator<LevelPage> {
    for await (const { objects, prefixes } of this.#pages(prefix, options, "/")) {
      if (objects.length + prefixes.length > 0) yield { refs: objects.map(toRef), prefixes };
    }
  }

  #pages(prefix: string, options: CallOptions & KeyRange, delimiter?: "/") {
    const { signal, ...range } = options;
    const listing = { bucket: this.#bucket, prefix, delimiter, ...range };
    return listS3(this.#session, listing, { signal, stage: "list" });
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

function toRef({ key, etag, size }: ListedObject): ObjectRef {
  return { key, etag, size };
}
