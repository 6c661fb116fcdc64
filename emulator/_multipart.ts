import { createHash, randomBytes } from "node:crypto";
import { type Bucket, contentEtag } from "./_bucket.ts";
import { checkWriteCondition } from "./_conditions.ts";
import { S3Error } from "./_errors.ts";
import { keptHeaders } from "./_objects.ts";
import { readPayload } from "./_payload.ts";
import { queryValue, type S3Request } from "./_s3_request.ts";
import { encryptionHeaders, hidesContent } from "./_storage.ts";
import { element, elementBodies, elementTexts, xmlResponse } from "./_xml.ts";

/** Every part but the last has at least this many bytes ("Multipart upload limits", S3 user guide). */
const PART_BYTES_MIN = 5 * 1024 * 1024;
const PART_NUMBER_MAX = 10_000;

interface Part {
  readonly etag: string;
  readonly checksums: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  /** In lower case; null where none was asked for. */
  readonly checksum: string | null;
  readonly parts: Map<number, Part>;
}

/** Multipart uploads under way. */
export class Multipart {
  readonly #uploads = new Map<string, Upload>();

  /** Uploads that were neither completed nor aborted. */
  get openCount(): number {
    return this.#uploads.size;
  }

  create(request: S3Request, kmsKeys: readonly string[]): Response {
    const id = crypto.randomUUID();
    const headers = keptHeaders(request.headers, kmsKeys);
    const checksum = request.headers.get("x-amz-checksum-algorithm")?.toLowerCase() ?? null;
    const { bucket, key } = request;
    this.#uploads.set(id, { bucket, key, headers, checksum, parts: new Map() });
    return xmlResponse(
      `<InitiateMultipartUploadResult>${element("Bucket", request.bucket)}${
        element("Key", request.key)
      }${element("UploadId", id)}</InitiateMultipartUploadResult>`,
      {
        ...encryptionHeaders(headers),
        ...(checksum === null ? {} : { "x-amz-checksum-algorithm": checksum.toUpperCase() }),
      },
    );
  }

  async uploadPart(request: S3Request): Promise<Response> {
    const upload = this.#find(request);
    const number = Number(queryValue(request, "partNumber"));
    if (!Number.isInteger(number) || number < 1 || number > PART_NUMBER_MAX) {
      throw new S3Error("InvalidArgument", "Part number must be an integer between 1 and 10000");
    }
    const { bytes, checksums } = await readPayload(request);
    if (upload.checksum !== null && !(`x-amz-checksum-${upload.checksum}` in checksums)) {
      throw new S3Error(
        "InvalidRequest",
        `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksum}`,
      );
    }
    const etag = contentEtag(bytes);
    upload.parts.set(number, { etag, bytes, checksums });
    return new Response(null, { headers: { etag, ...checksums } });
  }

  async complete(request: S3Request, bucket: Bucket, nowMs: () => number): Promise<Response> {
    const upload = this.#find(request);
    const parts = this.#chosenParts(upload, new TextDecoder().decode(await request.body()));
    checkWriteCondition(request.headers, request.key, bucket.info(request.key));
    const size = parts.reduce((sum, part) => sum + part.bytes.length, 0);
    const bytes = new Uint8Array(size);
    const digests = createHash("md5");
    let offset = 0;
    for (const part of parts) {
      bytes.set(part.bytes, offset);
      offset += part.bytes.length;
      digests.update(part.etag.slice(1, -1), "hex");
    }
    const digest = hidesContent(upload.headers)
      ? randomBytes(16).toString("hex")
      : digests.digest("hex");
    const etag = `"${digest}-${parts.length}"`;
    bucket.put(request.key, { etag, size, modifiedAt: nowMs(), headers: upload.headers }, bytes);
    this.#uploads.delete(queryValue(request, "uploadId")!);
    return xmlResponse(
      `<CompleteMultipartUploadResult>${element("Bucket", request.bucket)}${
        element("Key", request.key)
      }${element("ETag", etag)}</CompleteMultipartUploadResult>`,
      encryptionHeaders(upload.headers),
    );
  }

  abort(request: S3Request): Response {
    this.#find(request);
    this.#uploads.delete(queryValue(request, "uploadId")!);
    return new Response(null, { status: 204 });
  }

  #find(request: S3Request): Upload {
    const upload = this.#uploads.get(queryValue(request, "uploadId") ?? "");
    if (upload?.bucket !== request.bucket || upload.key !== request.key) {
      throw new S3Error("NoSuchUpload", "The specified multipart upload does not exist");
    }
    return upload;
  }

  /** The parts that the client names, which must be there, in ascending order and large enough. */
  #chosenParts(upload: Upload, xml: string): Part[] {
    const chosen = elementBodies(xml, "Part").map((body) => ({
      number: Number(elementTexts(body, "PartNumber")[0]),
      etag: (elementTexts(body, "ETag")[0] ?? "").replaceAll('"', ""),
      checksum: upload.checksum === null
        ? undefined
        : elementTexts(body, `Checksum${upload.checksum.toUpperCase()}`)[0],
    }));
    if (chosen.length === 0) {
      throw new S3Error("MalformedXML", "The XML you provided was not well-formed");
    }
    if (chosen.some(({ number }, i) => i > 0 && number <= chosen[i - 1].number)) {
      throw new S3Error("InvalidPartOrder", "The list of parts was not in ascending order");
    }
    return chosen.map(({ number, etag, checksum }, i) => {
      const part = upload.parts.get(number);
      if (upload.checksum !== null && checksum === undefined) {
        throw new S3Error(
          "InvalidRequest",
          `The upload was created using a ${upload.checksum} checksum. The complete request must ` +
            `include the checksum for each part. It was missing for part ${number} in the request`,
        );
      }
      if (
        checksum !== undefined && part?.checksums[`x-amz-checksum-${upload.checksum}`] !== checksum
      ) {
        throw new S3Error("InvalidPart", "One or more of the specified parts could not be found");
      }
      if (part?.etag !== `"${etag}"`) {
        throw new S3Error("InvalidPart", "One or more of the specified parts could not be found");
      }
      if (i < chosen.length - 1 && part.bytes.length < PART_BYTES_MIN) {
        throw new S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum");
      }
      return part;
    });
  }
}
