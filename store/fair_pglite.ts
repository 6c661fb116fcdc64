import type {
  PGlite,
  PGliteInterface,
  QueryOptions,
  Results,
  Transaction,
} from "@electric-sql/pglite";
import { PreparedStatements } from "./prepared_pglite.ts";

/** Longest run of queries without a turn of the event loop; half of what DESIGN allows. */
const RUN_MS_MAX = 10;
/** Longest time without a turn that is sure to look at sockets and timers, also on a busy machine. */
const SURE_TURN_MS = 30;

/**
 * PGlite answers within one macrotask, so a loop of awaited queries starves timers and sockets (none of a
 * 5 ms timer's turns came in 2 s). This gives the event loop a turn before a query whenever queries have
 * run for a while. It has just what Kysely's dialect and pg-boss's adapter use.
 */
export class FairPGlite {
  readonly #pglite: PGlite;
  readonly #prepared: PreparedStatements;
  #turnEndedAt = performance.now();
  #sureTurnEndedAt = performance.now();

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
    this.#prepared = new PreparedStatements(pglite);
  }

  get closed(): boolean {
    return this.#pglite.closed;
  }

  get ready(): boolean {
    return this.#pglite.ready;
  }

  get waitReady(): Promise<void> {
    return this.#pglite.waitReady;
  }

  close(): Promise<void> {
    return this.#pglite.close();
  }

  async query<T>(sql: string, params?: unknown[], options?: QueryOptions): Promise<Results<T>> {
    await this.#giveTurn();
    return await this.#prepared.query<T>(sql, params ?? []) ??
      await this.#pglite.query<T>(sql, params, options);
  }

  async exec(...args: Parameters<PGliteInterface["exec"]>): ReturnType<PGliteInterface["exec"]> {
    await this.#giveTurn();
    this.#prepared.noteOther(args[0]);
    return await this.#pglite.exec(...args);
  }

  async transaction<T>(work: (trx: Transaction) => Promise<T>): Promise<T> {
    return await this.#pglite.transaction((trx) => {
      const query: Transaction["query"] = async <R>(
        sql: string,
        params?: unknown[],
        options?: QueryOptions,
      ) => {
        await this.#giveTurn();
        return await this.#prepared.query<R>(sql, params ?? []) ??
          await trx.query<R>(sql, params, options);
      };
      return work({ ...trx, query, rollback: () => trx.rollback() });
    });
  }

  async #giveTurn(): Promise<void> {
    const now = performance.now();
    if (now - this.#turnEndedAt < RUN_MS_MAX) return;
    const isSure = now - this.#sureTurnEndedAt >= SURE_TURN_MS;
    await (isSure ? letAllRun() : letOthersRun());
    this.#turnEndedAt = performance.now();
    if (isSure) this.#sureTurnEndedAt = this.#turnEndedAt;
  }
}

const NOTHING = new Uint8Array();

/**
 * Gives timers and sockets a turn of the event loop, in 0.15 ms, where another thread's answer is waited for. On a busy
 * machine it is there at once, and the loop goes on without a look at them: sockets waited for up to 3 s.
 */
async function letOthersRun(): Promise<void> {
  await crypto.subtle.digest("SHA-256", NOTHING);
}

/** The same for sure, in 1 to 2 ms, a sixth of a run of queries; `setImmediate` gives no look at sockets. */
async function letAllRun(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}
