import { createHash } from "node:crypto";
import { checkChecksums, CHECKSUM_HEADERS } from "./_checksums.ts";
import { S3Error } from "./_errors.ts";
import type { S3Request } from "./_s3_request.ts";

/** Bytes of one body; S3 itself takes 5 GB, but this emulator holds objects in memory. */
const BODY_BYTES_MAX = 512 * 1024 * 1024;

/** The content of an upload, unwrapped and checked. */
export interface Payload {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The checksum headers that came with it, trailers included. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** Reads the body of an upload and checks every digest that came with it. Throws S3Error. */
export async function readPayload(request: S3Request): Promise<Payload> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES_MAX) {
    throw new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
  const body = await request.body();
  const declared = request.headers.get("x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD";
  const headers = new Headers();
  for (const name of ["content-md5", ...CHECKSUM_HEADERS]) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  let bytes = body;
  if (declared === "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
    bytes = unchunk(body, headers);
    checkDecodedLength(bytes, request.headers);
  } else if (declared.startsWith("STREAMING-")) {
    throw new S3Error("NotImplemented", "This emulator does not check signatures of chunks");
  } else if (declared !== "UNSIGNED-PAYLOAD") {
    if (createHash("sha256").update(body).digest("hex") !== declared) {
      throw new S3Error(
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed",
      );
    }
  }
  checkChecksums(bytes, headers);
  headers.delete("content-md5");
  return { bytes, checksums: Object.fromEntries(headers) };
}

/**
 * Unwraps `aws-chunked`: chunks of `hex-length CRLF bytes CRLF` up to one of length 0, then trailers, which
 * are added to the headers ("Signature calculations: trailing headers", Amazon S3 API reference).
 */
function unchunk(body: Uint8Array<ArrayBuffer>, headers: Headers): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  let at = 0;
  const line = (): string => {
    const end = body.indexOf(10, at);
    if (end < 0) throw incomplete();
    const text = new TextDecoder().decode(body.subarray(at, end)).trim();
    at = end + 1;
    return text;
  };
  while (true) {
    const length = parseInt(line(), 16);
    if (!(length >= 0) || at + length > body.length) throw incomplete();
    if (length === 0) break;
    pieces.push(body.subarray(at, at + length));
    total += length;
    at += length;
    if (line() !== "") throw incomplete();
  }
  while (at < body.length) {
    const trailer = line();
    if (trailer === "") break;
    const colon = trailer.indexOf(":");
    if (colon < 0) throw incomplete();
    headers.set(trailer.slice(0, colon), trailer.slice(colon + 1));
  }
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

function checkDecodedLength(bytes: Uint8Array, headers: Headers): void {
  const declared = headers.get("x-amz-decoded-content-length");
  if (declared !== null && Number(declared) !== bytes.length) throw incomplete();
}

function incomplete(): S3Error {
  return new S3Error(
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
  );
}
