import { type Bucket, contentEtag, MemoryBucket, metadataHeaders } from "./_bucket.ts";
import { S3Error } from "./_errors.ts";
import { ActiveFaults } from "./_faults.ts";
import { FolderBucket } from "./_folder_bucket.ts";
import { listObjects, PAGE_KEYS_MAX } from "./_list_objects.ts";
import { Multipart } from "./_multipart.ts";
import { deleteObject, deleteObjects, getObject, putObject } from "./_objects.ts";
import { parseRequest, type S3Request } from "./_s3_request.ts";
import { checkSignature, type Credentials } from "./_sigv4.ts";
import { cutBody, hang, pause, stallBody } from "./_spoil.ts";
import { checkOwner } from "./_storage.ts";
import { element, xmlResponse } from "./_xml.ts";
import {
  type ObjectMetadata,
  S3_OPERATIONS,
  type S3Emulator,
  type S3EmulatorOptions,
  type S3Operation,
} from "./types.ts";

/** Starts an S3 server that keeps its objects in memory. It ends when it is disposed of. */
export async function startS3Emulator(options: S3EmulatorOptions): Promise<S3Emulator> {
  const emulator = new Emulator(options);
  for (const spec of options.buckets ?? []) {
    if (typeof spec === "string") emulator.createBucket(spec);
    else emulator.buckets.set(spec.name, await FolderBucket.open(spec.folder));
  }
  emulator.listen(options.hostname ?? "127.0.0.1", options.port ?? 0);
  return emulator;
}

class Emulator implements S3Emulator {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly faults: ActiveFaults;
  readonly requests = countsOfZero();
  readonly buckets = new Map<string, Bucket>();
  readonly #credentials: Credentials;
  readonly #multipart = new Multipart();
  readonly #now: () => number;
  readonly #pageKeysMax: number;
  readonly #ownerId: string;
  readonly #kmsKeys: readonly string[];
  readonly #closing = new AbortController();
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;

  constructor(options: S3EmulatorOptions) {
    this.accessKeyId = options.accessKeyId;
    this.secretAccessKey = options.secretAccessKey;
    this.region = options.region ?? "us-east-1";
    this.faults = new ActiveFaults(options.seed ?? 1);
    this.#now = options.now ?? Date.now;
    this.#pageKeysMax = Math.min(options.pageKeysMax ?? PAGE_KEYS_MAX, PAGE_KEYS_MAX);
    this.#ownerId = options.ownerId ?? "111122223333";
    this.#kmsKeys = options.kmsKeys ?? [];
    this.#credentials = { ...options, region: this.region };
  }

  get openUploads(): number {
    return this.#multipart.openCount;
  }

  get port(): number {
    return this.#server!.addr.port;
  }

  get url(): string {
    const { hostname, port } = this.#server!.addr;
    return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  }

  listen(hostname: string, port: number): void {
    this.#server = Deno.serve(
      { hostname, port, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#server!.shutdown();
  }

  put(name: string, key: string, bytes: Uint8Array, metadata: ObjectMetadata = {}): string {
    const etag = contentEtag(bytes);
    this.#bucket(name).put(
      key,
      { etag, size: bytes.length, modifiedAt: this.#now(), headers: metadataHeaders(metadata) },
      bytes.slice(),
    );
    return etag;
  }

  headers(name: string, key: string): Readonly<Record<string, string>> | null {
    return this.#bucket(name).info(key)?.headers ?? null;
  }

  get(name: string, key: string): Uint8Array | null {
    const bucket = this.#bucket(name);
    return bucket instanceof MemoryBucket ? bucket.bytes(key) : null;
  }

  delete(name: string, key: string): void {
    this.#bucket(name).delete(key);
  }

  keys(name: string): string[] {
    return [...this.#bucket(name).keys.from(() => false)];
  }

  versions(name: string): [key: string, etag: string][] {
    const bucket = this.#bucket(name);
    return this.keys(name).map((key) => [key, bucket.info(key)!.etag]);
  }

  createBucket(name: string): void {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new S3Error("InvalidBucketName", "The specified bucket is not valid");
    }
    if (this.buckets.has(name)) {
      throw new S3Error("BucketAlreadyOwnedByYou", "The bucket already exists and you own it");
    }
    this.buckets.set(name, new MemoryBucket());
  }

  resetRequests(): void {
    Object.assign(this.requests, countsOfZero());
  }

  async #answer(request: Request): Promise<Response> {
    let response: Response;
    try {
      response = await this.#answerParsed(parseRequest(request));
    } catch (error) {
      const refusal = error instanceof S3Error
        ? error
        : new S3Error("InternalError", `We encountered an internal error: ${error}`);
      response = refusal.toResponse(request.method, new URL(request.url).pathname);
    }
    // The body of a refused upload is read to its end, or the client sees a reset instead of the answer.
    if (!request.bodyUsed) await request.body?.pipeTo(new WritableStream()).catch(() => {});
    return response;
  }

