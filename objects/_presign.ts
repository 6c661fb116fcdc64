import { GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { TrailsieveError } from "../core/errors.ts";
import type { S3Session } from "./_s3_session.ts";
import { encodeRfc3986, UrlSigner } from "./_sign_url.ts";

/** How long a URL is good for: twice what Source promises, since a shard may wait before it is read. */
const EXPIRES_SECONDS = 1800;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "https:": "443", "http:": "80" };

/** Signs GETs of one bucket. */
export interface Presigner {
  /** `host:port`, also where the port is the scheme's own. */
  readonly host: string;
  /** A URL that reads the key; it must be fetched with exactly these headers. */
  presign(key: string, headers: Readonly<Record<string, string>>): Promise<string>;
}

/**
 * Asks the SDK once where the bucket lives, and each time for its keys, which it keeps until they expire; the signing
 * is ours: 0.02 ms a URL instead of 0.06 with the SDK's signer and 0.36 through the command's whole middleware
 * (2 cores, Deno 2.9.6, 2026-11-21).
 */
export async function createPresigner(session: S3Session, bucket: string): Promise<Presigner> {
  const example = new URL(
    await getSignedUrl(session.client, new GetObjectCommand({ Bucket: bucket, Key: "k" })),
  );
  const base = example.pathname.slice(0, -1);
  const signer = new UrlSigner(session.region, example.host, EXPIRES_SECONDS);
  return {
    host: `${example.hostname}:${example.port || DEFAULT_PORTS[example.protocol]}`,
    async presign(key, headers) {
      const keys = await session.client.config.credentials();
      const path = key.split("/").map(encodeRfc3986).join("/");
      const query = signer.sign(base + path, headers, keys, Date.now());
      return `${example.origin}${base}${
        HAS_DOTS.test(key) ? undotted(bucket, key) : path
      }?${query}`;
    },
  };
}

/** Whether a segment of the key is `.` or `..`. */
const HAS_DOTS = /(?:^|\/)\.\.?(?:\/|$)/;

/**
 * Such a key as `fetch` leaves it alone. A URL's `.` and `..` segments are resolved by every WHATWG parser, also
 * when written as `%2e`, so that a key like `a/../b` would become another key. S3 decodes the path and
 * encodes it again before it checks the signature, leaving slashes, so that `a%2F..%2Fb` carries the signature of
 * `a/../b`: one segment, which nobody resolves. A key that is nothing but dots has no such spelling.
 */
function undotted(bucket: string, key: string): string {
  const segments = key.split("/");
  if (segments.length === 1) {
    throw new TrailsieveError(
      "corrupt",
      `Cannot sign s3://${bucket}/${key}: no URL can name this key`,
      {
        object: `s3://${bucket}/${key}`,
        hint: "Copy the object to another key",
      },
    );
  }
  return segments.map(encodeRfc3986).join("%2F");
}
