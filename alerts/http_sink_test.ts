import { assert, assertEquals, assertRejects } from "@std/assert";
import { LIMITS } from "../core/limits.ts";
import { slackSink, webhookSink } from "./http_sinks.ts";
import { parseTarget } from "./post_target.ts";
import { makeDelivery, NEVER } from "./testing.ts";
import type { DeliveryResult } from "./types.ts";

const SECRET = "T0SECRET/B0SECRET";

/** Runs `test` against a server that answers as `handle` says; `url` holds the secret. */
async function withServer(
  handle: (request: Request, count: number) => Response | Promise<Response>,
  test: (url: string) => Promise<void>,
): Promise<void> {
  let count = 0;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => handle(request, ++count),
  );
  try {
    await test(`http://127.0.0.1:${server.addr.port}/services/${SECRET}`);
  } finally {
    await server.shutdown();
  }
}

/** Runs `test` against a server that does `talk` with each connection and then drops it. */
async function withRawServer(
  talk: (connection: Deno.TcpConn) => Promise<void>,
  test: (url: string) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.TcpConn[] = [];
  const talks: Promise<void>[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      talks.push(talk(connection).catch(() => {}).finally(() => close(connection)));
    }
  })();
  try {
    await test(`http://127.0.0.1:${listener.addr.port}/services/${SECRET}`);
  } finally {
    listener.close();
    await serving;
    // The client keeps idle connections for reuse, and a talk may be waiting on one.
    connections.forEach(close);
    await Promise.all(talks);
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}

function hook(url: string, timeoutMs = 2000) {
  return webhookSink("webhook", parseTarget(url)!, { timeoutMs });
}

function kinds(results: readonly DeliveryResult[]): string[] {
  for (const result of results) {
    if (result.kind !== "delivered") assert(!result.reason.includes("SECRET"), result.reason);
  }
  return results.map((result) => result.kind);
}

function reasonOf(result: DeliveryResult): string {
  assert(result.kind !== "delivered");
  assert(!result.reason.includes("SECRET") && !result.reason.includes("127.0.0.1"), result.reason);
  return result.reason;
}

Deno.test("HttpSink.deliver() POSTs one alert a request with its id as idempotency key", async () => {
  const seen = new Map<string, string>();
  await withServer(async (request) => {
    assertEquals(request.method, "POST");
    assertEquals(request.headers.get("content-type"), "application/json");
    seen.set(request.headers.get("idempotency-key")!, await request.text());
    return new Response("ok");
  }, async (url) => {
    const deliveries = Array.from({ length: 20 }, (_, n) => makeDelivery(n));
    const results = await hook(url).deliver(deliveries, { signal: NEVER });
    assertEquals(kinds(results), deliveries.map(() => "delivered"));
    assertEquals(seen, new Map(deliveries.map((d) => [d.alertId, d.payload])));
  });
});

Deno.test("HttpSink.deliver() judges every status", async () => {
  const expected: [number, string][] = [
    [200, "delivered"],
    [202, "delivered"],
    [204, "delivered"],
    [400, "refused"],
    [413, "refused"],
    [422, "refused"],
    ...[301, 302, 307, 401, 403, 404, 405, 408, 410, 425, 500, 502, 503, 504].map((
      status,
    ): [number, string] => [status, "later"]),
  ];
  for (const [status, kind] of expected) {
    await withServer((request) => {
      const body = status === 204 ? null : `cannot POST ${request.url}`;
      return new Response(body, { status, headers: { location: "/elsewhere" } });
    }, async (url) => {
      const [result] = await hook(url).deliver([makeDelivery(1)], { signal: NEVER });
      assertEquals(result.kind, kind, `status ${status}`);
      if (result.kind !== "delivered") assert(reasonOf(result).includes(`HTTP status ${status}`));
    });
  }
});

Deno.test("HttpSink.deliver() does not follow a redirect", async () => {
  const paths: string[] = [];
  await withServer((request) => {
    paths.push(new URL(request.url).pathname);
    return new Response(null, { status: 307, headers: { location: "/elsewhere" } });
  }, async (url) => {
    await hook(url).deliver([makeDelivery(1)], { signal: NEVER });
    assertEquals(paths, [`/services/${SECRET}`]);
  });
});

