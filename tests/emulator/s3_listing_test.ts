/**
 * What S3 does with listings. Written from AWS's API reference and driven by AWS's own
 * SDK: run on the emulator, and on any real server by TEST_S3_ENDPOINT.
 */
import { assertEquals } from "@std/assert";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { byteOrder } from "../../objects/testing.ts";
import { bytes, listAll, refusal, test } from "./s3_suite.ts";

test(
  "ListObjectsV2 pages through 2,300 keys of mixed case without loss, in byte order",
  async (client, s3) => {
    const keys = Array.from({ length: 2300 }, (_, i) => {
      const name = (Math.imul(i, 2654435761) >>> 0).toString(36);
      return `p/${i % 2 ? name : name.toUpperCase()}.json.gz`;
    });
    for (const key of [...keys, "o", "q/x"]) await s3.put(key, bytes("x"));
    const listed = await listAll(client, { Bucket: s3.bucket, Prefix: "p/" });
    assertEquals(listed.keys, [...keys].sort(byteOrder));
    assertEquals(listed.sizes, [1000, 1000, 300]);
    const small = await listAll(client, { Bucket: s3.bucket, Prefix: "p/", MaxKeys: 700 });
    assertEquals(small.keys, listed.keys);
    assertEquals(small.sizes, [700, 700, 700, 200]);
  },
);

test("ListObjectsV2 orders by UTF-8, not by UTF-16", async (client, s3) => {
  const keys = ["\u{1F600}", "\uFB00", "z", "Z", "é", "a/b", "a-b", "a", "a0"];
  for (const key of keys) await s3.put(key, bytes("x"));
  assertEquals((await listAll(client, { Bucket: s3.bucket })).keys, [
    "Z",
    "a",
    "a-b",
    "a/b",
    "a0",
    "z",
    "é",
    "\uFB00",
    "\u{1F600}",
  ]);
});

test("ListObjectsV2 counts common prefixes as keys and never repeats one", async (client, s3) => {
  for (let i = 0; i < 1200; i++) {
    await s3.put(`root/${String(i).padStart(4, "0")}/a`, bytes("x"));
    await s3.put(`root/${String(i).padStart(4, "0")}/b/c`, bytes("x"));
  }
  await s3.put("root/0500.json", bytes("x"));
  const listed = await listAll(client, { Bucket: s3.bucket, Prefix: "root/", Delimiter: "/" });
  assertEquals(listed.prefixes.length, 1200);
  assertEquals(new Set(listed.prefixes).size, 1200);
  assertEquals(listed.keys, ["root/0500.json"]);
  assertEquals(listed.sizes, [1000, 201]);
  const longer = await listAll(client, { Bucket: s3.bucket, Prefix: "root/00", Delimiter: "0/" });
  assertEquals(longer.prefixes, Array.from({ length: 10 }, (_, i) => `root/00${i}0/`));
});

test("ListObjectsV2 starts after a key, whether it is there or not", async (client, s3) => {
  for (const key of ["a", "b/1", "b/2", "c"]) await s3.put(key, bytes("x"));
  const after = async (StartAfter: string, Prefix?: string) =>
    (await listAll(client, { Bucket: s3.bucket, StartAfter, Prefix, MaxKeys: 1 })).keys;
  assertEquals(await after("a"), ["b/1", "b/2", "c"]);
  assertEquals(await after("b/"), ["b/1", "b/2", "c"]);
  assertEquals(await after("b/15"), ["b/2", "c"]);
  assertEquals(await after("b/1", "b/"), ["b/2"]);
  assertEquals(await after("zz"), []);
});

test(
  "ListObjectsV2 encodes like a form on demand: space +, plus %2B, slash kept",
  async (client, s3) => {
    const keys = ["a b+c%/é\u{1F600}", "ctrl\u0001\n", "x~*'()!&=.-_"];
    for (const key of keys) await s3.put(key, bytes("x"));
    const { keys: encoded } = await listAll(client, { Bucket: s3.bucket, EncodingType: "url" });
    assertEquals(encoded[0], "a+b%2Bc%25/%C3%A9%F0%9F%98%80");
    assertEquals(encoded.map((key) => decodeURIComponent(key.replaceAll("+", " "))), keys);
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: s3.bucket, EncodingType: "url", Prefix: "a b+" }),
    );
    assertEquals([page.EncodingType, page.Prefix, page.KeyCount], ["url", "a+b%2B", 1]);
  },
);

test(
  "ListObjectsV2 with no keys asked for, a foreign token or a missing bucket",
  async (client, s3) => {
    await s3.put("a", bytes("x"));
    const none = await client.send(new ListObjectsV2Command({ Bucket: s3.bucket, MaxKeys: 0 }));
    assertEquals([none.KeyCount, none.IsTruncated], [0, false]);
    const foreign = new ListObjectsV2Command({ Bucket: s3.bucket, ContinuationToken: "{nonsense" });
    assertEquals((await refusal(client.send(foreign)))[1], 400);
    const absent = new ListObjectsV2Command({ Bucket: `${s3.bucket}-no` });
    assertEquals(await refusal(client.send(absent)), ["NoSuchBucket", 404]);
  },
);
