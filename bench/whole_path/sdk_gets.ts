/**
 * Every object of a bucket fetched by the AWS SDK, and nothing done with it: `sdk_gets.ts BUCKET`. As many GETs at
 * once as `AT_ONCE`. Prints a Measured as JSON; its `events` are objects.
 */
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { UsageWatch } from "./measured.ts";

const [Bucket] = Deno.args;
const AT_ONCE = 32;

const client = new S3Client({ endpoint: Deno.env.get("AWS_ENDPOINT_URL"), forcePathStyle: true });
using watch = new UsageWatch();
const startedAt = performance.now();
const keys: string[] = [];
let token: string | undefined;
do {
  const page = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken: token }));
  for (const { Key } of page.Contents ?? []) keys.push(Key!);
  token = page.NextContinuationToken;
} while (token !== undefined);
let next = 0;
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  while (next < keys.length) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: keys[next++] }));
    await Body!.transformToByteArray();
  }
}));
const milliseconds = performance.now() - startedAt;
client.destroy();
watch.print({ events: keys.length, milliseconds });
