/** A way to lose the answer to a commit: a TCP proxy before Postgres that cuts the connection behind it. */
export interface CuttingProxy extends AsyncDisposable {
  /** The database's URL through the proxy. */
  readonly url: string;
  /** Cuts the next connection that commits: after Postgres got the commit, or instead of that. */
  cutNextCommit(when: "after" | "instead"): void;
  /** How many were cut. */
  readonly cuts: number;
}

/** Starts a proxy on loopback before the database of this URL. */
export function startCuttingProxy(url: string): CuttingProxy {
  const target = new URL(url);
  const through = new URL(url);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  through.port = String(listener.addr.port);
  let armed: "after" | "instead" | null = null;
  let cuts = 0;

  const serve = async (client: Deno.TcpConn) => {
    const server = await Deno.connect({ hostname: target.hostname, port: Number(target.port) });
    const back = server.readable.pipeTo(client.writable).catch(() => {});
    const writer = server.writable.getWriter();
    try {
      for await (const chunk of client.readable) {
        const cut = armed !== null && new TextDecoder("latin1").decode(chunk).includes("commit");
        if (!cut || armed === "after") await writer.write(chunk);
        if (cut) {
          // What Postgres answers from here on reaches nobody.
          armed = null;
          cuts++;
          client.close();
          await new Promise((resolve) => setTimeout(resolve, 100));
          break;
        }
      }
    } catch {
      // Either side may be gone first.
    }
    try {
      server.close();
    } catch {
      // The stream back has closed it.
    }
    await back;
  };

  const accepting = (async () => {
    const running: Promise<void>[] = [];
    for await (const client of listener) running.push(serve(client));
    await Promise.all(running);
  })();
  return {
    url: through.href,
    cutNextCommit: (when) => armed = when,
    get cuts() {
      return cuts;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
    },
  };
}
