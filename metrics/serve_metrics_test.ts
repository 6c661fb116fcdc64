import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { TrailsieveError } from "../core/errors.ts";
import { type Backlog, RunReport } from "../coordinator/mod.ts";
import { serveMetrics, type WatchedRun } from "./serve_metrics.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };
const BACKLOG: Backlog = { refs: 7, shards: 2, oldestShardSeconds: null, alerts: 3, hours: 4 };

function watched(backlog: WatchedRun["backlog"]): () => WatchedRun {
  const report = new RunReport();
  return () => ({ report, backlog, processStartedAt: 0 });
}

async function get(port: number, path: string, method = "GET"): Promise<[number, string]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  return [response.status, await response.text()];
}

Deno.test("serveMetrics() answers /metrics and /healthz, and nothing else", async () => {
  await using server = serveMetrics(LOOPBACK, watched(() => Promise.resolve(BACKLOG)));
  const response = await fetch(`http://127.0.0.1:${server.port}/metrics?x=1`);
  assertEquals(
    response.headers.get("content-type"),
    "text/plain; version=0.0.4; charset=utf-8",
  );
  const text = await response.text();
  assertStringIncludes(text, "\ntrailsieve_backlog_objects 7\n");
  assertStringIncludes(text, "\ntrailsieve_database_up 1\n");
  assertEquals(await get(server.port, "/healthz"), [200, "ok\n"]);
  assertEquals((await get(server.port, "/"))[0], 404);
  assertEquals((await get(server.port, "/metrics/"))[0], 404);
  assertEquals((await get(server.port, "/metrics", "POST"))[0], 405);
  assertEquals(await get(server.port, "/metrics", "HEAD"), [200, ""]);
});

Deno.test("serveMetrics() tells the rest while the database fails or hangs", async () => {
  const failing = () => Promise.reject(new TrailsieveError("unreachable", "gone"));
  const hanging = () => new Promise<Backlog>(() => {});
  for (const backlog of [failing, hanging, null]) {
    await using server = serveMetrics(LOOPBACK, watched(backlog), { backlogTimeoutMs: 1 });
    const [status, text] = await get(server.port, "/metrics");
    assertEquals(status, 200);
    assertStringIncludes(text, "\ntrailsieve_database_up 0\n");
    assertStringIncludes(text, "\ntrailsieve_events_read_total 0\n");
  }
});

Deno.test("serveMetrics() asks the database once for scrapes at the same time", async () => {
  let asked = 0;
  const { promise, resolve } = Promise.withResolvers<Backlog>();
  const bothCame = Promise.withResolvers<void>();
  let looks = 0;
  const look = watched(() => {
    asked++;
    return promise;
  });
  await using server = serveMetrics(LOOPBACK, () => {
    if (++looks === 2) bothCame.resolve();
    return look();
  });
  const scrapes = [get(server.port, "/metrics"), get(server.port, "/metrics")];
  await bothCame.promise;
  resolve(BACKLOG);
  for (const [status] of await Promise.all(scrapes)) assertEquals(status, 200);
  assertEquals(asked, 1);
});

Deno.test("serveMetrics() refuses an address in use, and says so", async () => {
  await using server = serveMetrics(LOOPBACK, watched(null));
  const error = assertThrows(
    () => serveMetrics({ hostname: "127.0.0.1", port: server.port }, watched(null)),
    TrailsieveError,
    `Cannot serve metrics on 127.0.0.1:${server.port}: the port is in use`,
  );
  assertEquals((error as TrailsieveError).code, "unreachable");
});

Deno.test("serveMetrics() ends although a client holds its connection open", async () => {
  const server = serveMetrics(LOOPBACK, watched(null));
  const client = await Deno.connect({ port: server.port });
  await client.write(new TextEncoder().encode("GET /metrics HTTP/1.1\r\nHost: x\r\n"));
  await server[Symbol.asyncDispose]();
  client.close();
});
