/** The S3 server of this room's tests: the emulator, or a real one at TEST_S3_ENDPOINT. */
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { startS3Emulator } from "../../emulator/mod.ts";

/** A server with one empty bucket. */
export interface S3Fixture extends AsyncDisposable {
  readonly bucket: string;
  /** What a process would need to reach it. */
  readonly env: Readonly<Record<string, string>>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Starts the emulator, or makes a bucket on the server that TEST_S3_ENDPOINT and the AWS keys name. */
export async function startS3(): Promise<S3Fixture> {
  const bucket = `trailsieve-test-${crypto.randomUUID()}`;
  const endpoint = Deno.env.get("TEST_S3_ENDPOINT");
  return endpoint === undefined ? await emulated(bucket) : await real(bucket, endpoint);
}

async function emulated(bucket: string): Promise<S3Fixture> {
  const emulator = await startS3Emulator({
    accessKeyId: "AKIAEXAMPLE",
    secretAccessKey: "secret/with+slash",
    buckets: [bucket],
  });
  return {
    bucket,
    env: {
      AWS_ENDPOINT_URL: emulator.url,
      AWS_REGION: emulator.region,
      AWS_ACCESS_KEY_ID: emulator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: emulator.secretAccessKey,
    },
    put: (key, bytes) => Promise.resolve(void emulator.put(bucket, key, bytes)),
    remove: (key) => Promise.resolve(emulator.delete(bucket, key)),
    [Symbol.asyncDispose]: () => emulator[Symbol.asyncDispose](),
  };
}

async function real(bucket: string, endpoint: string): Promise<S3Fixture> {
  const value = (name: string, otherwise: string) => Deno.env.get(name) ?? otherwise;
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: value("AWS_REGION", "us-east-1"),
    AWS_ACCESS_KEY_ID: value("AWS_ACCESS_KEY_ID", "minioadmin"),
    AWS_SECRET_ACCESS_KEY: value("AWS_SECRET_ACCESS_KEY", "minioadmin"),
  };
  const client = new S3Client({
    endpoint,
    forcePathStyle: true,
    region: env.AWS_REGION,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    bucket,
    env,
    async put(key, bytes) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
    async [Symbol.asyncDispose]() {
      await emptyBucket(client, bucket);
      await client.send(new DeleteBucketCommand({ Bucket: bucket }));
      client.destroy();
    },
  };
}

async function emptyBucket(client: S3Client, bucket: string): Promise<void> {
  while (true) {
    const list = new ListObjectsV2Command({ Bucket: bucket, EncodingType: "url" });
    const { Contents = [] } = await client.send(list);
    if (Contents.length === 0) return;
    // One by one: the XML of DeleteObjects cannot carry every key.
    for (let i = 0; i < Contents.length; i += 20) {
      await Promise.all(
        Contents.slice(i, i + 20).map(({ Key }) => {
          const key = decodeURIComponent(Key!.replaceAll("+", "%20"));
          return client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
        }),
      );
    }
  }
}
