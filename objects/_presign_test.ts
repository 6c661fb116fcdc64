import { assertEquals } from "@std/assert";
import { S3Client } from "@aws-sdk/client-s3";
import { createPresigner, type Presigner } from "./_presign.ts";

/** A presigner on AWS's own endpoints; signing sends nothing. */
async function presignerOf(region: string, bucket: string): Promise<Presigner> {
  const client = new S3Client({
    region,
    credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" },
  });
  try {
    const run = () => Promise.reject(new Error("nothing is sent"));
    return await createPresigner({ client, region, endpoint: null, run }, bucket);
  } finally {
    client.destroy();
  }
}

async function addressOf(presigner: Presigner, key: string): Promise<string> {
  return (await presigner.presign(key, {})).split("?")[0];
}

Deno.test("createPresigner() follows AWS to the hosts of every partition", async () => {
  const hosts = {
    "us-east-1": "trail.s3.us-east-1.amazonaws.com",
    "eu-west-1": "trail.s3.eu-west-1.amazonaws.com",
    "cn-north-1": "trail.s3.cn-north-1.amazonaws.com.cn",
    "us-gov-west-1": "trail.s3.us-gov-west-1.amazonaws.com",
  };
  for (const [region, host] of Object.entries(hosts)) {
    const presigner = await presignerOf(region, "trail");
    assertEquals(presigner.host, `${host}:443`);
    assertEquals(await addressOf(presigner, "a/b c+%é"), `https://${host}/a/b%20c%2B%25%C3%A9`);
  }
});

Deno.test("createPresigner() names a bucket with dots in the path, which no certificate covers", async () => {
  const presigner = await presignerOf("eu-west-1", "my.trail");
  assertEquals(presigner.host, "s3.eu-west-1.amazonaws.com:443");
  assertEquals(
    await addressOf(presigner, "k"),
    "https://s3.eu-west-1.amazonaws.com/my.trail/k",
  );
});

Deno.test("Presigner.presign() writes keys so that no URL parser changes them", async () => {
  const presigner = await presignerOf("eu-west-1", "trail");
  for (
    const key of ["a/../b", "./a", "a/..", "a//b", "/a", "a/%2e%2e/b", "a?b#c", "a\\b", "\t\n"]
  ) {
    const address = await addressOf(presigner, key);
    assertEquals(new URL(address).href, address);
    assertEquals(decodeURIComponent(new URL(address).pathname.slice(1)), key);
  }
});

Deno.test("Presigner.presign() signs the headers and is good for half an hour", async () => {
  const presigner = await presignerOf("eu-west-1", "trail");
  const query = new URL(await presigner.presign("k", { "if-match": '"e"' })).searchParams;
  assertEquals(query.get("X-Amz-SignedHeaders"), "host;if-match");
  assertEquals(query.get("X-Amz-Expires"), "1800");
  assertEquals(query.get("X-Amz-Content-Sha256"), "UNSIGNED-PAYLOAD");
});
