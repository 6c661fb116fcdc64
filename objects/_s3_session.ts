import { HeadBucketCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { TrailsieveError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { RequestCounts } from "../core/types.ts";
import { type AwsCall, regionOfError, statusOfError, translateAwsError } from "./_aws_errors.ts";
import type { LakeOptions, OpenOptions } from "./types.ts";

/**
 * Attempts of one request, the first included; the SDK waits in between with jitter and growing delay. Where a fifth
 * of all requests fails, five attempts would give up on one in 3,000.
 */
const ATTEMPTS_MAX = 7;
const CONNECT_TIMEOUT_MS = 5_000;
/** Where neither environment nor profile names a region; the bucket's own is found from there. */
const FIRST_REGION = "us-east-1";

/** What a request of each command costs, by RequestCounts; a DELETE costs nothing. */
const COUNTED: Readonly<Record<string, keyof RequestCounts>> = {
  ListObjectsV2Command: "list",
  GetObjectCommand: "get",
  HeadObjectCommand: "get",
  HeadBucketCommand: "get",
  PutObjectCommand: "put",
  CreateMultipartUploadCommand: "put",
  UploadPartCommand: "put",
  CompleteMultipartUploadCommand: "put",
};

/** An SDK client for one bucket, in the bucket's own region, that counts its requests. */
export interface S3Session {
  readonly client: S3Client;
  readonly region: string;
  /** The endpoint that is set, or null for AWS's own. */
  readonly endpoint: string | null;
  /** Runs one call; whatever it throws is translated for this call. */
  run<T>(
    call: Pick<AwsCall, "verb" | "key" | "stage">,
    signal: AbortSignal | undefined,
    send: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T>;
}

/**
 * Opens a session on a bucket with one HeadBucket, which finds the bucket's region. A bucket that may not be
 * looked at is no error yet: listing will say so. Throws TrailsieveError `missing`, `unreachable`, `throttled`,
 * `denied` where there are no credentials, or `usage` for an endpoint that is no URL.
 */
export async function openS3Session(
  bucket: string,
  prefix: string,
  options: LakeOptions,
): Promise<S3Session> {
  const { env, bucketOwner: owner } = options;
  const endpoint = readEndpoint(env);
  const config = clientConfig(env, endpoint);
  let client = new S3Client(config);
  let region = await client.config.region().catch(() => "");
  if (region === "") {
    client.destroy();
    region = FIRST_REGION;
    client = new S3Client({ ...config, region });
  }
  prepareClient(client, options);
  const found = await findRegion(client, bucket).catch((error) => {
    client.destroy();
    throw translateAwsError(error, { verb: "reach", bucket, key: prefix, region, endpoint, owner });
  });
  if (found !== undefined && found !== region) {
    client.destroy();
    region = found;
    client = new S3Client({ ...config, region });
    prepareClient(client, options);
  }
  return {
    client,
    region,
    endpoint,
    async run(call, signal, send) {
      signal?.throwIfAborted();
      try {
        return await send({ abortSignal: signal });
      } catch (error) {
        throw translateAwsError(error, { ...call, bucket, region, endpoint, owner }, signal);
      }
    },
  };
}

function readEndpoint(env: OpenOptions["env"]): string | null {
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || null;
  if (endpoint === null || /^https?:$/.test(URL.parse(endpoint)?.protocol ?? "")) return endpoint;
  throw new TrailsieveError(
    "usage",
    `Cannot use endpoint ${endpoint}: it is no http or https URL`,
    {
      hint: "Correct AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_S3",
    },
  );
}

function clientConfig(env: OpenOptions["env"], endpoint: string | null): S3ClientConfig {
  const hasKeys = env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY && !env.AWS_PROFILE;
  return {
    maxAttempts: ATTEMPTS_MAX,
    retryMode: "standard",
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: LIMITS.silentConnectionMs,
    },
    ...(env.AWS_REGION ? { region: env.AWS_REGION } : {}),
    ...(env.AWS_PROFILE ? { profile: env.AWS_PROFILE } : {}),
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    ...(hasKeys
      ? {
        credentials: {
          accessKeyId: env.AWS_ACCESS_KEY_ID!,
          secretAccessKey: env.AWS_SECRET_ACCESS_KEY!,
          sessionToken: env.AWS_SESSION_TOKEN,
        },
      }
      : {}),
  };
}

function prepareClient(client: S3Client, { requests, bucketOwner }: LakeOptions): void {
  countRequests(client, requests);
  if (bucketOwner === undefined) return;
  client.middlewareStack.add(
    (next) => (args) =>
      next({ ...args, input: { ...args.input, ExpectedBucketOwner: bucketOwner } }),
    { step: "initialize", name: "expectBucketOwner" },
  );
}

/** Adds each attempt, the SDK's own retries included, to the counts. */
function countRequests(client: S3Client, requests: RequestCounts): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const kind = COUNTED[context.commandName ?? ""];
      if (kind !== undefined) requests[kind]++;
      return next(args);
    },
    { step: "deserialize", name: "countRequests", priority: "low" },
  );
}

/** The bucket's region, or undefined where the store does not tell. */
async function findRegion(client: S3Client, bucket: string): Promise<string | undefined> {
  try {
    return (await client.send(new HeadBucketCommand({ Bucket: bucket }))).BucketRegion;
  } catch (error) {
    const region = regionOfError(error);
    if (region !== undefined) return region;
    // The answer to a HEAD has no body: a listing will be told why it is refused, for instance ExpiredToken.
    if ([400, 401, 403].includes(statusOfError(error) ?? 0)) return undefined;
    throw error;
  }
}
