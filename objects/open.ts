import { TrailsieveError } from "../core/errors.ts";
import { openFileLake } from "./_file_lake.ts";
import { openFileSource } from "./_file_source.ts";
import { openS3Lake } from "./_s3_lake.ts";
import { openS3Source } from "./_s3_source.ts";
import type { LakeOptions, LakeStore, OpenOptions, Source } from "./types.ts";

/**
 * Opens a trail at `s3://bucket/prefix/` (one HeadBucket finds its region) or `file:///absolute/folder`; a
 * final slash may be left out. Throws TrailsieveError `usage`, `missing`, `denied` (no credentials, or a folder
 * that may not be entered), `expired` or `unreachable`; a bucket that refuses access says so when it is listed.
 */
export async function openSource(url: string, options: OpenOptions): Promise<Source> {
  if (url.startsWith("s3:")) return await openS3Source(url, options);
  if (url.startsWith("file:")) return await openFileSource(url);
  throw unknownScheme(url);
}

/** Opens a lake in a bucket or a folder, like {@linkcode openSource}; a local folder need not exist yet. */
export async function openLake(url: string, options: LakeOptions): Promise<LakeStore> {
  if (url.startsWith("s3:")) return await openS3Lake(url, options);
  if (url.startsWith("file:")) return openFileLake(url);
  throw unknownScheme(url);
}

function unknownScheme(url: string): TrailsieveError {
  return new TrailsieveError("usage", `Cannot open ${url}: it is no s3:// or file:/// address`);
}
