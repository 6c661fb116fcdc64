import { assertEquals, assertRejects } from "@std/assert";
import { crc32 } from "node:zlib";
import { S3Error } from "./_errors.ts";
import { readPayload } from "./_payload.ts";
import type { S3Request } from "./_s3_request.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function upload(body: string, headers: Record<string, string>): S3Request {
  return {
    method: "PUT",
    operation: "PutObject",
    path: "/b/k",
    bucket: "b",
    key: "k",
    query: [],
    headers: new Headers(headers),
    body: () => Promise.resolve(bytes(body)),
  };
}

function crcOf(content: string): string {
  const digest = new Uint8Array(4);
  new DataView(digest.buffer).setUint32(0, crc32(content));
  return btoa(String.fromCharCode(...digest));
}

const CHUNKED = { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" };

async function code(request: S3Request): Promise<string> {
  return (await assertRejects(() => readPayload(request), S3Error)).code;
}

Deno.test("readPayload() unwraps aws-chunked and checks its trailer", async () => {
  const trailer = `x-amz-checksum-crc32:${crcOf("hello world")}\r\n\r\n`;
  const body = `5\r\nhello\r\n6\r\n world\r\n0\r\n${trailer}`;
  const payload = await readPayload(
    upload(body, { ...CHUNKED, "x-amz-decoded-content-length": "11" }),
  );
  assertEquals(payload.bytes, bytes("hello world"));
  assertEquals(payload.checksums, { "x-amz-checksum-crc32": crcOf("hello world") });
});

Deno.test("readPayload() refuses aws-chunked that is cut, miscounted or has a wrong trailer", async () => {
  assertEquals(await code(upload("5\r\nhel", CHUNKED)), "IncompleteBody");
  assertEquals(await code(upload("5\r\nhello\r\n", CHUNKED)), "IncompleteBody");
  assertEquals(await code(upload("3\r\nhello\r\n0\r\n\r\n", CHUNKED)), "IncompleteBody");
  assertEquals(await code(upload("zz\r\n", CHUNKED)), "IncompleteBody");
  const short = { ...CHUNKED, "x-amz-decoded-content-length": "6" };
  assertEquals(await code(upload("5\r\nhello\r\n0\r\n\r\n", short)), "IncompleteBody");
  const wrong = `5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${crcOf("other")}\r\n\r\n`;
  assertEquals(await code(upload(wrong, CHUNKED)), "BadDigest");
});

Deno.test("readPayload() refuses a body that is not the signed one, and signed chunks", async () => {
  const sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  const good = await readPayload(upload("hello", { "x-amz-content-sha256": sha256 }));
  assertEquals(good.bytes, bytes("hello"));
  const other = upload("hullo", { "x-amz-content-sha256": sha256 });
  assertEquals(await code(other), "XAmzContentSHA256Mismatch");
  const signed = upload("", { "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" });
  assertEquals(await code(signed), "NotImplemented");
  assertEquals(await code(upload("x", { "content-length": "600000000" })), "EntityTooLarge");
});
