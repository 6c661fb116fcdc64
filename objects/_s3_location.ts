import { TrailsieveError } from "../core/errors.ts";

/** A bucket and the key prefix in it. */
export interface S3Location {
  readonly bucket: string;
  /** Empty, or ends in a slash. */
  readonly prefix: string;
}

/**
 * Reads `s3://bucket`, `s3://bucket/prefix` or `s3://bucket/prefix/`; the prefix is taken to the letter, not
 * percent-decoded. Throws TrailsieveError `usage`.
 */
export function parseS3Url(url: string): S3Location {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(url);
  if (match === null) {
    throw new TrailsieveError("usage", `Cannot use ${url}: it is no S3 address`, {
      hint: "Write s3://bucket/prefix/; bucket names have 3 to 63 of a-z, 0-9, dot and hyphen",
    });
  }
  const prefix = match[2] ?? "";
  return {
    bucket: match[1],
    prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
  };
}
