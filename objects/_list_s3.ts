import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import { compareCodePoints } from "../core/json_text.ts";
import type { S3Session } from "./_s3_session.ts";
import type { CallOptions, KeyRange } from "./types.ts";

/** What to list. */
export interface S3Listing extends KeyRange {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter?: "/";
}

/** An object as a listing gives it. */
export interface ListedObject {
  readonly key: string;
  /** Without quotes. */
  readonly etag: string;
  readonly size: number;
  /** In ms since the epoch. */
  readonly modifiedAt: number;
}

/** Pages of ListObjectsV2, with keys decoded. Throws TrailsieveError. */
export async function* listS3(
  session: S3Session,
  listing: S3Listing,
  options: CallOptions & { readonly stage?: "list" } = {},
): AsyncGenerator<
  { readonly objects: readonly ListedObject[]; readonly prefixes: readonly string[] }
> {
  const { before } = listing;
  const isBefore = (key: string) => before === undefined || compareCodePoints(key, before) < 0;
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: listing.bucket,
      Prefix: listing.prefix,
      Delimiter: listing.delimiter,
      // Keys may hold characters that XML cannot carry, so they are asked for in URL encoding.
      EncodingType: "url",
      MaxKeys: listing.pageKeysMax,
      StartAfter: token === undefined ? listing.startAfter || undefined : undefined,
      ContinuationToken: token,
    });
    const page = await session.run(
      { verb: "list", key: listing.prefix, stage: options.stage },
      options.signal,
      (sendOptions) => session.client.send(command, sendOptions),
    );
    const { objects, prefixes } = readPage(page);
    if (!objects.every(({ key }) => isBefore(key)) || !prefixes.every(isBefore)) {
      yield {
        objects: objects.filter(({ key }) => isBefore(key)),
        prefixes: prefixes.filter(isBefore),
      };
      return;
    }
    yield { objects, prefixes };
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

function readPage(page: ListObjectsV2CommandOutput) {
  const decode = page.EncodingType === "url" ? decodeKey : (key: string) => key;
  return {
    objects: (page.Contents ?? []).map((object) => ({
      key: decode(object.Key!),
      etag: bareEtag(object.ETag!),
      size: object.Size!,
      modifiedAt: object.LastModified?.getTime() ?? 0,
    })),
    prefixes: (page.CommonPrefixes ?? []).map(({ Prefix }) => decode(Prefix!)),
  };
}

/** S3 encodes keys like forms: a space is `+`, a plus `%2B`. */
function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll("+", "%20"));
}

/** An ETag without its quotes: listings have them, notifications do not, and both name the same version. */
export function bareEtag(etag: string): string {
  return etag.replace(/^"(.*)"$/, "$1");
}
