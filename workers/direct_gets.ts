import { Buffer } from "node:buffer";
import { LIMITS } from "../core/limits.ts";
import { FetchError } from "./fetch_error.ts";
import { countGet, ERROR_BODY_BYTES_MAX, refusal } from "./fetch_url.ts";

/** Stores close a connection that was idle for about 20 s; one that may be closed is not worth a try. */
const IDLE_MS_MAX = 5_000;
/** A connection that did not come about by then counts as refused: some networks drop what they do not let through. */
const CONNECT_MS_MAX = 5_000;
/** For so long a host is left to `fetch` once no connection to it came about, or it gave an answer of another kind. */
const AVOID_MS = 300_000;
/** Silence is looked for this often. */
const LOOK_MS = 1_000;
const HEAD_BYTES_MAX = 8 * 1024;
const HEAD_END = Buffer.from("\r\n\r\n");
const ERROR_END = Buffer.from("</Error>");
const CHUNK_BORDER = /\r\n[0-9a-f]+\r\n/gi;
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

/** What a request line and a header can hold as it is (RFC 9112, 9110): visible ASCII, in a value spaces too. */
const PLAIN_TARGET = /^[\x21-\x7e]+$/;
const PLAIN_VALUE = /^[\x20-\x7e]*$/;

/** A host, and connections to it that wait for the next request. */
interface Host {
  readonly connect: () => Promise<Deno.Conn>;
  readonly idle: Connection[];
  /** As `performance.now()` tells it. */
  avoidedUntil: number;
}

interface Connection {
  readonly socket: Deno.Conn;
  /** For heads and refusals, and the start of bodies: one for all of them, since the collector counts its bytes. */
  readonly room: Buffer;
  /** Since when it waits. */
  idleSince: number;
}

/** A GET under way. */
interface Exchange {
  /** When its silence has lasted too long, ms as `performance.now()` tells it. */
  silentUntil: number;
  readonly cut: (reason: unknown) => void;
}

/** An answer that `fetch` may understand: a host that gives one gives more of them, and each would be asked for twice. */
class OtherAnswer extends Error {}

/**
 * GETs of small objects over connections of its own: 0.04 ms of CPU each, where `fetch` takes 0.09. It knows two
 * answers of HTTP/1.1: 200 with as many bytes as were listed, and S3's refusals. Whatever else comes, or where a
 * connection fails, is left to `fetch`, which asks again and knows the rest of HTTP.
 * Proxies it does not know: see InitMessage.
 */
export class DirectGets implements Disposable {
  /** By origin. */
  readonly #hosts = new Map<string, Host>();
  readonly #exchanges = new Set<Exchange>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * The body of an object of `size` bytes. It has `LIMITS.silentConnectionMs` from the request to the answer's headers,
   * and as long again to its last byte.
   * @returns null where `fetch` is to be asked. Throws FetchError, or the signal's reason.
   */
  async get(
    url: string,
    headers: Readonly<Record<string, string>>,
    size: number,
    signal: AbortSignal,
  ): Promise<Buffer | null> {
    signal.throwIfAborted();
    const pathAt = url.indexOf("/", url.indexOf("://") + 3);
    const request = requestOf(url, pathAt, headers);
    if (request === null) return null;
    const host = this.#hostOf(url.slice(0, pathAt));
    if (performance.now() < host.avoidedUntil) return null;
    const silent = Promise.withResolvers<never>();
    const exchange: Exchange = {
      silentUntil: performance.now() + CONNECT_MS_MAX,
      cut: silent.reject,
    };
    const abort = () => silent.reject(signal.reason);
    signal.addEventListener("abort", abort);
    this.#begin(exchange);
    let connection: Connection | undefined;
    let isOver = false;
    const answer = async () => {
      connection = await connectionTo(host);
      // Nobody waits for it any more.
      if (isOver) throw close(connection);
      exchange.silentUntil = performance.now() + LIMITS.silentConnectionMs;
      return await readAnswer(connection, request, size, exchange);
    };
    try {
      const asked = answer();
      asked.catch(() => {});
      const { body, isReusable } = await Promise.race([asked, silent.promise]);
      if (isReusable) {
        connection!.idleSince = performance.now();
        host.idle.push(connection!);
      } else close(connection);
      return body;
    } catch (error) {
      close(connection);
      if (signal.aborted) throw error;
      if (connection === undefined || error instanceof OtherAnswer) {
        host.avoidedUntil = performance.now() + AVOID_MS;
      } else if (error instanceof FetchError) throw error;
      return null;
    } finally {
      isOver = true;
      signal.removeEventListener("abort", abort);
      this.#end(exchange);
    }
  }

  /** Closes all connections. */
  [Symbol.dispose](): void {
    for (const { idle } of this.#hosts.values()) {
      for (const connection of idle.splice(0)) close(connection);
    }
    for (const { cut } of this.#exchanges) cut(new FetchError("later", "the isolate ends"));
  }

  #hostOf(origin: string): Host {
    let host = this.#hosts.get(origin);
    if (host === undefined) this.#hosts.set(origin, host = hostOf(new URL(origin)));
    return host;
  }

