/**
 * What S3 does with single objects. Written from AWS's API reference and driven by AWS's own
 * SDK: run on the emulator, and on any real server by TEST_S3_ENDPOINT.
 */
import { assertEquals } from "@std/assert";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { Readable } from "node:stream";
import { bytes, md5, refusal, test } from "./s3_suite.ts";

test(
  "PutObject, GetObject and HeadObject agree on content, ETag, type and metadata",
  async (client, s3) => {
    const target = { Bucket: s3.bucket, Key: "dir/a b+%/é" };
    const put = await client.send(
      new PutObjectCommand({
        ...target,
        Body: "content",
        ContentType: "application/json",
        ContentEncoding: "gzip",
        Metadata: { writer: "me" },
      }),
    );
    assertEquals(put.ETag, md5("content"));
    const head = await client.send(new HeadObjectCommand(target));
    assertEquals([head.ETag, head.ContentLength, head.ContentType, head.ContentEncoding], [
      put.ETag,
      7,
      "application/json",
      "gzip",
    ]);
    assertEquals(head.Metadata, { writer: "me" });
    const got = await client.send(new GetObjectCommand(target));
    assertEquals(await got.Body!.transformToString(), "content");
    const gone = new GetObjectCommand({ Bucket: s3.bucket, Key: "dir" });
    assertEquals(await refusal(client.send(gone)), ["NoSuchKey", 404]);
    const noHead = new HeadObjectCommand({ Bucket: s3.bucket, Key: "dir" });
    assertEquals((await refusal(client.send(noHead)))[1], 404);
  },
);

test("PutObject takes every checksum algorithm and refuses a wrong digest", async (client, s3) => {
  const target = { Bucket: s3.bucket, Key: "k", Body: "123456789" };
  for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "SHA1", "SHA256"] as const) {
    await client.send(new PutObjectCommand({ ...target, ChecksumAlgorithm }));
  }
  const known = {
    ChecksumCRC32: "y/Q5Jg==",
    ChecksumCRC32C: "4waSgw==",
    ChecksumCRC64NVME: "rosUhgp5mIg=",
  };
  for (const [name, value] of Object.entries(known)) {
    await client.send(new PutObjectCommand({ ...target, [name]: value }));
    const wrong = client.send(new PutObjectCommand({ ...target, Body: "other", [name]: value }));
    assertEquals((await refusal(wrong))[1], 400);
  }
  const wrongMd5 = new PutObjectCommand({ ...target, ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==" });
  assertEquals(await refusal(client.send(wrongMd5)), ["BadDigest", 400]);
});

test("PutObject of a stream arrives whole", async (client, s3) => {
  const pieces = Array.from({ length: 20 }, (_, i) => bytes(String(i % 10).repeat(10_000)));
  const content = pieces.map((piece) => new TextDecoder().decode(piece)).join("");
  await client.send(
    new PutObjectCommand({
      Bucket: s3.bucket,
      Key: "k",
      Body: Readable.from(pieces),
      ContentLength: content.length,
      ChecksumAlgorithm: "CRC32",
    }),
  );
  const got = await client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: "k" }));
  assertEquals(await got.Body!.transformToString(), content);
});

test("PutObject by a presigned URL stores the body of any client", async (client, s3) => {
  const target = { Bucket: s3.bucket, Key: "k" };
  const url = await getSignedUrl(client, new PutObjectCommand(target));
  const stored = await fetch(url, { method: "PUT", body: "content" });
  await stored.body?.cancel();
  assertEquals([stored.status, stored.headers.get("etag")], [200, md5("content")]);
});

test("PutObject creates and replaces under conditions", async (client, s3) => {
  const target = { Bucket: s3.bucket, Key: "k" };
  const put = (Body: string, condition: { IfMatch?: string; IfNoneMatch?: string }) =>
    client.send(new PutObjectCommand({ ...target, Body, ...condition }));
  assertEquals(await refusal(put("0", { IfMatch: md5("x") })), ["NoSuchKey", 404]);
  const first = await put("1", { IfNoneMatch: "*" });
  assertEquals(await refusal(put("2", { IfNoneMatch: "*" })), ["PreconditionFailed", 412]);
  await put("3", { IfMatch: first.ETag });
  assertEquals(await refusal(put("4", { IfMatch: first.ETag })), ["PreconditionFailed", 412]);
  const got = await client.send(new GetObjectCommand(target));
  assertEquals(await got.Body!.transformToString(), "3");
});

test("PutObject lets one of ten racing creators win", async (client, s3) => {
  const ends = await Promise.allSettled(Array.from({ length: 10 }, (_, i) =>
    client.send(
      new PutObjectCommand({ Bucket: s3.bucket, Key: "race", Body: `${i}`, IfNoneMatch: "*" }),
    )));
  assertEquals(ends.filter((end) => end.status === "fulfilled").length, 1);
});

test("GetObject honours If-Match, If-None-Match and Range", async (client, s3) => {
  await s3.put("k", bytes("0123456789"));
  const get = (more: { IfMatch?: string; IfNoneMatch?: string; Range?: string }) =>
    client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: "k", ...more }));
  const text = async (more: Parameters<typeof get>[0]) =>
    await (await get(more)).Body!.transformToString();
  assertEquals(await text({ IfMatch: md5("0123456789") }), "0123456789");
  assertEquals(await refusal(get({ IfMatch: md5("x") })), ["PreconditionFailed", 412]);
  assertEquals(await text({ IfNoneMatch: md5("x") }), "0123456789");
  assertEquals((await refusal(get({ IfNoneMatch: md5("0123456789") })))[1], 304);
  assertEquals(await text({ Range: "bytes=2-4" }), "234");
  assertEquals(await text({ Range: "bytes=7-" }), "789");
  assertEquals(await text({ Range: "bytes=8-100" }), "89");
  assertEquals(await text({ Range: "bytes=-3" }), "789");
  assertEquals(await text({ Range: "bytes=-100" }), "0123456789");
  assertEquals(await refusal(get({ Range: "bytes=10-12" })), ["InvalidRange", 416]);
  assertEquals((await get({ Range: "bytes=2-4" })).ContentRange, "bytes 2-4/10");
});
