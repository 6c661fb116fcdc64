/**
 * How S3 stores objects: encryption, class, owner, checksums of parts. Written from AWS's API reference and driven
 * by AWS's own SDK, on the emulator: a real server would need the keys and accounts that are named here.
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { startS3Emulator } from "../../emulator/mod.ts";
import { md5, refusal } from "./s3_suite.ts";

const KEY = "arn:aws:kms:us-east-1:111122223333:key/1";
const TARGET = { Bucket: "lake", Key: "k" };

function test(title: string, body: (client: S3Client) => Promise<void>): void {
  Deno.test(`S3: ${title}`, async () => {
    const credentials = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" };
    await using s3 = await startS3Emulator({
      ...credentials,
      buckets: ["lake"],
      kmsKeys: [KEY],
      ownerId: "222233334444",
    });
    const client = new S3Client({
      endpoint: s3.url,
      region: s3.region,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials,
    });
    try {
      await body(client);
    } finally {
      client.destroy();
    }
  });
}

test("PutObject under a KMS key says so, and its ETag is not the content's MD5", async (client) => {
  const kms = {
    ServerSideEncryption: "aws:kms",
    SSEKMSKeyId: KEY,
    BucketKeyEnabled: true,
  } as const;
  const put = await client.send(new PutObjectCommand({ ...TARGET, Body: "x", ...kms }));
  assertNotEquals(put.ETag, md5("x"));
  const head = await client.send(new HeadObjectCommand(TARGET));
  for (const answer of [put, head]) {
    const { ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled } = answer;
    assertEquals({ ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled }, kms);
  }
  assertEquals(head.ETag, put.ETag);
  const plain = await client.send(
    new PutObjectCommand({ ...TARGET, Body: "x", ServerSideEncryption: "AES256" }),
  );
  assertEquals([plain.ETag, plain.ServerSideEncryption], [md5("x"), "AES256"]);
});

test("PutObject and CreateMultipartUpload refuse storage that cannot be", async (client) => {
  const wrong: [Partial<PutObjectCommandInput>, string][] = [
    [{ ServerSideEncryption: "aws:kms", SSEKMSKeyId: "alias/absent" }, "KMS.NotFoundException"],
    [{ SSEKMSKeyId: KEY }, "InvalidArgument"],
    [{ ServerSideEncryption: "AES256", SSEKMSKeyId: KEY }, "InvalidArgument"],
    [{ ServerSideEncryption: "rot13" as "AES256" }, "InvalidEncryptionAlgorithmError"],
    [{ StorageClass: "COLD" as "GLACIER" }, "InvalidStorageClass"],
    [{ ExpectedBucketOwner: "me" }, "InvalidBucketOwnerAWSAccountID"],
  ];
  for (const [input, name] of wrong) {
    const put = new PutObjectCommand({ ...TARGET, Body: "x", ...input });
    assertEquals(await refusal(client.send(put)), [name, 400]);
    const create = new CreateMultipartUploadCommand({ ...TARGET, ...input });
    assertEquals(await refusal(client.send(create)), [name, 400]);
  }
  assertEquals((await client.send(new ListObjectsV2Command({ Bucket: "lake" }))).KeyCount, 0);
});

test("A storage class is kept and listed; the usual one is not told of", async (client) => {
  await client.send(new PutObjectCommand({ ...TARGET, Body: "x", StorageClass: "STANDARD_IA" }));
  assertEquals((await client.send(new HeadObjectCommand(TARGET))).StorageClass, "STANDARD_IA");
  await client.send(
    new PutObjectCommand({ ...TARGET, Key: "l", Body: "x", StorageClass: "STANDARD" }),
  );
  assertEquals(
    (await client.send(new HeadObjectCommand({ ...TARGET, Key: "l" }))).StorageClass,
    undefined,
  );
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: "lake" }));
  assertEquals(Contents.map((object) => object.StorageClass), ["STANDARD_IA", "STANDARD"]);
});

test("Every request is refused where the bucket is not the expected owner's", async (client) => {
  const owner = { ExpectedBucketOwner: "222233334444" };
  const other = { ExpectedBucketOwner: "111122223333" };
  await client.send(new PutObjectCommand({ ...TARGET, Body: "x", ...owner }));
  await client.send(new GetObjectCommand({ ...TARGET, ...owner })).then((got) =>
    got.Body!.transformToString()
  );
  for (
    const call of [
      () => client.send(new PutObjectCommand({ ...TARGET, Body: "y", ...other })),
      () => client.send(new GetObjectCommand({ ...TARGET, ...other })),
      () => client.send(new ListObjectsV2Command({ Bucket: "lake", ...other })),
      () => client.send(new CreateMultipartUploadCommand({ ...TARGET, ...other })),
    ]
  ) assertEquals(await refusal(call()), ["AccessDenied", 403]);
});

test("A multipart upload keeps its storage, and asks for each part's checksum", async (client) => {
  const { UploadId, SSEKMSKeyId } = await client.send(
    new CreateMultipartUploadCommand({
      ...TARGET,
      ChecksumAlgorithm: "CRC32",
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: KEY,
      StorageClass: "GLACIER_IR",
    }),
  );
  assertEquals(SSEKMSKeyId, KEY);
  const sent = await client.send(
    new UploadPartCommand({
      ...TARGET,
      UploadId,
      PartNumber: 1,
      Body: "x",
      ChecksumAlgorithm: "CRC32",
    }),
  );
  const part = { PartNumber: 1, ETag: sent.ETag };
  const complete = (ChecksumCRC32: string | undefined, IfNoneMatch?: string) =>
    client.send(
      new CompleteMultipartUploadCommand({
        ...TARGET,
        UploadId,
        IfNoneMatch,
        MultipartUpload: { Parts: [{ ...part, ChecksumCRC32 }] },
      }),
    );
  assert(sent.ChecksumCRC32 !== undefined);
  assertEquals(await refusal(complete(undefined)), ["InvalidRequest", 400]);
  assertEquals(await refusal(complete("AAAAAA==")), ["InvalidPart", 400]);
  await client.send(new PutObjectCommand({ ...TARGET, Body: "in the way" }));
  assertEquals(await refusal(complete(sent.ChecksumCRC32, "*")), ["PreconditionFailed", 412]);
  const done = await complete(sent.ChecksumCRC32);
  assertEquals(done.SSEKMSKeyId, KEY);
  const head = await client.send(new HeadObjectCommand(TARGET));
  assertEquals([head.StorageClass, head.SSEKMSKeyId, head.ETag], ["GLACIER_IR", KEY, done.ETag]);
});
