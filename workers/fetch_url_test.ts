import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { FetchError } from "./fetch_error.ts";
import { fetchSmall, fetchUrl, getCount } from "./fetch_url.ts";

type Fetch = (url: string, signal: AbortSignal) => Promise<Uint8Array>;

/** Both ways to take a body, which are the same to who asks. */
const WAYS: Readonly<Record<string, Fetch>> = {
  "fetchSmall()": (url, signal) => fetchSmall(url, {}, signal),
  "fetchUrl()": async (url, signal) => {
    const pieces = await Array.fromAsync(fetchUrl(url, {}, signal));
    return new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
  },
};
const never = new AbortController().signal;

async function withServer(
  answer: (request: Request) => Response | Promise<Response>,
  run: (url: string) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  await run(`http://127.0.0.1:${server.addr.port}/k`);
}

for (const [name, fetchBody] of Object.entries(WAYS)) {
  Deno.test(`${name} gives the stored bytes, whatever their encoding is called, and counts`, async () => {
    const stored = new Uint8Array(gzipSync("text"));
    const answer = (request: Request) => {
      assertEquals(request.headers.get("accept-encoding"), "identity");
      return new Response(stored, { headers: { "content-encoding": "gzip" } });
    };
    await withServer(answer, async (url) => {
      const before = getCount();
      assertEquals([...await fetchBody(url, never)], [...stored]);
      assertEquals(getCount() - before, 1);
    });
  });

  Deno.test(`${name} says what S3's refusals mean`, async () => {
    const refusals: [number, string, FetchError["status"]][] = [
      [412, "PreconditionFailed", "changed"],
      [404, "NoSuchKey", "gone"],
      [404, "NoSuchBucket", "later"],
      [403, "AccessDenied", "denied"],
      [403, "RequestExpired", "expired"],
      [503, "SlowDown", "later"],
      [307, "TemporaryRedirect", "later"],
    ];
    for (const [status, code, meaning] of refusals) {
      const body = `<Error><Code>${code}</Code><Message>why</Message></Error>`;
      await withServer(() => new Response(body, { status }), async (url) => {
        const error = await assertRejects(() => fetchBody(url, never), FetchError);
        assertEquals([error.status, error.message], [meaning, `status ${status} ${code}: why`]);
      });
    }
  });

  Deno.test(`${name} takes a body that breaks off for a failure that may pass`, async () => {
    using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const served = (async () => {
      using connection = await listener.accept();
      await connection.read(new Uint8Array(4096));
      const head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n";
      await connection.write(new TextEncoder().encode(`${head}ten bytes.`));
    })();
    const url = `http://127.0.0.1:${listener.addr.port}/k`;
    const error = await assertRejects(() => fetchBody(url, never), FetchError);
    assertEquals(error.status, "later");
    await served;
  });

  Deno.test(`${name} rejects when its signal aborts, before and during the answer`, async () => {
    const leaving = new AbortController();
    const held = Promise.withResolvers<Response>();
    const answer = () => {
      leaving.abort(new Error("leaving"));
      return held.promise;
    };
    await withServer(answer, async (url) => {
      for (let i = 0; i < 2; i++) {
        const error = await assertRejects(() => fetchBody(url, leaving.signal), Error);
        assertStringIncludes(error.message, "leaving");
      }
      held.resolve(new Response());
    });
  });
}
