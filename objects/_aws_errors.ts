import { type ErrorCode, type Stage, TrailsieveError } from "../core/errors.ts";

/** What was being done when the SDK threw; decides the words and the permission that a hint names. */
export interface AwsCall {
  /** `list`, `read`, `write`, `delete`, `reach`: completes "Cannot … s3://bucket/key". */
  readonly verb: "list" | "read" | "write" | "delete" | "reach" | "sign";
  readonly bucket: string;
  /** The key, or the key prefix of a listing. */
  readonly key: string;
  readonly region: string;
  /** The endpoint that is set, or null where AWS's own is used. */
  readonly endpoint: string | null;
  /** The account that the bucket must belong to, if that is checked. */
  readonly owner?: string;
  readonly stage?: Stage;
}

/** The parts of an SDK error in use; `$metadata` is there when the service has answered. */
interface AwsError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** Provider codes whose meaning is not in their status ("Error responses", Amazon S3 API reference). */
const CODES: Readonly<Record<string, ErrorCode>> = {
  NoSuchBucket: "missing",
  NoSuchKey: "missing",
  NotFound: "missing",
  AccessDenied: "denied",
  Forbidden: "denied",
  AllAccessDisabled: "denied",
  AccountProblem: "denied",
  InvalidAccessKeyId: "denied",
  InvalidToken: "denied",
  SignatureDoesNotMatch: "denied",
  RequestTimeTooSkewed: "denied",
  CredentialsProviderError: "denied",
  TokenProviderError: "denied",
  ExpiredToken: "expired",
  ExpiredTokenException: "expired",
  TokenRefreshRequired: "expired",
  SlowDown: "throttled",
  ServiceUnavailable: "throttled",
  Throttling: "throttled",
  ThrottlingException: "throttled",
  RequestLimitExceeded: "throttled",
  TooManyRequestsException: "throttled",
  NoSuchUpload: "missing",
  InvalidStorageClass: "usage",
  InvalidBucketOwnerAWSAccountID: "usage",
  PreconditionFailed: "condition",
  ConditionalRequestConflict: "condition",
};

/** S3 passes errors of KMS on under KMS's names ("KMS.DisabledException"). */
const KMS_DENIED = /^KMS\.(Disabled|KMSInvalidState|InvalidKeyUsage|AccessDenied)/;

const STATUSES: Readonly<Record<number, ErrorCode>> = {
  401: "denied",
  403: "denied",
  404: "missing",
  409: "condition",
  412: "condition",
  429: "throttled",
  503: "throttled",
};

/**
 * The one place where errors of the AWS SDK become ours: with code, object and a hint that names the
 * permission or setting. A fired signal's reason and errors of ours pass unchanged.
 */
export function translateAwsError(error: unknown, call: AwsCall, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof TrailsieveError) return error;
  const aws = error as AwsError;
  const status = aws.$metadata?.httpStatusCode;
  const name = aws.name ?? "Error";
  const code = CODES[name] ?? (KMS_DENIED.test(name) ? "denied" : undefined) ??
    (name === "KMS.NotFoundException" ? "missing" : undefined) ?? STATUSES[status ?? 0] ??
    "unreachable";
  const object = `s3://${call.bucket}/${call.key}`;
  return new TrailsieveError(code, `Cannot ${call.verb} ${object}: ${describeState(aws, status)}`, {
    stage: call.stage,
    object,
    hint: hintFor(code, name, aws, call),
    cause: error,
  });
}

/** The region that a refusal names, where the bucket lives elsewhere than was assumed. */
export function regionOfError(error: unknown): string | undefined {
  return (error as AwsError).$response?.headers?.["x-amz-bucket-region"];
}

/** The HTTP status of an SDK error, or undefined where no answer came. */
export function statusOfError(error: unknown): number | undefined {
  return (error as AwsError).$metadata?.httpStatusCode;
}

/** How often the SDK tried before it threw. */
export function attemptsOfError(error: unknown): number {
  return (error as AwsError).$metadata?.attempts ?? 1;
}

function describeState(aws: AwsError, status: number | undefined): string {
  // A HEAD request has no body: its error bears the status as name, or no name worth showing.
  const name = aws.name === undefined || /^(Error|Unknown|UnknownError|\d+)$/.test(aws.name)
    ? undefined
    : aws.name;
  const message = aws.message?.replace(/\.\s*$/, "");
  const said = message === undefined || message === "" || message === "UnknownError" ||
      message === name
    ? []
    : [message];
  const code = typeof aws.code === "string" && !said[0]?.includes(aws.code) ? [aws.code] : [];
  const head = status === undefined ? name : `status ${status}${name ? ` ${name}` : ""}`;
  return [...(head === undefined ? [] : [head]), ...code, ...said].join(": ") || "no answer";
}

function hintFor(code: ErrorCode, name: string, aws: AwsError, call: AwsCall): string | undefined {
  const region = regionOfError(aws);
  if (region !== undefined && region !== call.region) {
    return `The bucket is in ${region}: set AWS_REGION=${region}`;
  }
  switch (name) {
    case "CredentialsProviderError":
    case "TokenProviderError":
      return "No usable AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or " +
        "AWS_PROFILE, or run with a role";
    case "InvalidAccessKeyId":
    case "SignatureDoesNotMatch":
    case "InvalidToken":
      return "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or AWS_PROFILE";
    case "InvalidStorageClass":
      return "Check --lake-storage-class";
    case "InvalidBucketOwnerAWSAccountID":
      return "Check --lake-bucket-owner";
    case "RequestTimeTooSkewed":
      return "Set this machine's clock";
  }
  switch (code) {
    case "denied":
      return call.owner === undefined
        ? permissionHint(call)
        : `${
          permissionHint(call)
        }; or the bucket does not belong to account ${call.owner}, which ` +
          "--lake-bucket-owner asks for";
    case "expired":
      return "Renew the session, for instance with aws sso login, or update AWS_SESSION_TOKEN";
    case "missing":
      if (name.startsWith("KMS.")) return "Check --lake-kms-key and the key's region";
      return `Check that bucket ${call.bucket} exists${
        call.endpoint === null ? "" : ` at ${call.endpoint}`
      } and is spelled so`;
    case "unreachable":
      if (statusOfError(aws) === 400) return "Check that the session has not expired";
      if (statusOfError(aws) !== undefined) return undefined;
      return call.endpoint === null
        ? `Check the network and AWS_REGION (now ${call.region})`
        : `Check that ${call.endpoint} is up and that AWS_ENDPOINT_URL is right`;
    default:
      return undefined;
  }
}

function permissionHint(call: AwsCall): string {
  const bucketArn = `arn:${partitionOf(call.region)}:s3:::${call.bucket}`;
  // Objects are granted by folder: a hint for one key would be followed by one for the next.
  const objectArn = `${bucketArn}/${call.key.slice(0, call.key.lastIndexOf("/") + 1)}*`;
  switch (call.verb) {
    case "read":
    case "sign":
      return `Add s3:GetObject on ${objectArn}, and kms:Decrypt on the key if the objects are encrypted with one`;
    case "write":
      return `Add s3:PutObject on ${objectArn}, and kms:GenerateDataKey and kms:Decrypt on the key if the ` +
        "bucket encrypts with one";
    case "delete":
      return `Add s3:DeleteObject on ${objectArn}`;
    case "reach":
    case "list":
      return `Add s3:ListBucket on ${bucketArn}${
        call.key === "" ? "" : ` with s3:prefix ${call.key}*`
      }`;
  }
}

/** The partition that an ARN of this region begins with. */
function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
