import { S3Error } from "./_errors.ts";

const ENCRYPTION = "x-amz-server-side-encryption";
const KMS_KEY = `${ENCRYPTION}-aws-kms-key-id`;
const BUCKET_KEY = `${ENCRYPTION}-bucket-key-enabled`;
const STORAGE_CLASS = "x-amz-storage-class";
const OWNER = "x-amz-expected-bucket-owner";

/** "Storage classes" that an upload may name (PutObject, Amazon S3 API reference). */
const STORAGE_CLASSES: ReadonlySet<string> = new Set([
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER",
  "DEEP_ARCHIVE",
  "GLACIER_IR",
]);

/** Refuses a request that expects the bucket to be another account's. Throws S3Error. */
export function checkOwner(headers: Headers, ownerId: string): void {
  const expected = headers.get(OWNER);
  if (expected === null) return;
  if (!/^\d{12}$/.test(expected)) {
    throw new S3Error(
      "InvalidBucketOwnerAWSAccountID",
      "The value of the expected bucket owner parameter must be an AWS account ID",
    );
  }
  if (expected !== ownerId) throw new S3Error("AccessDenied", "Access Denied");
}

/**
 * The headers of an upload that say how its object is stored, as they are given back with it. Throws S3Error
 * where they do not go together, or name a key that is not among those given.
 */
export function storageHeaders(
  headers: Headers,
  kmsKeys: readonly string[],
): Record<string, string> {
  const encryption = headers.get(ENCRYPTION);
  const kmsKey = headers.get(KMS_KEY);
  const bucketKey = headers.get(BUCKET_KEY);
  const storageClass = headers.get(STORAGE_CLASS);
  if (encryption !== null && encryption !== "AES256" && encryption !== "aws:kms") {
    throw new S3Error(
      "InvalidEncryptionAlgorithmError",
      "The encryption request that you specified is not valid",
    );
  }
  if (encryption !== "aws:kms" && kmsKey !== null) {
    throw new S3Error(
      "InvalidArgument",
      `Server Side Encryption with AWS KMS managed key requires HTTP header ${ENCRYPTION} : aws:kms`,
    );
  }
  if (kmsKey !== null && !kmsKeys.includes(kmsKey)) {
    throw new S3Error("KMS.NotFoundException", `Key '${kmsKey}' does not exist`);
  }
  if (storageClass !== null && !STORAGE_CLASSES.has(storageClass)) {
    throw new S3Error("InvalidStorageClass", "The storage class you specified is not valid");
  }
  return {
    ...(encryption === null ? {} : { [ENCRYPTION]: encryption }),
    ...(kmsKey === null ? {} : { [KMS_KEY]: kmsKey }),
    ...(encryption === "aws:kms" && bucketKey === "true" ? { [BUCKET_KEY]: "true" } : {}),
    // S3 is silent about the usual class.
    ...(storageClass === null || storageClass === "STANDARD"
      ? {}
      : { [STORAGE_CLASS]: storageClass }),
  };
}

/** What of these headers the answer to an upload repeats. */
export function encryptionHeaders(kept: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(kept).filter(([name]) => name.startsWith(ENCRYPTION)));
}

/** True where the ETag is not the content's MD5 ("Object", Amazon S3 API reference, on ETag). */
export function hidesContent(kept: Readonly<Record<string, string>>): boolean {
  return kept[ENCRYPTION] === "aws:kms";
}

/** The storage class as a listing names it. */
export function storageClassOf(kept: Readonly<Record<string, string>>): string {
  return kept[STORAGE_CLASS] ?? "STANDARD";
}
