/** What the emulator can do beyond S3: faults, counts, folders, a clock, and running as a process. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { type S3Emulator, type S3EmulatorOptions, startS3Emulator } from "../../emulator/mod.ts";
import { TextLineStream } from "@std/streams";

const KEYS = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" };
const bytes = (text: string) => new TextEncoder().encode(text);

interface World extends AsyncDisposable {
  readonly s3: S3Emulator;
  readonly client: S3Client;
  /** A presigned GET of a key of bucket `logs`. */
  get(key: string): Promise<Response>;
}

async function build(
  options: Partial<S3EmulatorOptions> = {},
  credentials: { sessionToken?: string } = {},
): Promise<World> {
  const s3 = await startS3Emulator({ ...KEYS, buckets: ["logs"], ...options });
  const client = clientOf(s3.url, { ...KEYS, ...credentials });
  return {
    s3,
    client,
    async get(key) {
      const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: "logs", Key: key }));
      return await fetch(url);
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      await s3[Symbol.asyncDispose]();
    },
  };
}

function clientOf(
  endpoint: string,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
): S3Client {
  return new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts: 1,
    credentials,
  });
}

/** Status and error code of an answer. */
async function outcome(response: Response): Promise<string> {
  const body = await response.text();
  return `${response.status} ${/<Code>(.*?)<\/Code>/.exec(body)?.[1] ?? body}`;
}

Deno.test("Faults meet the operation, keys and number of requests that their rule names", async () => {
  await using world = await build();
  for (const key of ["a/1", "a/2", "b/1"]) world.s3.put("logs", key, bytes(key));
  const denied = world.s3.faults.add({ key: "a/", action: { kind: "deny" } });
  const slow = world.s3.faults.add({
    operation: ["GetObject", "HeadObject"],
    key: (key) => key.endsWith("1"),
    action: { kind: "slow_down" },
    count: 2,
  });
  assertEquals(await outcome(await world.get("a/1")), "403 AccessDenied");
  assertEquals(await outcome(await world.get("a/2")), "403 AccessDenied");
  assertEquals(await outcome(await world.get("b/1")), "503 SlowDown");
  assertEquals([denied.hits, slow.hits], [2, 1]);
  denied.remove();
  assertEquals(await outcome(await world.get("a/1")), "503 SlowDown");
  assertEquals(await outcome(await world.get("a/1")), "200 a/1");
  world.s3.faults.add({ action: { kind: "expired_token" } });
  assertEquals(await outcome(await world.get("a/1")), "400 ExpiredToken");
  world.s3.faults.clear();
  assertEquals(await outcome(await world.get("a/1")), "200 a/1");
  assertEquals(world.s3.requests.GetObject, 7);
  world.s3.resetRequests();
  assertEquals(world.s3.requests.GetObject, 0);
});

Deno.test("Faults by probability repeat with the seed", async () => {
  const run = async (seed: number) => {
    await using world = await build({ seed });
    world.s3.put("logs", "k", bytes("x"));
    world.s3.faults.add({ probability: 0.3, action: { kind: "internal_error" } });
    let pattern = "";
    for (let i = 0; i < 60; i++) pattern += (await outcome(await world.get("k")))[0];
    return pattern;
  };
  const pattern = await run(7);
  assertEquals(await run(7), pattern);
  assert(await run(8) !== pattern);
  const failures = pattern.replaceAll("2", "").length;
  assert(failures > 6 && failures < 32, pattern);
});

Deno.test("Faults cut bodies, reset connections, delay and hang", async () => {
  await using world = await build();
  world.s3.put("logs", "k", new Uint8Array(100_000));
  world.s3.faults.add({ action: { kind: "cut", bytes: 40_000 }, count: 1 });
  const cut = await world.get("k");
  assertEquals(cut.headers.get("content-length"), "100000");
  await assertRejects(() => cut.arrayBuffer());
  world.s3.faults.add({ action: { kind: "reset" }, count: 1 });
  await assertRejects(async () => await (await world.get("k")).arrayBuffer());
  world.s3.faults.add({ action: { kind: "delay", ms: 120 }, count: 1 });
  const startedAt = performance.now();
  await (await world.get("k")).body?.cancel();
  assert(performance.now() - startedAt >= 110);
  world.s3.faults.add({ action: { kind: "hang" } });
  const command = new GetObjectCommand({ Bucket: "logs", Key: "k" });
  const url = await getSignedUrl(world.client, command);
  await assertRejects(() => fetch(url, { signal: AbortSignal.timeout(60) }));
});

Deno.test("An emulator that goes away lets go of requests that hang", async () => {
  const world = await build();
  world.s3.faults.add({ action: { kind: "hang" } });
  const waiting = world.get("k");
  await new Promise((resolve) => setTimeout(resolve, 50));
  await world[Symbol.asyncDispose]();
  assertEquals(await outcome(await waiting), "500 InternalError");
});

