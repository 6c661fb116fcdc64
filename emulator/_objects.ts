import { randomBytes } from "node:crypto";
import {
  type Bucket,
  contentEtag,
  metadataHeaders,
  noSuchKey,
  type ObjectInfo,
} from "./_bucket.ts";
import { checkWriteCondition, isNotModified } from "./_conditions.ts";
import { S3Error } from "./_errors.ts";
import { readPayload } from "./_payload.ts";
import type { S3Request } from "./_s3_request.ts";
import { encryptionHeaders, hidesContent, storageHeaders } from "./_storage.ts";
import { element, elementBodies, elementTexts, xmlResponse } from "./_xml.ts";

const DELETED_KEYS_MAX = 1000;

/** Answers GetObject and HeadObject. */
export async function getObject(request: S3Request, bucket: Bucket): Promise<Response> {
  const info = bucket.info(request.key);
  if (info === undefined) throw noSuchKey(request.key);
  const headers: Record<string, string> = {
    ...info.headers,
    etag: info.etag,
    "last-modified": new Date(info.modifiedAt).toUTCString(),
    "accept-ranges": "bytes",
  };
  if (isNotModified(request.headers, info)) return new Response(null, { status: 304, headers });
  const range = parseRange(request.headers.get("range"), info.size);
  const [start, end] = range ?? [0, info.size];
  if (range !== null) {
    headers["content-range"] = `bytes ${start}-${end - 1}/${info.size}`;
    for (const name of Object.keys(headers)) {
      if (name.startsWith("x-amz-checksum-")) delete headers[name];
    }
  }
  const status = range === null ? 200 : 206;
  headers["content-length"] = String(end - start);
  if (request.method === "HEAD") return new Response(null, { status, headers });
  return new Response(await bucket.read(request.key, start, end), { status, headers });
}

/** Start and end of a single byte range; null where S3 gives the whole object. */
function parseRange(header: string | null, size: number): [number, number] | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return null;
  const [first, last] = [match[1], match[2]].map((text) => text === "" ? null : Number(text));
  if (first !== null && last !== null && last < first) return null;
  const start = first ?? Math.max(0, size - last!);
  const end = first === null || last === null ? size : Math.min(size, last + 1);
  if (start >= size || start >= end) {
    throw new S3Error(
      "InvalidRange",
      "The requested range is not satisfiable",
      { RangeRequested: header!, ActualObjectSize: String(size) },
      { "content-range": `bytes */${size}` },
    );
  }
  return [start, end];
}

/** Answers PutObject. The condition is checked after the body has come, so that the last moment counts. */
export async function putObject(
  request: S3Request,
  bucket: Bucket,
  nowMs: () => number,
  kmsKeys: readonly string[],
): Promise<Response> {
  const { bytes, checksums } = await readPayload(request);
  const kept = keptHeaders(request.headers, kmsKeys);
  checkWriteCondition(request.headers, request.key, bucket.info(request.key));
  const info: ObjectInfo = {
    etag: hidesContent(kept) ? contentEtag(randomBytes(16)) : contentEtag(bytes),
    size: bytes.length,
    modifiedAt: nowMs(),
    headers: { ...kept, ...checksums },
  };
  bucket.put(request.key, info, bytes);
  return new Response(null, {
    headers: { etag: info.etag, ...encryptionHeaders(kept), ...checksums },
  });
}

/** The headers of an upload that are stored with the object. */
export function keptHeaders(
  headers: Headers,
  kmsKeys: readonly string[],
): Record<string, string> {
  const encoding = (headers.get("content-encoding") ?? "").split(",").map((part) => part.trim())
    .filter((part) => part !== "" && part !== "aws-chunked").join(",");
  const kept = metadataHeaders({
    contentType: headers.get("content-type") ?? undefined,
    contentEncoding: encoding === "" ? undefined : encoding,
  });
  for (const [name, value] of headers) {
    if (name.startsWith("x-amz-meta-")) kept[name] = value;
  }
  Object.assign(kept, storageHeaders(headers, kmsKeys));
  return kept;
}

/** Answers DeleteObject; a key that is not there is no error, unless `If-Match` names a version. Throws S3Error. */
export function deleteObject(request: S3Request, bucket: Bucket): Response {
  if (request.headers.has("if-match")) {
    checkWriteCondition(request.headers, request.key, bucket.info(request.key));
  }
  bucket.delete(request.key);
  return new Response(null, { status: 204 });
}

/** Answers DeleteObjects. */
export async function deleteObjects(request: S3Request, bucket: Bucket): Promise<Response> {
  const { bytes } = await readPayload(request);
  const xml = new TextDecoder().decode(bytes);
  const keys = elementBodies(xml, "Object").flatMap((body) => elementTexts(body, "Key"));
  if (keys.length === 0 || keys.length > DELETED_KEYS_MAX) {
    throw new S3Error("MalformedXML", "The XML you provided was not well-formed");
  }
  for (const key of keys) bucket.delete(key);
  const isQuiet = elementTexts(xml, "Quiet")[0] === "true";
  const deleted = isQuiet ? [] : keys.map((key) => `<Deleted>${element("Key", key)}</Deleted>`);
  return xmlResponse(`<DeleteResult>${deleted.join("")}</DeleteResult>`);
}
