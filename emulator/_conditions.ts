import { noSuchKey, type ObjectInfo } from "./_bucket.ts";
import { S3Error } from "./_errors.ts";

/** True where a list of ETags, or `*`, names this one; quotes may be missing, as S3 allows. */
function names(header: string, etag: string): boolean {
  const bare = (text: string) => text.trim().replace(/^W\//, "").replace(/^"(.*)"$/, "$1");
  return header.trim() === "*" || header.split(",").some((part) => bare(part) === bare(etag));
}

/** For reading: throws `PreconditionFailed`, or gives true where the answer is 304. */
export function isNotModified(headers: Headers, info: ObjectInfo): boolean {
  const ifMatch = headers.get("if-match");
  if (ifMatch !== null && !names(ifMatch, info.etag)) throw preconditionFailed("If-Match");
  const ifNoneMatch = headers.get("if-none-match");
  return ifNoneMatch !== null && names(ifNoneMatch, info.etag);
}

/**
 * For writing ("Conditional requests", Amazon S3 user guide): `If-None-Match: *` only where nothing is,
 * `If-Match` only where this version is. Throws S3Error.
 */
export function checkWriteCondition(
  headers: Headers,
  key: string,
  info: ObjectInfo | undefined,
): void {
  const ifNoneMatch = headers.get("if-none-match");
  const ifMatch = headers.get("if-match");
  if (ifNoneMatch !== null) {
    if (ifNoneMatch.trim() !== "*" || ifMatch !== null) {
      throw new S3Error(
        "NotImplemented",
        "A header you provided implies functionality that is not implemented",
      );
    }
    if (info !== undefined) throw preconditionFailed("If-None-Match");
  }
  if (ifMatch !== null) {
    if (info === undefined) throw noSuchKey(key);
    if (!names(ifMatch, info.etag)) throw preconditionFailed("If-Match");
  }
}

function preconditionFailed(condition: string): S3Error {
  return new S3Error(
    "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold",
    { Condition: condition },
  );
}
