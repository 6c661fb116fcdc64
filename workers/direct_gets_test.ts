import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DirectGets } from "./direct_gets.ts";
import { FetchError } from "./fetch_error.ts";
import { getCount } from "./fetch_url.ts";

const never = new AbortController().signal;
const HEADERS = { "if-match": '"e"' };

/** A server that answers each request of a connection by the next text, and closes it after the last. */
function serve(answers: readonly string[]) {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const requests: string[] = [];
  let connections = 0;
  const rest = [...answers];
  const served = (async () => {
    for await (const connection of listener) {
      connections++;
      using held = connection;
      const buffer = new Uint8Array(4096);
      while (rest.length > 0) {
        const read = await held.read(buffer).catch(() => null);
        if (read === null) break;
        requests.push(new TextDecoder().decode(buffer.subarray(0, read)));
        await held.write(new TextEncoder().encode(rest.shift()!));
      }
      // A loop that ends closes the listener too.
      if (rest.length === 0) return;
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}/b/k?X-Amz-Signature=s`,
    requests,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      if (rest.length > 0) listener.close();
      await served.catch(() => {});
    },
  };
}

const answer = (body: string) =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\ncontent-encoding: gzip\r\n\r\n${body}`;

Deno.test("DirectGets.get() reads object after object over one connection, as they are stored, and counts", async () => {
  await using server = serve([answer("one"), answer(""), answer("three")]);
  using gets = new DirectGets();
  const before = getCount();
  for (const body of ["one", "", "three"]) {
    assertEquals(String(await gets.get(server.url, HEADERS, body.length, never)), body);
  }
  assertEquals([server.connections(), getCount() - before], [1, 3]);
  const [line, ...headers] = server.requests[0].split("\r\n");
  assertEquals(line, "GET /b/k?X-Amz-Signature=s HTTP/1.1");
  assertEquals(headers, [
    `host: ${new URL(server.url).host}`,
    'if-match: "e"',
    "accept-encoding: identity",
    "",
    "",
  ]);
});

Deno.test("DirectGets.get() says what S3's refusals mean, however they are framed", async () => {
  const error = "<Error><Code>CODE</Code><Message>why</Message></Error>";
  const refusals: [number, string, FetchError["status"]][] = [
    [412, "PreconditionFailed", "changed"],
    [404, "NoSuchKey", "gone"],
    [403, "AccessDenied", "denied"],
    [403, "RequestExpired", "expired"],
    [503, "SlowDown", "later"],
  ];
  for (const [status, code, meaning] of refusals) {
    const body = error.replace("CODE", code);
    for (
      const framed of [
        `content-length: ${body.length}\r\n\r\n${body}`,
        `transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
      ]
    ) {
      await using server = serve([`HTTP/1.1 ${status} No\r\n${framed}`]);
      using gets = new DirectGets();
      const refused = await assertRejects(() => gets.get(server.url, {}, 9, never), FetchError);
      assertEquals([refused.status, refused.message], [meaning, `status ${status} ${code}: why`]);
    }
  }
});

Deno.test("DirectGets.get() reads a refusal's code across the borders of chunks", async () => {
  for (
    const [status, code, meaning] of [
      [404, "NoSuchBucket", "later"],
      [400, "ExpiredToken", "expired"],
    ] as const
  ) {
    const body = `<Error><Code>${code.slice(0, 4)}\r\n1F\r\n${code.slice(4)}</Code></Error>`;
    await using server = serve([
      `HTTP/1.1 ${status} No\r\ntransfer-encoding: chunked\r\n\r\n11\r\n${body}\r\n0\r\n\r\n`,
    ]);
    using gets = new DirectGets();
    const refused = await assertRejects(() => gets.get(server.url, {}, 9, never), FetchError);
    assertEquals([refused.status, refused.message], [meaning, `status ${status} ${code}: No`]);
  }
});

Deno.test("DirectGets.get() takes a refusal without a body for what its status says", async () => {
  for (
    const framing of ["content-length: 0\r\n\r\n", "transfer-encoding: chunked\r\n\r\n0\r\n\r\n"]
  ) {
    await using server = serve([`HTTP/1.1 412 Precondition Failed\r\n${framing}`]);
    using gets = new DirectGets();
    const refused = await assertRejects(() => gets.get(server.url, {}, 9, never), FetchError);
    assertEquals(refused.status, "changed");
  }
});

Deno.test("DirectGets.get() leaves every other answer to fetch", async () => {
  for (
    const other of [
      "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfour",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n12345",
      "HTTP/1.1 200 OK\r\n\r\n12345",
      "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n123",
      "HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\n12345",
      "HTTP/1.1 307 Moved\r\ncontent-length: 0\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\n",
      `HTTP/1.1 200 OK\r\nx: ${"y".repeat(40_000)}\r\ncontent-length: 5\r\n\r\n12345`,
      "nothing of the kind",
    ]
  ) {
    await using server = serve([other]);
    using gets = new DirectGets();
    assertEquals(await gets.get(server.url, {}, 5, never), null, other.slice(0, 60));
  }
});

Deno.test("DirectGets.get() asks a host no more that gives answers of another kind", async () => {
  const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
  await using server = serve([chunked, chunked, chunked]);
  using gets = new DirectGets();
  const before = getCount();
  for (let i = 0; i < 3; i++) assertEquals(await gets.get(server.url, {}, 5, never), null);
  assertEquals([server.requests.length, getCount() - before], [1, 1]);
});

Deno.test("DirectGets.get() leaves a host to fetch whose handshake fails, and counts no GET", async () => {
  await using server = serve(["HTTP/1.1 400 Bad Request\r\n\r\n"]);
  using gets = new DirectGets();
  const before = getCount();
  for (let i = 0; i < 2; i++) {
    assertEquals(await gets.get(server.url.replace("http:", "https:"), {}, 5, never), null);
  }
  assertEquals([server.connections(), getCount() - before], [1, 0]);
});

Deno.test("DirectGets.get() leaves a host that cannot be reached to fetch", async () => {
  using gets = new DirectGets();
  const before = getCount();
  for (let i = 0; i < 2; i++) {
    assertEquals(await gets.get("http://127.0.0.1:1/k", {}, 5, never), null);
  }
  assertEquals(getCount(), before);
});

Deno.test("DirectGets.get() sends nothing that is not plain", async () => {
  using gets = new DirectGets();
  const before = getCount();
  assertEquals(await gets.get("http://127.0.0.1:1/k y", {}, 5, never), null);
  assertEquals(await gets.get("http://127.0.0.1:1/k", { a: "b\r\nc: d" }, 5, never), null);
  assertEquals(getCount(), before);
});

Deno.test("DirectGets.get() gives no connection to a second request that the first left bytes in", async () => {
  await using server = serve([`${answer("one")}HTTP/1.1 200 OK`, answer("two")]);
  using gets = new DirectGets();
  assertEquals(String(await gets.get(server.url, {}, 3, never)), "one");
  assertEquals(String(await gets.get(server.url, {}, 3, never)), "two");
  assertEquals(server.connections(), 2);
});

Deno.test("DirectGets.get() rejects with its signal's reason, before and during the answer", async () => {
  await using server = serve(["HTTP/1.1 200 OK\r\n", ""]);
  using gets = new DirectGets();
  const leaving = new AbortController();
  const asked = gets.get(server.url, {}, 5, leaving.signal);
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  leaving.abort(new Error("leaving"));
  for (const get of [asked, gets.get(server.url, {}, 5, leaving.signal)]) {
    assertStringIncludes((await assertRejects(() => get, Error)).message, "leaving");
  }
});

Deno.test("DirectGets ends what is under way when it is disposed of", async () => {
  await using server = serve(["HTTP/1.1 200 OK\r\n", ""]);
  const gets = new DirectGets();
  const asked = assertRejects(() => gets.get(server.url, {}, 5, never), FetchError);
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  gets[Symbol.dispose]();
  assert((await asked).message.includes("ends"));
});
