import { S3Error } from "./_errors.ts";
import type { S3Operation } from "./types.ts";

/** The longest key that S3 takes, in bytes of UTF-8. */
const KEY_BYTES_MAX = 1024;

/** A request as S3 understands it; path and query are taken from the wire, never through `URL`. */
export interface S3Request {
  readonly method: string;
  readonly operation: S3Operation;
  /** The decoded path, as signatures cover it. */
  readonly path: string;
  readonly bucket: string;
  /** The decoded key; empty for a bucket's own operations. */
  readonly key: string;
  /** Decoded names and values in the order of the wire. */
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Headers;
  readonly body: () => Promise<Uint8Array<ArrayBuffer>>;
}

/** The first value of a query parameter, or undefined. */
export function queryValue(request: S3Request, name: string): string | undefined {
  return request.query.find(([n]) => n === name)?.[1];
}

/** Understands a request. `Request.url` of Deno.serve is the target as sent: `..` and `//` are still there. */
export function parseRequest(request: Request): S3Request {
  const target = request.url.slice(request.url.indexOf("/", request.url.indexOf("//") + 2));
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? [] : target.slice(mark + 1).split("&").filter((pair) => pair !== "")
    .map((pair): [string, string] => {
      const equals = pair.indexOf("=");
      return equals < 0
        ? [decode(pair, true), ""]
        : [decode(pair.slice(0, equals), true), decode(pair.slice(equals + 1), true)];
    });
  const decoded = decode(path, false);
  const slash = decoded.indexOf("/", 1);
  const bucket = slash < 0 ? decoded.slice(1) : decoded.slice(1, slash);
  const key = slash < 0 ? "" : decoded.slice(slash + 1);
  if (new TextEncoder().encode(key).length > KEY_BYTES_MAX) {
    throw new S3Error("KeyTooLongError", "Your key is too long");
  }
  return {
    method: request.method,
    operation: operationOf(request.method, bucket, key, new Set(query.map(([name]) => name))),
    path: decoded,
    bucket,
    key,
    query,
    headers: request.headers,
    body: async () => new Uint8Array(await request.arrayBuffer()),
  };
}

function operationOf(
  method: string,
  bucket: string,
  key: string,
  names: ReadonlySet<string>,
): S3Operation {
  if (bucket !== "" && key === "") {
    if (method === "GET" && names.has("location")) return "GetBucketLocation";
    if (method === "GET" && names.has("list-type")) return "ListObjectsV2";
    if (method === "HEAD") return "HeadBucket";
    if (method === "PUT") return "CreateBucket";
    if (method === "DELETE") return "DeleteBucket";
    if (method === "POST" && names.has("delete")) return "DeleteObjects";
  } else if (bucket !== "") {
    if (method === "GET" && !names.has("uploadId")) return "GetObject";
    if (method === "HEAD") return "HeadObject";
    if (method === "PUT") return names.has("uploadId") ? "UploadPart" : "PutObject";
    if (method === "DELETE") return names.has("uploadId") ? "AbortMultipartUpload" : "DeleteObject";
    if (method === "POST" && names.has("uploads")) return "CreateMultipartUpload";
    if (method === "POST" && names.has("uploadId")) return "CompleteMultipartUpload";
  }
  throw new S3Error("NotImplemented", "This emulator does not know the operation");
}

function decode(text: string, plusIsSpace: boolean): string {
  try {
    return decodeURIComponent(plusIsSpace ? text.replaceAll("+", " ") : text);
  } catch {
    throw new S3Error("InvalidURI", "Could not parse the specified URI");
  }
}
