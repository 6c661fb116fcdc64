import { assertEquals } from "@std/assert";
import { objectUri } from "./object_uri.ts";

Deno.test("objectUri() takes a key to the letter and percent-encodes a path", () => {
  const cases = [
    ["s3://trail/AWSLogs/", "AWSLogs/a b%2F+ü.json.gz", "s3://trail/AWSLogs/a b%2F+ü.json.gz"],
    ["s3://trail/", "x", "s3://trail/x"],
    ["file:///logs/", "/logs/a b%.json", "file:///logs/a%20b%25.json"],
  ];
  for (const [sourceUrl, key, uri] of cases) assertEquals(objectUri(sourceUrl, key), uri);
});
