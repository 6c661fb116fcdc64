import { describeError, TrailsieveError } from "../core/errors.ts";
import { logOf } from "../core/log.ts";
import type { ListenAddress } from "../core/setting_values.ts";
import type { Backlog } from "../coordinator/mod.ts";
import type { RunView } from "./metric_table.ts";
import { METRICS_TYPE, renderMetrics } from "./render_metrics.ts";

/** How long a scrape waits for the database; Prometheus gives up after 10 s. */
const BACKLOG_TIMEOUT_MS = 3_000;
/** How long the end of the program waits for a scrape under way. */
const CLOSE_TIMEOUT_MS = 1_000;

const log = logOf("metrics");

/** What a scrape looks at: the run as it is then. */
export interface WatchedRun extends Omit<RunView, "backlog"> {
  /** Null while the database is not open. */
  readonly backlog: (() => Promise<Backlog>) | null;
}

/** A server that is up until it is disposed of. */
export interface MetricsServer extends AsyncDisposable {
  /** Where it listens in fact. */
  readonly port: number;
}

/**
 * Serves `/metrics` for Prometheus, and `/healthz`, which answers while the main thread turns. `look` is called at
 * every scrape. Throws TrailsieveError `unreachable` where the address cannot be listened on.
 */
export function serveMetrics(
  { hostname, port }: ListenAddress,
  look: () => WatchedRun,
  { backlogTimeoutMs = BACKLOG_TIMEOUT_MS }: { readonly backlogTimeoutMs?: number } = {},
): MetricsServer {
  const ask = sharedQuestion(backlogTimeoutMs);
  const text = (body: string, status: number, type = "text/plain; charset=utf-8") =>
    new Response(body, { status, headers: { "content-type": type, "cache-control": "no-store" } });
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname !== "/metrics" && pathname !== "/healthz") {
      return text("There are /metrics and /healthz\n", 404);
    }
    if (request.method !== "GET" && request.method !== "HEAD") return text("GET only\n", 405);
    if (pathname === "/healthz") return text("ok\n", 200);
    const { backlog, ...run } = look();
    const found = backlog === null ? null : await ask(backlog);
    return text(await renderMetrics({ ...run, backlog: found }), 200, METRICS_TYPE);
  };
  const leave = new AbortController();
  const server = listen({ hostname, port, signal: leave.signal }, answer);
  const at = hostname.includes(":") ? `[${hostname}]` : hostname;
  log.info(`Serving metrics on http://${at}:${server.addr.port}/metrics`);
  return {
    port: server.addr.port,
    async [Symbol.asyncDispose]() {
      const timer = setTimeout(() => leave.abort(), CLOSE_TIMEOUT_MS);
      await server.shutdown();
      clearTimeout(timer);
    },
  };
}

function listen(
  options: ListenAddress & { readonly signal: AbortSignal },
  answer: (request: Request) => Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({
      ...options,
      onListen: () => {},
      onError: (error) => {
        log.error(`Cannot tell the metrics: ${describeError(error)}`);
        return new Response("The metrics cannot be told\n", { status: 500 });
      },
    }, answer);
  } catch (error) {
    const { hostname, port } = options;
    const isInUse = error instanceof Deno.errors.AddrInUse;
    throw new TrailsieveError(
      "unreachable",
      `Cannot serve metrics on ${hostname}:${port}: ${
        isInUse ? "the port is in use" : (error as Error).message
      }`,
      { hint: "Name another address by --metrics", cause: error },
    );
  }
}

/**
 * Asks the database for what waits, once for all scrapes that come meanwhile, and gives up after a while: a database
 * in trouble costs the scrapes their backlog and is not asked twice at once.
 */
function sharedQuestion(
  timeoutMs: number,
): (backlog: () => Promise<Backlog>) => Promise<Backlog | null> {
  let asked: Promise<Backlog | null> | null = null;
  return async (backlog) => {
    asked ??= backlog().catch(() => null).finally(() => asked = null);
    const { promise: tooLate, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(() => resolve(null), timeoutMs);
    try {
      return await Promise.race([asked, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  };
}
