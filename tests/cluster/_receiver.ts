/** A webhook that several replicas deliver to: it sees what comes how often. */
import { assertEquals } from "@std/assert";
import { comparableAlert } from "../support/outcome.ts";

/** Alerts as they came in. */
export class Receiver implements AsyncDisposable {
  /** Bodies by alert id. */
  readonly #bodies = new Map<string, string>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Requests in all; those above the number of alerts are repetitions. */
  received = 0;
  /** What no receiver should get: an id that is not the alert's, or other content under an id that was seen. */
  readonly wrongs: string[] = [];

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        this.#take(request.headers.get("idempotency-key"), await request.text());
        return new Response(null, { status: 204 });
      },
    );
  }

  /** The environment of a replica that delivers here with `--alert webhook`. */
  get env(): Record<string, string> {
    return { TRAILSIEVE_WEBHOOK_URL: `http://127.0.0.1:${this.#server.addr.port}/` };
  }

  get ids(): string[] {
    return [...this.#bodies.keys()].sort();
  }

  /** The alerts, each once, in the form in which two runs are compared. */
  get alerts(): string[] {
    assertEquals(this.wrongs, []);
    return [...this.#bodies.values()].map(comparableAlert).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #take(key: string | null, body: string): void {
    this.received++;
    const id: string = JSON.parse(body).alert_id;
    if (key !== id) this.wrongs.push(`alert ${id} came under the key ${key}`);
    const before = this.#bodies.get(id);
    if (before === undefined) this.#bodies.set(id, body);
    else if (before !== body) this.wrongs.push(`alert ${id} came again with another content`);
  }
}
