/** What the suites on S3 share: a client of AWS's own SDK on a server with one empty bucket. */
import { assertEquals } from "@std/assert";
import { ListObjectsV2Command, type ListObjectsV2CommandInput, S3Client } from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { type S3Fixture, startS3 } from "../objects/s3_fixture.ts";

/** UTF-8. */
export const bytes = (text: string) => new TextEncoder().encode(text);
/** The ETag of a single upload. */
export const md5 = (content: string) => `"${createHash("md5").update(content).digest("hex")}"`;

/** A test with a bucket of its own. */
export function test(
  title: string,
  body: (client: S3Client, s3: S3Fixture) => Promise<void>,
): void {
  Deno.test(`S3: ${title}`, async () => {
    await using s3 = await startS3();
    const client = new S3Client({
      endpoint: s3.env.AWS_ENDPOINT_URL,
      region: s3.env.AWS_REGION,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: {
        accessKeyId: s3.env.AWS_ACCESS_KEY_ID,
        secretAccessKey: s3.env.AWS_SECRET_ACCESS_KEY,
      },
    });
    try {
      await body(client, s3);
    } finally {
      client.destroy();
    }
  });
}

/** Code and status of a call that must be refused. */
export async function refusal(call: Promise<unknown>): Promise<[string, number | undefined]> {
  try {
    await call;
  } catch (error) {
    return refusalOf(error);
  }
  throw new Error("Expected the call to be refused");
}

/** Code and status of an error of the SDK. */
export function refusalOf(error: unknown): [string, number | undefined] {
  const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
  return [name, $metadata?.httpStatusCode];
}

/** Keys and common prefixes of all pages, in the order of the pages. */
export async function listAll(client: S3Client, input: ListObjectsV2CommandInput) {
  const keys: string[] = [];
  const prefixes: string[] = [];
  const sizes: number[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ ...input, ContinuationToken: token }),
    );
    keys.push(...(page.Contents ?? []).map((object) => object.Key!));
    prefixes.push(...(page.CommonPrefixes ?? []).map((common) => common.Prefix!));
    assertEquals(page.KeyCount, (page.Contents ?? []).length + (page.CommonPrefixes ?? []).length);
    sizes.push(page.KeyCount!);
    token = page.NextContinuationToken;
    assertEquals(page.IsTruncated, token !== undefined);
  } while (token !== undefined);
  return { keys, prefixes, sizes };
}