Deno.test("HttpSink.deliver() passes on how long the sink asks to wait", async () => {
  await withServer(
    () => new Response("", { status: 503, headers: { "retry-after": "120" } }),
    async (url) => {
      const [result] = await hook(url).deliver([makeDelivery(1)], { signal: NEVER });
      assert(result.kind === "later");
      assertEquals(result.retryAfterMs, 120_000);
    },
  );
});

Deno.test("HttpSink.deliver() waits for a short 429 and then delivers everything", async () => {
  let refusedAt = 0;
  await withServer((_, count) => {
    if (count !== 2) return new Response("ok");
    refusedAt = Date.now();
    return new Response("", { status: 429, headers: { "retry-after": "1" } });
  }, async (url) => {
    const sink = slackSink("slack", parseTarget(url)!);
    const results = await sink.deliver([1, 2, 3].map((n) => makeDelivery(n)), { signal: NEVER });
    assertEquals(kinds(results), ["delivered", "delivered", "delivered"]);
    assert(Date.now() - refusedAt >= 990);
  });
});

Deno.test("HttpSink.deliver() ends the round at a long 429 without asking again", async () => {
  let requests = 0;
  await withServer((_, count) => {
    requests = count;
    return count === 1
      ? new Response("ok")
      : new Response("", { status: 429, headers: { "retry-after": "600" } });
  }, async (url) => {
    const sink = slackSink("slack", parseTarget(url)!);
    const results = await sink.deliver([1, 2, 3, 4].map((n) => makeDelivery(n)), { signal: NEVER });
    assertEquals(kinds(results), ["delivered", "later", "later", "later"]);
    for (const result of results.slice(1)) {
      assert(result.kind === "later" && result.retryAfterMs === 600_000);
    }
    assertEquals(requests, 2);
  });
});

Deno.test("HttpSink.deliver() gives an alert that meets two 429 back, and goes on", async () => {
  await withServer(
    (_, count) =>
      count <= 2
        ? new Response("", { status: 429, headers: { "retry-after": "0" } })
        : new Response("ok"),
    async (url) => {
      const sink = slackSink("slack", parseTarget(url)!);
      const results = await sink.deliver([makeDelivery(1), makeDelivery(2)], { signal: NEVER });
      assertEquals(kinds(results), ["later", "delivered"]);
    },
  );
});

Deno.test("HttpSink.deliver() gives up on a server that never answers", async () => {
  let connections = 0;
  await withRawServer(async (connection) => {
    connections++;
    await connection.read(new Uint8Array(65536));
    await connection.read(new Uint8Array(65536));
  }, async (url) => {
    const deliveries = Array.from({ length: 20 }, (_, n) => makeDelivery(n));
    const results = await hook(url, 200).deliver(deliveries, { signal: NEVER });
    assertEquals(new Set(kinds(results)), new Set(["later"]));
    assertEquals(reasonOf(results[0]), "Cannot deliver to webhook: no answer within 0.2 s");
    // Four at a time, and after four in a row the others are spared.
    assert(connections < 12, `${connections} of 20 were tried`);
  });
});

Deno.test("HttpSink.deliver() says later to refused, reset and early closed connections", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const [refused] = await hook(`http://127.0.0.1:${port}/${SECRET}`)
    .deliver([makeDelivery(1)], { signal: NEVER });
  assertEquals(reasonOf(refused), "Cannot deliver to webhook: connection refused");

  for (const answer of ["", "HTTP/1.1 200 O", "nonsense\r\n\r\n"]) {
    await withRawServer(async (connection) => {
      await connection.read(new Uint8Array(65536));
      await connection.write(new TextEncoder().encode(answer));
    }, async (url) => {
      const [result] = await hook(url).deliver([makeDelivery(1)], { signal: NEVER });
      assertEquals(result.kind, "later", JSON.stringify(answer));
      reasonOf(result);
    });
  }
});

