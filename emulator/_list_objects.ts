import { compareCodePoints } from "../core/json_text.ts";
import type { Bucket } from "./_bucket.ts";
import { S3Error } from "./_errors.ts";
import { queryValue, type S3Request } from "./_s3_request.ts";
import { storageClassOf } from "./_storage.ts";
import { element, xmlResponse } from "./_xml.ts";

/** Entries of a page at most; S3 may give fewer, and says so by `IsTruncated`. */
export const PAGE_KEYS_MAX = 1000;

interface Page {
  readonly contents: string[];
  readonly commonPrefixes: string[];
  /** Where the next page starts, or null at the end. */
  readonly next: Position | null;
}

/** Everything up to and including this key, or every key below this prefix, was listed. */
type Position = { readonly key: string } | { readonly below: string };

/** Answers ListObjectsV2 ("ListObjectsV2", Amazon S3 API reference). */
export function listObjects(
  request: S3Request,
  bucket: Bucket,
  pageKeysMax: number,
): Response {
  const prefix = queryValue(request, "prefix") ?? "";
  const delimiter = queryValue(request, "delimiter") ?? "";
  const startAfter = queryValue(request, "start-after") ?? "";
  const token = queryValue(request, "continuation-token");
  const encoding = queryValue(request, "encoding-type");
  if (encoding !== undefined && encoding !== "url") {
    throw new S3Error("InvalidArgument", "Invalid Encoding Method specified in Request");
  }
  const asked = Number(queryValue(request, "max-keys") ?? PAGE_KEYS_MAX);
  if (!Number.isInteger(asked) || asked < 0) {
    throw new S3Error(
      "InvalidArgument",
      "Argument max-keys must be an integer between 0 and 2147483647",
    );
  }
  const maxKeys = Math.min(asked, pageKeysMax);
  const from = token === undefined ? { key: startAfter } : readToken(token);
  const page = maxKeys === 0
    ? { contents: [], commonPrefixes: [], next: null }
    : readPage(bucket, prefix, delimiter, from, maxKeys);
  const text = encoding === "url" ? encodeKey : (key: string) => key;
  const parts = [
    element("Name", request.bucket),
    element("Prefix", text(prefix)),
    delimiter === "" ? "" : element("Delimiter", text(delimiter)),
    element("MaxKeys", asked),
    encoding === undefined ? "" : element("EncodingType", encoding),
    element("KeyCount", page.contents.length + page.commonPrefixes.length),
    element("IsTruncated", page.next !== null),
    token === undefined ? "" : element("ContinuationToken", token),
    page.next === null ? "" : element("NextContinuationToken", writeToken(page.next)),
    startAfter === "" ? "" : element("StartAfter", text(startAfter)),
  ];
  for (const key of page.contents) {
    const info = bucket.info(key)!;
    parts.push(
      `<Contents>${element("Key", text(key))}${
        element("LastModified", new Date(info.modifiedAt).toISOString())
      }${element("ETag", info.etag)}${element("Size", info.size)}${
        element("StorageClass", storageClassOf(info.headers))
      }</Contents>`,
    );
  }
  for (const common of page.commonPrefixes) {
    parts.push(`<CommonPrefixes>${element("Prefix", text(common))}</CommonPrefixes>`);
  }
  return xmlResponse(
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${
      parts.join("")
    }</ListBucketResult>`,
  );
}

function readPage(
  bucket: Bucket,
  prefix: string,
  delimiter: string,
  from: Position,
  maxKeys: number,
): Page {
  const contents: string[] = [];
  const commonPrefixes: string[] = [];
  let position = from;
  while (true) {
    let jumped = false;
    for (const key of bucket.keys.from(isListed(position, prefix))) {
      if (!key.startsWith(prefix)) break;
      if (contents.length + commonPrefixes.length === maxKeys) {
        return { contents, commonPrefixes, next: position };
      }
      const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      if (end < 0) {
        contents.push(key);
        position = { key };
      } else {
        const common = key.slice(0, end + delimiter.length);
        commonPrefixes.push(common);
        position = { below: common };
        jumped = true;
        break;
      }
    }
    if (!jumped) return { contents, commonPrefixes, next: null };
  }
}

/** True for keys that lie before the prefix or were listed already. */
function isListed(position: Position, prefix: string): (key: string) => boolean {
  return (key) => {
    if (compareCodePoints(key, prefix) < 0) return true;
    if ("key" in position) return compareCodePoints(key, position.key) <= 0;
    return key.startsWith(position.below) || compareCodePoints(key, position.below) < 0;
  };
}

function writeToken(position: Position): string {
  return encodeURIComponent(JSON.stringify(position)).replaceAll("%", "~");
}

function readToken(token: string): Position {
  try {
    return JSON.parse(decodeURIComponent(token.replaceAll("~", "%")));
  } catch {
    throw new S3Error("InvalidArgument", "The continuation token provided is incorrect");
  }
}

/** `encoding-type=url`: form encoding, so a space is `+`, but `/` and `*` stay. */
function encodeKey(key: string): string {
  if (/^[\w./*-]*$/.test(key)) return key;
  return encodeURIComponent(key).replace(
    /%20|%2F|[!'()~]/g,
    (c) => c === "%20" ? "+" : c === "%2F" ? "/" : `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