  async #answerParsed(request: S3Request): Promise<Response> {
    this.requests[request.operation]++;
    checkSignature(request, this.#credentials, this.#now());
    checkOwner(request.headers, this.#ownerId);
    const fault = this.faults.meet(request);
    switch (fault?.kind) {
      case undefined:
        return await this.#carryOut(request);
      case "slow_down":
        throw new S3Error("SlowDown", "Please reduce your request rate.");
      case "internal_error":
        if (fault.afterWork === true) await this.#carryOut(request);
        throw new S3Error("InternalError", "We encountered an internal error. Please try again.");
      case "deny":
        throw new S3Error("AccessDenied", "Access Denied");
      case "ignore_conditions": {
        const headers = new Headers(request.headers);
        for (const name of ["if-match", "if-none-match"]) headers.delete(name);
        return await this.#carryOut({ ...request, headers });
      }
      case "expired_token":
        throw new S3Error("ExpiredToken", "The provided token has expired.");
      case "expired_url":
        throw new S3Error("AccessDenied", "Request has expired");
      case "cut":
        return await cutBody(await this.#carryOut(request), fault.bytes);
      case "reset":
        return await cutBody(await this.#carryOut(request), 0);
      case "stall":
        return await stallBody(await this.#carryOut(request), fault.bytes, this.#closing.signal);
      case "delay":
        await pause(fault.ms, this.#closing.signal);
        return await this.#carryOut(request);
      case "hang":
        await hang(this.#closing.signal);
        throw new S3Error("InternalError", "The emulator goes away.");
      default:
        return fault satisfies never;
    }
  }

  async #carryOut(request: S3Request): Promise<Response> {
    if (request.operation === "CreateBucket") {
      this.createBucket(request.bucket);
      return new Response(null, { headers: { location: `/${request.bucket}` } });
    }
    const bucket = this.#bucket(request.bucket);
    switch (request.operation) {
      case "ListObjectsV2":
        return listObjects(request, bucket, this.#pageKeysMax);
      case "GetObject":
      case "HeadObject":
        return await getObject(request, bucket);
      case "PutObject":
        return await putObject(request, bucket, this.#now, this.#kmsKeys);
      case "DeleteObject":
        return deleteObject(request, bucket);
      case "DeleteObjects":
        return await deleteObjects(request, bucket);
      case "CreateMultipartUpload":
        return this.#multipart.create(request, this.#kmsKeys);
      case "UploadPart":
        return await this.#multipart.uploadPart(request);
      case "CompleteMultipartUpload":
        return await this.#multipart.complete(request, bucket, this.#now);
      case "AbortMultipartUpload":
        return this.#multipart.abort(request);
      case "DeleteBucket":
        if (bucket.keys.size > 0) {
          throw new S3Error("BucketNotEmpty", "The bucket you tried to delete is not empty");
        }
        this.buckets.delete(request.bucket);
        return new Response(null, { status: 204 });
      case "HeadBucket":
        return new Response(null, { headers: { "x-amz-bucket-region": this.region } });
      case "GetBucketLocation":
        // us-east-1 is the region without a name.
        return xmlResponse(
          element("LocationConstraint", this.region === "us-east-1" ? "" : this.region),
        );
      default:
        return request.operation satisfies never;
    }
  }

  #bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket !== undefined) return bucket;
    throw new S3Error("NoSuchBucket", "The specified bucket does not exist", { BucketName: name });
  }
}

function countsOfZero(): Record<S3Operation, number> {
  return Object.fromEntries(S3_OPERATIONS.map((name) => [name, 0])) as Record<S3Operation, number>;
}