  #begin(exchange: Exchange): void {
    this.#exchanges.add(exchange);
    this.#timer ??= setInterval(() => {
      const now = performance.now();
      const seconds = LIMITS.silentConnectionMs / 1000;
      for (const { silentUntil, cut } of this.#exchanges) {
        if (silentUntil < now) cut(new FetchError("later", `no byte came for ${seconds} s`));
      }
    }, LOOK_MS);
  }

  #end(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
    if (this.#exchanges.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** @returns null for what is not plain */
function requestOf(
  url: string,
  pathAt: number,
  headers: Readonly<Record<string, string>>,
): Uint8Array | null {
  const target = url.slice(pathAt);
  if (!PLAIN_TARGET.test(target)) return null;
  const host = url.slice(url.indexOf("://") + 3, pathAt);
  let text = `GET ${target} HTTP/1.1\r\nhost: ${host}\r\n`;
  // CloudTrail's objects carry `Content-Encoding: gzip`: they are wanted as they are stored.
  for (const [name, value] of Object.entries({ ...headers, "accept-encoding": "identity" })) {
    if (!PLAIN_VALUE.test(value)) return null;
    text += `${name}: ${value}\r\n`;
  }
  return Buffer.from(`${text}\r\n`, "latin1");
}

function hostOf({ protocol, hostname: name, port }: URL): Host {
  const hostname = name.replace(/^\[(.*)\]$/, "$1");
  const connect = protocol === "https:"
    ? () => connectTls(hostname, Number(port || 443))
    : () => Deno.connect({ hostname, port: Number(port || 80) });
  return { connect, idle: [], avoidedUntil: 0 };
}

/** With its handshake done, so that a host whose handshake fails is one that no connection came about to. */
async function connectTls(hostname: string, port: number): Promise<Deno.TlsConn> {
  const socket = await Deno.connectTls({ hostname, port, alpnProtocols: ["http/1.1"] });
  const late = setTimeout(() => closeSocket(socket), CONNECT_MS_MAX);
  try {
    await socket.handshake();
    return socket;
  } catch (error) {
    closeSocket(socket);
    throw error;
  } finally {
    clearTimeout(late);
  }
}

async function connectionTo({ idle, connect }: Host): Promise<Connection> {
  for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
    if (performance.now() - last.idleSince <= IDLE_MS_MAX) return last;
    close(last);
  }
  const room = Buffer.allocUnsafeSlow(HEAD_BYTES_MAX + ERROR_BODY_BYTES_MAX);
  return { socket: await connect(), room, idleSince: 0 };
}

/** What begins an answer. */
interface Head {
  readonly status: number;
  readonly statusText: string;
  /** Of the body; null where it comes in chunks or does not say. */
  readonly length: number | null;
  readonly isReusable: boolean;
}

/** Sends the request and takes its answer. Throws FetchError for a refusal, another error for any other answer. */
async function readAnswer(
  { socket, room }: Connection,
  request: Uint8Array,
  size: number,
  exchange: Exchange,
): Promise<{ readonly body: Buffer; readonly isReusable: boolean }> {
  countGet();
  for (let sent = 0; sent < request.length;) {
    sent += await socket.write(sent === 0 ? request : request.subarray(sent));
  }
  let length = 0;
  const readMore = async () => length += await readInto(socket, room.subarray(length));
  let headEnd = -1;
  while (headEnd < 0) {
    if (length >= HEAD_BYTES_MAX) throw new OtherAnswer("too long a head");
    await readMore();
    headEnd = room.subarray(0, length).indexOf(HEAD_END);
  }
  exchange.silentUntil = performance.now() + LIMITS.silentConnectionMs;
  const head = parseHead(room.toString("latin1", 0, headEnd));
  const start = headEnd + HEAD_END.length;
  if (head.status >= 400) {
    while (!isWhole(room.subarray(start, length), head)) await readMore();
    const text = room.toString("utf8", start, length);
    const body = head.length === null ? text.replace(CHUNK_BORDER, "") : text;
    throw refusal(head.status, head.statusText, body);
  }
  if (head.status !== 200 || head.length !== size) {
    throw new OtherAnswer("an answer of another kind");
  }
  const body = Buffer.allocUnsafeSlow(size);
  let filled = room.copy(body, 0, start, length);
  // What follows the body belongs to no answer that was asked for.
  const isReusable = head.isReusable && length <= start + size;
  while (filled < size) filled += await readInto(socket, body.subarray(filled));
  return { body, isReusable };
}

/** @returns how many bytes came. Throws at the connection's end, and where there is no room. */
async function readInto(socket: Deno.Conn, room: Uint8Array): Promise<number> {
  const read = await socket.read(room);
  if (!read) throw new Error("it ended early");
  return read;
}

/** Whether a refusal has come to its end, which may lie behind a border of chunks. */
function isWhole(body: Buffer, { length }: Head): boolean {
  if (length !== null && body.length >= length) return true;
  return body.includes(ERROR_END) || (length === null && body.subarray(-5).equals(LAST_CHUNK));
}

/** Throws where it is none of HTTP/1.1. */
function parseHead(head: string): Head {
  const [first, ...lines] = head.split("\r\n");
  const status = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(first);
  if (status === null) throw new OtherAnswer("another protocol");
  let length: number | null = null;
  let isChunked = false;
  let isReusable = true;
  for (const line of lines) {
    const colon = line.indexOf(":");
    const value = line.slice(colon + 1).trim();
    switch (line.slice(0, colon).toLowerCase()) {
      case "content-length":
        length = Number(value);
        break;
      case "transfer-encoding":
        isChunked = true;
        break;
      case "connection":
        isReusable = value.toLowerCase() === "keep-alive";
        break;
    }
  }
  const [, code, statusText] = status;
  return { status: Number(code), statusText, length: isChunked ? null : length, isReusable };
}

function close(connection: Connection | undefined): Error {
  if (connection !== undefined) closeSocket(connection.socket);
  return new Error("closed");
}

function closeSocket(socket: Deno.Conn): void {
  try {
    socket.close();
  } catch {
    // It is closed already.
  }
}
