import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { S3Error } from "./_errors.ts";
import { queryValue, type S3Request } from "./_s3_request.ts";

/** What the emulator checks signatures against. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const CLOCK_SKEW_MS_MAX = 15 * 60_000;
const EXPIRES_SECONDS_MAX = 7 * 24 * 3600;

interface Claim {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly date: string;
  readonly payloadHash: string;
  readonly isPresigned: boolean;
}

/**
 * Checks a header-signed or presigned request ("Authenticating Requests (AWS Signature Version 4)", Amazon S3
 * API reference). Throws S3Error unless the signature is right and in time.
 */
export function checkSignature(request: S3Request, credentials: Credentials, nowMs: number): void {
  const claim = readClaim(request);
  const malformed = claim.isPresigned
    ? "AuthorizationQueryParametersError"
    : "AuthorizationHeaderMalformed";
  const [accessKeyId, day, region, service, terminator, ...rest] = claim.credential.split("/");
  if (terminator !== "aws4_request" || service !== "s3" || rest.length > 0) {
    throw new S3Error(malformed, "The credential scope is malformed");
  }
  if (accessKeyId !== credentials.accessKeyId) {
    throw new S3Error(
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records",
    );
  }
  if (region !== credentials.region) {
    throw new S3Error(
      malformed,
      `The region '${region}' is wrong; expecting '${credentials.region}'`,
      { Region: credentials.region },
      { "x-amz-bucket-region": credentials.region },
    );
  }
  const signedAt = parseAmzDate(claim.date);
  if (Number.isNaN(signedAt) || !claim.date.startsWith(day)) {
    throw new S3Error("AccessDenied", "The date of the signature is malformed");
  }
  checkTime(request, claim, signedAt, nowMs);
  checkToken(request, claim, credentials);
  checkSignedHeaders(request, claim);
  const expected = sign(credentials.secretAccessKey, day, region, stringToSign(request, claim));
  const given = new TextEncoder().encode(claim.signature);
  const wanted = new TextEncoder().encode(expected);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new S3Error(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided",
      { CanonicalRequest: canonicalRequest(request, claim) },
    );
  }
}

function readClaim(request: S3Request): Claim {
  if (queryValue(request, "X-Amz-Algorithm") === ALGORITHM) {
    const value = (name: string): string => {
      const found = queryValue(request, name);
      if (found !== undefined) return found;
      throw new S3Error("AuthorizationQueryParametersError", `The parameter ${name} is missing`);
    };
    return {
      credential: value("X-Amz-Credential"),
      signedHeaders: value("X-Amz-SignedHeaders").split(";"),
      signature: value("X-Amz-Signature"),
      date: value("X-Amz-Date"),
      payloadHash: "UNSIGNED-PAYLOAD",
      isPresigned: true,
    };
  }
  const header = request.headers.get("authorization");
  if (header === null) throw new S3Error("AccessDenied", "Access Denied");
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/
      .exec(header);
  const payloadHash = request.headers.get("x-amz-content-sha256");
  if (match === null || payloadHash === null) {
    throw new S3Error("AuthorizationHeaderMalformed", "The authorization header is malformed");
  }
  return {
    credential: match[1],
    signedHeaders: match[2].split(";"),
    signature: match[3],
    date: request.headers.get("x-amz-date") ?? "",
    payloadHash,
    isPresigned: false,
  };
}

function checkTime(request: S3Request, claim: Claim, signedAt: number, nowMs: number): void {
  if (!claim.isPresigned) {
    if (Math.abs(nowMs - signedAt) <= CLOCK_SKEW_MS_MAX) return;
    throw new S3Error(
      "RequestTimeTooSkewed",
      "The difference between the request time and the server's time is too large",
    );
  }
  const expires = Number(queryValue(request, "X-Amz-Expires"));
  if (!(expires >= 1 && expires <= EXPIRES_SECONDS_MAX)) {
    throw new S3Error(
      "AuthorizationQueryParametersError",
      "X-Amz-Expires must be from 1 to 604800 seconds",
    );
  }
  if (signedAt > nowMs + CLOCK_SKEW_MS_MAX) {
    throw new S3Error("AccessDenied", "Request is not valid yet");
  }
  if (nowMs >= signedAt + expires * 1000) {
    throw new S3Error("AccessDenied", "Request has expired", {
      Expires: new Date(signedAt + expires * 1000).toISOString(),
    });
  }
}

function checkToken(request: S3Request, claim: Claim, credentials: Credentials): void {
  const token = claim.isPresigned
    ? queryValue(request, "X-Amz-Security-Token")
    : request.headers.get("x-amz-security-token") ?? undefined;
  if (token !== credentials.sessionToken) {
    throw new S3Error("InvalidToken", "The provided token is malformed or otherwise invalid");
  }
}

/** S3 insists that the host and every `x-amz-` header of the request are covered. */
function checkSignedHeaders(request: S3Request, claim: Claim): void {
  const unsigned = [...request.headers.keys()].filter((name) =>
    (name === "host" || name.startsWith("x-amz-")) && !claim.signedHeaders.includes(name)
  );
  if (unsigned.length > 0) {
    throw new S3Error(
      "AccessDenied",
      "There were headers present in the request which were not signed",
      { HeadersNotSigned: unsigned.join(", ") },
    );
  }
}

/**
 * The path is decoded and encoded again, byte by byte, slashes apart, as S3 does it: `%2F` in a key is signed
 * as a slash. Unlike other services S3 neither removes `.` and `..` nor encodes twice.
 */
function canonicalRequest(request: S3Request, claim: Claim): string {
  const path = request.path.split("/").map(encode).join("/");
  const query = request.query
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  const headers = claim.signedHeaders.map((name) =>
    `${name}:${(request.headers.get(name) ?? "").trim().replace(/ +/g, " ")}\n`
  );
  return [
    request.method,
    path,
    query,
    headers.join(""),
    claim.signedHeaders.join(";"),
    claim.payloadHash,
  ].join("\n");
}

function stringToSign(request: S3Request, claim: Claim): string {
  const scope = claim.credential.slice(claim.credential.indexOf("/") + 1);
  const hash = createHash("sha256").update(canonicalRequest(request, claim)).digest("hex");
  return [ALGORITHM, claim.date, scope, hash].join("\n");
}

function sign(secret: string, day: string, region: string, text: string): string {
  const key = [day, region, "s3", "aws4_request"].reduce<string | Uint8Array>(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac("sha256", key).update(text).digest("hex");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `20261121T071235Z` in ms since the epoch; NaN for another form. */
function parseAmzDate(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return NaN;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