Deno.test("HttpSink.deliver() goes by the status when the body is cut off, hangs or never ends", async () => {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n";
  const bodies: ((connection: Deno.TcpConn) => Promise<void>)[] = [
    async (connection) => {
      await connection.write(new TextEncoder().encode(`${head}content-length: 100\r\n\r\npart`));
    },
    async (connection) => {
      await connection.write(new TextEncoder().encode(`${head}content-length: 100\r\n\r\npart`));
      await connection.read(new Uint8Array(65536));
    },
    async (connection) => {
      await connection.write(
        new TextEncoder().encode(`${head}content-length: 99999999999\r\n\r\n`),
      );
      while (true) await connection.write(new Uint8Array(65536));
    },
    async (connection) => {
      await connection.write(
        new TextEncoder().encode(`${head}content-encoding: gzip\r\n\r\nno gzip`),
      );
    },
  ];
  for (const talk of bodies) {
    await withRawServer(async (connection) => {
      await connection.read(new Uint8Array(65536));
      await talk(connection);
    }, async (url) => {
      const startedAt = Date.now();
      const [result] = await hook(url).deliver([makeDelivery(1)], { signal: NEVER });
      assertEquals(result, { kind: "delivered" });
      assert(
        Date.now() - startedAt < LIMITS.deliveryTimeoutMs,
        "a body does not hold the sink up",
      );
    });
  }
});

Deno.test("HttpSink.deliver() lets one alert that the server chokes on fail alone", async () => {
  const poison = makeDelivery(2);
  await withRawServer(async (connection) => {
    const bytes = new Uint8Array(65536);
    let text = "";
    while (true) {
      const read = await connection.read(bytes);
      if (read === null) return;
      text += new TextDecoder().decode(bytes.subarray(0, read));
      if (text.includes(poison.alertId)) return;
      if (!text.includes("}}}")) continue;
      await connection.write(
        new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
      );
      text = "";
    }
  }, async (url) => {
    const deliveries = [1, 2, 3, 4, 5].map((n) => makeDelivery(n));
    const results = await hook(url).deliver(deliveries, { signal: NEVER });
    assertEquals(kinds(results), ["delivered", "later", "delivered", "delivered", "delivered"]);
  });
});

Deno.test("HttpSink.deliver() cuts requests off and rejects on abort", async () => {
  await withRawServer(async (connection) => {
    await connection.read(new Uint8Array(65536));
    await connection.read(new Uint8Array(65536));
  }, async (url) => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(new Error("enough")), 50);
    const deliveries = [1, 2, 3, 4, 5, 6].map((n) => makeDelivery(n));
    await assertRejects(
      () => hook(url, 10_000).deliver(deliveries, { signal: abort.signal }),
      Error,
      "enough",
    );
    clearTimeout(timer);
  });
});

Deno.test("HttpSink.deliver() rejects on abort while it waits for a throttling sink", async () => {
  await withServer(
    () => new Response("", { status: 429, headers: { "retry-after": "20" } }),
    async (url) => {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(new Error("enough")), 100);
      await assertRejects(
        () => hook(url).deliver([makeDelivery(1)], { signal: abort.signal }),
        Error,
        "enough",
      );
      clearTimeout(timer);
    },
  );
});

Deno.test("slackSink() posts blocks, and names Slack's own error codes only", async () => {
  let body = "";
  for (const [text, said] of [["invalid_blocks", " (invalid_blocks)"], [`<p>${SECRET}</p>`, ""]]) {
    await withServer(async (request) => {
      body = await request.text();
      return new Response(text, { status: 400 });
    }, async (url) => {
      const sink = slackSink("slack:SOC", parseTarget(url)!);
      const [result] = await sink.deliver([makeDelivery(1)], { signal: NEVER });
      assertEquals(result, {
        kind: "refused",
        reason: `Cannot deliver to slack:SOC: HTTP status 400${said}`,
      });
      assert(JSON.parse(body).blocks.length > 0);
    });
  }
});

Deno.test("slackSink() refuses what is no alert and sends the others", async () => {
  await withServer(() => new Response("ok"), async (url) => {
    const sink = slackSink("slack", parseTarget(url)!);
    const broken = { ...makeDelivery(1), payload: "{" };
    const results = await sink.deliver([broken, makeDelivery(2)], { signal: NEVER });
    assertEquals(kinds(results), ["refused", "delivered"]);
  });
});
