import { element, xmlDocument } from "./_xml.ts";

/** Status of the error codes in use ("Error responses", Amazon S3 API reference). */
const STATUS = {
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  ExpiredToken: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidBucketOwnerAWSAccountID: 400,
  InvalidEncryptionAlgorithmError: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidStorageClass: 400,
  InvalidToken: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  "KMS.NotFoundException": 400,
  MalformedXML: 400,
  MethodNotAllowed: 405,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  XAmzContentSHA256Mismatch: 400,
} as const;
export type S3ErrorCode = keyof typeof STATUS;

/** A refusal in S3's own words; becomes the answer. */
export class S3Error extends Error {
  override readonly name = "S3Error";
  readonly status: number;

  constructor(
    readonly code: S3ErrorCode,
    message: string,
    /** Further elements of the body, e.g. `Region`. */
    readonly details: Readonly<Record<string, string>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = STATUS[code];
  }

  /** A HEAD request gets the status alone, as S3 does it. */
  toResponse(method: string, resource: string): Response {
    const headers = { "content-type": "application/xml", ...this.headers };
    if (method === "HEAD") return new Response(null, { status: this.status, headers });
    const details = Object.entries(this.details).map(([name, text]) => element(name, text));
    const body = xmlDocument(
      `<Error>${element("Code", this.code)}${element("Message", this.message)}${details.join("")}${
        element("Resource", resource)
      }${element("RequestId", crypto.randomUUID())}</Error>`,
    );
    return new Response(body, { status: this.status, headers });
  }
}