Deno.test("A bucket made of a folder lists and serves its files and takes no writes", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/a`);
    for (const name of ["a/b +%.gz", "a-b", "z\u{1F600}"]) {
      await Deno.writeTextFile(`${folder}/${name}`, `content of ${name}`);
    }
    await Deno.symlink(`${folder}/a-b`, `${folder}/link`);
    await using world = await build({ buckets: [{ name: "logs", folder }] });
    assertEquals(world.s3.keys("logs"), ["a-b", "a/b +%.gz", "z\u{1F600}"]);
    const page = await world.client.send(new ListObjectsV2Command({ Bucket: "logs" }));
    assertEquals(page.Contents?.map((object) => object.Size), [14, 20, 16]);
    assertEquals(await outcome(await world.get("a/b +%.gz")), "200 content of a/b +%.gz");
    const put = new PutObjectCommand({ Bucket: "logs", Key: "new", Body: "x" });
    await assertRejects(() => world.client.send(put), Error, "read only");
    const match = new GetObjectCommand({ Bucket: "logs", Key: "a-b", IfMatch: '"other"' });
    assertEquals((await assertRejects(() => world.client.send(match))).name, "PreconditionFailed");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("put(), get(), delete() and keys() work without requests", async () => {
  await using world = await build();
  const content = bytes("one");
  world.s3.put("logs", "k", content, { contentEncoding: "gzip" });
  content[0] = 0;
  assertEquals(world.s3.get("logs", "k"), bytes("one"));
  assertEquals(world.s3.get("logs", "absent"), null);
  world.s3.delete("logs", "k");
  assertEquals(world.s3.keys("logs"), []);
  world.s3.createBucket("other");
  assertThrows(() => world.s3.createBucket("other"), Error, "already exists");
  assertThrows(() => world.s3.createBucket("Bad_Name"), Error, "not valid");
  assertThrows(() => world.s3.put("absent", "k", content), Error, "does not exist");
  assertEquals(Object.values(world.s3.requests).reduce((sum, count) => sum + count), 0);
});

Deno.test("Signatures are refused for a wrong clock, region or session", async () => {
  await using late = await build({ now: () => Date.now() + 16 * 60_000 });
  const list = new ListObjectsV2Command({ Bucket: "logs" });
  assertEquals((await assertRejects(() => late.client.send(list))).name, "RequestTimeTooSkewed");
  await using early = await build({ now: () => Date.now() - 16 * 60_000 });
  assertEquals(await outcome(await early.get("k")), "403 AccessDenied");
  await using abroad = await build({ region: "eu-west-1" });
  const malformed = await assertRejects(() => abroad.client.send(list));
  assertEquals(malformed.name, "AuthorizationHeaderMalformed");
  assertEquals(await outcome(await abroad.get("k")), "400 AuthorizationQueryParametersError");
  await using session = await build({ sessionToken: "token" }, { sessionToken: "token" });
  session.s3.put("logs", "k", bytes("x"));
  assertEquals(await outcome(await session.get("k")), "200 x");
  assertEquals((await session.client.send(list)).KeyCount, 1);
  await using stranger = await build({ sessionToken: "token" }, { sessionToken: "other" });
  assertEquals((await assertRejects(() => stranger.client.send(list))).name, "InvalidToken");
});

Deno.test("A key that is no UTF-8, too long, or an operation that is unknown is refused", async () => {
  await using world = await build();
  const status = async (path: string, method = "GET") =>
    await outcome(await fetch(world.s3.url + path, { method }));
  assertEquals(await status("/logs/%ff"), "400 InvalidURI");
  assertEquals(await status(`/logs/${"k".repeat(1025)}`), "400 KeyTooLongError");
  assertEquals(await status("/"), "501 NotImplemented");
  assertEquals(await status("/logs/k", "PATCH"), "501 NotImplemented");
});

Deno.test("main.ts serves a folder as a process and ends on SIGTERM", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/log`, "content");
  const main = new URL("../../emulator/main.ts", import.meta.url).pathname;
  const start = (args: string[]) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-prompt", main, ...args],
      env: { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
      stdout: "piped",
      stderr: "piped",
    });
  await using child = start(["0", `logs=${folder}`, "empty"]).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  const url = (await lines.read()).value!;
  const client = clientOf(url, KEYS);
  const page = await client.send(new ListObjectsV2Command({ Bucket: "logs" }));
  assertEquals(page.Contents?.map((object) => object.Key), ["log"]);
  await client.send(new PutObjectCommand({ Bucket: "empty", Key: "k", Body: "x" }));
  client.destroy();
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 0);
  await lines.cancel();
  await child.stderr.cancel();
  const wrong = await start(["not a port"]).output();
  assertEquals(wrong.code, 2);
  assertStringIncludes(new TextDecoder().decode(wrong.stderr), "Usage:");
  await Deno.remove(folder, { recursive: true });
});
