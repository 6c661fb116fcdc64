/** The same answer, of whose body only the first bytes arrive: the connection is closed before the rest. */
export async function cutBody(response: Response, bytes: number): Promise<Response> {
  const body = new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  // An answer without a body announces one byte that never comes, which closes the connection as well.
  headers.set("content-length", String(Math.max(body.length, 1)));
  const cut = new ReadableStream<Uint8Array>({
    start(controller) {
      const kept = Math.min(bytes, body.length - 1);
      if (kept > 0) controller.enqueue(body.subarray(0, kept));
      controller.close();
    },
  });
  return new Response(cut, { status: response.status === 204 ? 200 : response.status, headers });
}

/** The same answer, of whose body only the first bytes arrive; the rest is withheld until the signal fires. */
export async function stallBody(
  response: Response,
  bytes: number,
  signal: AbortSignal,
): Promise<Response> {
  const body = new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.set("content-length", String(Math.max(body.length, 1)));
  let isFirst = true;
  const stalled = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const kept = Math.min(bytes, body.length - 1);
      if (isFirst && kept > 0) controller.enqueue(body.subarray(0, kept));
      else await hang(signal);
      if (signal.aborted) controller.close();
      isFirst = false;
    },
  });
  return new Response(stalled, { status: response.status, headers });
}

/** Resolves after the time, or earlier when the signal fires. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

/** Resolves when the signal fires. */
export function hang(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
