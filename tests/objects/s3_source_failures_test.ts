/** What becomes of a source when S3 refuses, is slow, breaks off or cannot be reached. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { LIMITS } from "../../core/limits.ts";
import { startS3Emulator } from "../../emulator/mod.ts";
import { openSource } from "../../objects/mod.ts";
import { collect, readGrant } from "../../objects/testing.ts";
import { build, bytes, environment, KEYS, thrown } from "./s3_world.ts";

Deno.test("openSource(s3:) names the permission that a refused listing lacks", async () => {
  await using world = await build();
  world.s3.faults.add({ operation: "ListObjectsV2", action: { kind: "deny" } });
  const error = await thrown(() => collect(world.source.list("logs/AWSLogs/")), "denied");
  assertEquals(error.stage, "list");
  assertEquals(error.object, "s3://trail/logs/AWSLogs/");
  assertMatch(error.message, /^Cannot list s3:\/\/trail\/logs\/AWSLogs\/: status 403 AccessDenied/);
  assertEquals(error.hint, "Add s3:ListBucket on arn:aws:s3:::trail with s3:prefix logs/AWSLogs/*");
});

Deno.test("openSource(s3:) of a bucket that may not be looked at waits for the listing to say so", async () => {
  await using world = await build();
  world.s3.faults.add({ operation: ["HeadBucket", "ListObjectsV2"], action: { kind: "deny" } });
  const { requests } = world;
  const source = await openSource("s3://trail", { env: environment(world.s3), requests });
  const error = await thrown(() => collect(source.list("")), "denied");
  assertEquals(error.hint, "Add s3:ListBucket on arn:aws:s3:::trail");
  await source.close();
});

Deno.test("openSource(s3:) says what is wrong with the keys", async () => {
  await using world = await build();
  const open = async (changed: Record<string, string>) => {
    const env = { ...environment(world.s3), ...changed };
    const source = await openSource("s3://trail/", { env, requests: world.requests });
    try {
      return await collect(source.list(""));
    } finally {
      await source.close();
    }
  };
  const stranger = await thrown(() => open({ AWS_ACCESS_KEY_ID: "AKIASTRANGER" }), "denied");
  assertStringIncludes(stranger.hint!, "Check AWS_ACCESS_KEY_ID");
  const liar = await thrown(() => open({ AWS_SECRET_ACCESS_KEY: "wrong" }), "denied");
  assertStringIncludes(liar.message, "SignatureDoesNotMatch");
  const profile = await thrown(() => open({ AWS_PROFILE: "no-such-profile-anywhere" }), "denied");
  assertStringIncludes(profile.hint!, "AWS_PROFILE");
});

Deno.test("openSource(s3:) finds the bucket's region by itself", async () => {
  await using world = await build({ region: "eu-central-1" });
  const env = { ...environment(world.s3), AWS_REGION: "us-west-2" };
  const source = await openSource("s3://trail/logs", { env, requests: world.requests });
  world.s3.put("trail", "logs/x", bytes("content"));
  const [[ref]] = await collect(source.list(source.prefix));
  assertEquals(await readGrant(await source.grant(ref)), bytes("content"));
  await source.close();
});

Deno.test("openSource(s3:) of an endpoint that is not up is unreachable and names it", async () => {
  const s3 = await startS3Emulator({ ...KEYS, buckets: ["trail"] });
  const env = environment(s3);
  await s3[Symbol.asyncDispose]();
  const requests = { list: 0, get: 0, put: 0 };
  const error = await thrown(() => openSource("s3://trail/", { env, requests }), "unreachable");
  assertStringIncludes(error.message, "ECONNREFUSED");
  assertStringIncludes(error.hint!, env.AWS_ENDPOINT_URL);
});

Deno.test("openSource(s3:) refuses an endpoint that is no URL, and takes the one for S3 first", async () => {
  const requests = { list: 0, get: 0, put: 0 };
  await using world = await build();
  for (const endpoint of ["localhost:9000", "ftp://x", "nonsense"]) {
    const env = { ...environment(world.s3), AWS_ENDPOINT_URL: endpoint };
    await thrown(() => openSource("s3://trail/", { env, requests }), "usage");
    const both = { ...env, AWS_ENDPOINT_URL_S3: world.s3.url };
    const source = await openSource("s3://trail/", { env: both, requests });
    assertEquals(source.scope, `s3://trail@${world.s3.url}`);
    await source.close();
  }
});

Deno.test("openSource(s3:) of an expired session says so when it is listed", async () => {
  await using world = await build();
  world.s3.faults.add({ action: { kind: "expired_token" } });
  const { requests } = world;
  const source = await openSource("s3://trail/", { env: environment(world.s3), requests });
  const error = await thrown(() => collect(source.list("")), "expired");
  await source.close();
  assertStringIncludes(error.hint!, "AWS_SESSION_TOKEN");
});

Deno.test("Source.list() goes on after SlowDown, errors and cut answers, and counts each attempt", async () => {
  await using world = await build();
  for (let i = 0; i < 2500; i++) world.s3.put("trail", `logs/${i}`, bytes("x"));
  world.s3.faults.add({ action: { kind: "slow_down" }, count: 1 });
  world.s3.faults.add({ action: { kind: "internal_error" }, count: 1 });
  world.s3.faults.add({ action: { kind: "cut", bytes: 5000 }, count: 1 });
  world.s3.faults.add({ action: { kind: "reset" }, count: 1 });
  const refs = (await collect(world.source.list("logs/"))).flat();
  assertEquals(new Set(refs.map((ref) => ref.key)).size, 2500);
  assertEquals(world.requests, { list: 7, get: 0, put: 0 });
  assertEquals(world.s3.requests.ListObjectsV2, 7);
});

Deno.test("Source.list() that is throttled for good gives up after bounded attempts", async () => {
  await using world = await build();
  world.s3.faults.add({ action: { kind: "slow_down" } });
  const error = await thrown(() => collect(world.source.list("logs/")), "throttled");
  assertEquals(error.advice, "later");
  assertEquals(world.requests.list, 7);
});

Deno.test("Source.list() ends at once when its signal fires while S3 hangs", async () => {
  await using world = await build();
  world.s3.faults.add({ action: { kind: "hang" } });
  const reason = new Error("stop now");
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 30);
  const startedAt = performance.now();
  const list = () => collect(world.source.list("logs/", { signal: controller.signal }));
  assertEquals(await assertRejects(list), reason);
  assert(performance.now() - startedAt < LIMITS.silentConnectionMs);
});

Deno.test("Source.grant() reads keys that URL parsers would change", async () => {
  await using world = await build();
  const keys = [
    "logs/a/../b",
    "logs/a/./b",
    "logs//b",
    "logs/",
    "logs/../../up",
    "logs/x/..",
    "logs/%2e%2e/b",
  ];
  for (const key of keys) world.s3.put("trail", key, bytes(`content of ${key}`));
  // What the keys would become if dots were resolved; none of it may be read instead.
  for (const key of ["logs/b", "b", "logs/x/"]) world.s3.put("trail", key, bytes("another object"));
  for (const key of keys) {
    const ref = await world.source.head(key);
    assert(ref !== null, key);
    assertEquals(await readGrant(await world.source.grant(ref)), bytes(`content of ${key}`), key);
  }
  const dots = await thrown(() => world.source.grant({ key: "..", etag: "x", size: 1 }), "corrupt");
  assertEquals(dots.advice, "give_up");
});

Deno.test("Source.grant() covers If-Match by the signature and expires", async () => {
  let shiftMs = 0;
  await using world = await build({ now: () => Date.now() + shiftMs });
  world.s3.put("trail", "logs/x", bytes("content"));
  const [[ref]] = await collect(world.source.list("logs/"));
  const grant = await world.source.grant(ref);
  assert(grant.kind === "url");
  assertEquals(await readGrant({ ...grant, headers: {} }), "status 403");
  assertEquals(await readGrant({ ...grant, headers: { "if-match": '"other"' } }), "status 403");
  assertEquals(await readGrant({ ...grant, url: grant.url.replace("/x?", "/y?") }), "status 403");
  shiftMs = 16 * 60_000;
  assertEquals(await readGrant(grant), bytes("content"));
  shiftMs = 31 * 60_000;
  assertEquals(await readGrant(grant), "status 403");
});

Deno.test("Source.grant() carries the token of temporary keys", async () => {
  await using s3 = await startS3Emulator({ ...KEYS, buckets: ["trail"], sessionToken: "to+ken/=" });
  s3.put("trail", "x", bytes("content"));
  const env = { ...environment(s3), AWS_SESSION_TOKEN: "to+ken/=" };
  const source = await openSource("s3://trail", { env, requests: { list: 0, get: 0, put: 0 } });
  const [[ref]] = await collect(source.list(""));
  assertEquals(await readGrant(await source.grant(ref)), bytes("content"));
  await source.close();
});
