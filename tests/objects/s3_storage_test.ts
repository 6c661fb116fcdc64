/** How a lake's objects are stored in a bucket: encryption, class, owner, and large files in parts. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { LIMITS } from "../../core/limits.ts";
import { openLake } from "../../objects/mod.ts";
import { build, bytes, environment, thrown } from "./s3_world.ts";

const KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const large = () => {
  const content = new Uint8Array(LIMITS.multipartBytesMin + 12_345);
  for (let i = 0; i < content.length; i += 65_536) content[i] = i / 65_536;
  return content;
};
const create = { condition: { kind: "create" } } as const;
const always = { condition: { kind: "always" } } as const;
const replace = (etag: string) => ({ condition: { kind: "replace", etag } }) as const;

Deno.test("openLake(s3:) stores everything under its key and class, for its owner", async () => {
  await using world = await build({ kmsKeys: [KEY], ownerId: "222233334444" });
  const { s3, requests } = world;
  const options = { kmsKey: KEY, storageClass: "STANDARD_IA", bucketOwner: "222233334444" };
  const lake = await openLake("s3://lake/a", { env: environment(s3), requests, ...options });
  try {
    assertEquals(await lake.probe(), { conditionalWrites: true });
    await lake.put("small", bytes("x"), create);
    const first = await lake.put("large", large(), create);
    const second = await lake.put("large", large(), replace(first));
    assert(first !== second && second.endsWith("-3"), second);
    for (const key of ["a/small", "a/large"]) {
      const headers = s3.headers("lake", key)!;
      assertEquals(headers["x-amz-server-side-encryption"], "aws:kms");
      assertEquals(headers["x-amz-server-side-encryption-aws-kms-key-id"], KEY);
      assertEquals(headers["x-amz-server-side-encryption-bucket-key-enabled"], "true");
      assertEquals(headers["x-amz-storage-class"], "STANDARD_IA");
    }
    const listed = (await Array.fromAsync(lake.list(""))).flat();
    assertEquals(listed.map(({ path, etag }) => [path, etag])[0], ["large", second]);
    assertEquals((await lake.get("large"))?.etag, second);
  } finally {
    await lake.close();
  }
});

Deno.test("openLake(s3:) of another owner, an unknown key or class says which setting to check", async () => {
  await using world = await build({ kmsKeys: [KEY] });
  const open = async (options: Record<string, string>) => {
    const env = environment(world.s3);
    const lake = await openLake("s3://lake/", { env, requests: world.requests, ...options });
    try {
      return await lake.probe();
    } finally {
      await lake.close();
    }
  };
  const owner = await thrown(() => open({ bucketOwner: "999999999999" }), "denied");
  assertStringIncludes(owner.hint!, "account 999999999999, which --lake-bucket-owner asks for");
  const key = await thrown(() => open({ kmsKey: "alias/absent" }), "missing");
  assertStringIncludes(key.hint!, "--lake-kms-key");
  const storage = await thrown(() => open({ storageClass: "COLD" }), "usage");
  assertStringIncludes(`${storage.message} ${storage.hint}`, "--lake-storage-class");
  assertEquals(await open({ bucketOwner: "111122223333" }), { conditionalWrites: true });
  assertEquals(world.s3.keys("lake"), []);
});

Deno.test("LakeStore.put() of a large file goes in parts, under its condition, and is given back whole", async () => {
  await using world = await build();
  const { lake, s3 } = world;
  const content = large();
  const first = await lake.put("f", content, create);
  assertEquals([s3.requests.UploadPart, s3.requests.CompleteMultipartUpload], [4, 2]);
  await thrown(() => lake.put("f", content, create), "condition");
  const second = await lake.put("f", content.fill(7, 0, 9), replace(first));
  await thrown(() => lake.put("f", content, replace(first)), "condition");
  await thrown(() => lake.put("absent", content, replace(first)), "condition");
  assertEquals(await lake.get("f"), { bytes: content, etag: second });
  assertEquals([s3.openUploads, s3.keys("lake")], [0, ["f"]]);
  await lake.put("g", content, always);
});

Deno.test("LakeStore.put() in parts leaves nothing when it fails or is aborted", async () => {
  await using world = await build();
  const { lake, s3 } = world;
  await lake.put("warm", large(), create);
  s3.faults.add({ operation: "UploadPart", action: { kind: "deny" }, count: 1 });
  const denied = await thrown(() => lake.put("f", large(), create), "denied");
  assertStringIncludes(denied.message, "s3://lake/f");
  assertEquals([s3.openUploads, s3.keys("lake")], [0, ["warm"]]);
  s3.faults.clear();
  s3.faults.add({ operation: "UploadPart", action: { kind: "hang" } });
  const reason = new Error("stop now");
  const controller = new AbortController();
  const before = s3.requests.UploadPart;
  // Once it sends parts: on a busy machine a fixed time may end while the upload is still asked for.
  const timer = setInterval(() => {
    if (s3.requests.UploadPart > before) controller.abort(reason);
  }, 5);
  const put = () => lake.put("f", large(), { ...create, signal: controller.signal });
  assertEquals(await assertRejects(put).finally(() => clearInterval(timer)), reason);
  assertEquals([s3.openUploads, s3.keys("lake")], [0, ["warm"]]);
});

Deno.test("LakeStore.put() in parts sends a lost part again, and knows its own completion again", async () => {
  await using world = await build();
  const { lake, s3 } = world;
  const content = large();
  const warm = await lake.put("f", content, create);
  s3.faults.add({ operation: "UploadPart", action: { kind: "internal_error" }, count: 1 });
  s3.faults.add({
    operation: "CompleteMultipartUpload",
    action: { kind: "internal_error", afterWork: true },
    count: 1,
  });
  content[3] = 9;
  const etag = await lake.put("f", content, replace(warm));
  assertEquals((await lake.get("f"))?.etag, etag);
});

Deno.test("LakeStore.put() sends a large file at once where completion does not heed conditions", async () => {
  await using world = await build();
  const { lake, s3 } = world;
  s3.faults.add({
    operation: "CompleteMultipartUpload",
    action: { kind: "ignore_conditions" },
  });
  const etag = await lake.put("f", large(), create);
  await thrown(() => lake.put("f", large(), create), "condition");
  assertEquals((await lake.get("f"))?.etag, etag);
  assertEquals([s3.openUploads, s3.keys("lake"), s3.requests.UploadPart], [0, ["f"], 1]);
});
