import { pathToFileURL } from "node:url";

/**
 * How an object is called everywhere outside: `s3://bucket/key` to the letter, or the `file:` URL of a path.
 * @param sourceUrl a source's URL, `s3://bucket/prefix/` or `file:///folder/`
 * @param key the object's whole key, in a folder its absolute path
 */
export function objectUri(sourceUrl: string, key: string): string {
  const bucket = /^s3:\/\/[^/]+/.exec(sourceUrl)?.[0];
  return bucket === undefined ? pathToFileURL(key).href : `${bucket}/${key}`;
}
