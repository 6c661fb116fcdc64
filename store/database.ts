/**
 * One door to the database for the program and for pg-boss. pg-boss speaks SQL through `queueDb` alone:
 * inside a transaction of ours its statements join it, outside they take a connection in the same way as
 * Kysely does. On the embedded database, which has one connection, anything else waits for itself for ever.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Kysely, Transaction } from "kysely";
import { type Db, fromKysely } from "pg-boss";
import { TrailsieveError } from "../core/errors.ts";
import { logOf } from "../core/log.ts";
import { Outage } from "../core/outage.ts";
import type { Tables } from "./tables.ts";
import { retryOf, translateSqlError } from "./sql_errors.ts";

const log = logOf("database");

/** A transaction of ours; everything that must be stored together takes it as its first argument. */
export type Trx = Transaction<Tables>;

/** What a kind of database brings along. */
export interface Connections {
  readonly kind: "pglite" | "postgres";
  readonly db: Kysely<Tables>;
  /** Runs SQL, also several statements at once, on a connection of its own. */
  readonly executeSql: Db["executeSql"];
  /** Frees what `db.destroy()` does not. */
  close(): Promise<void>;
}

/** How often a call that the database rolled back is tried. */
const ATTEMPTS_MAX = 5;
/** How long a database that has not answered yet is waited for: its address may be wrong. */
const FIRST_ANSWER_MS = 5_000;
const DELAY_MS_MAX = 2_000;

/** The database with its retries; see the top of this file. Dispose of it by `close()`. */
export class Database {
  readonly kind: "pglite" | "postgres";
  readonly db: Kysely<Tables>;
  readonly queueDb: Db;
  readonly #connections: Connections;
  readonly #current = new AsyncLocalStorage<{ readonly trx: Trx; open: boolean }>();
  /** Of all calls together: the first that succeeds ends it. */
  #outage = new Outage(FIRST_ANSWER_MS);
  #answered = false;
  #closed = false;

  constructor(connections: Connections) {
    this.kind = connections.kind;
    this.db = connections.db;
    this.#connections = connections;
    this.queueDb = {
      executeSql: (text, values) => {
        const current = this.#current.getStore();
        // A timer that was started inside a transaction still sees it after its end.
        return current?.open
          ? fromKysely(current.trx).executeSql(text, values)
          : connections.executeSql(text, values);
      },
    };
  }

  /**
   * Runs a transaction, again where the database rolled it back for a reason that passes.
   * @param action what is done, as in "Cannot <action>: …"
   * @param options.wasApplied asked after a connection broke during commit: whether the transaction that gave this
   *   value is in the database all the same. Left out, the work is such that doing it twice changes nothing.
   */
  transact<T>(
    action: string,
    work: (trx: Trx) => Promise<T>,
    options: { readonly wasApplied?: (value: T) => Promise<boolean> } = {},
  ): Promise<T> {
    let unconfirmed: { readonly value: T } | null = null;
    return this.#withRetries(action, async () => {
      if (unconfirmed !== null && options.wasApplied !== undefined) {
        if (await options.wasApplied(unconfirmed.value)) return unconfirmed.value;
        unconfirmed = null;
      }
      return await this.db.transaction().execute(async (trx) => {
        const current = { trx, open: true };
        try {
          const value = await this.#current.run(current, () => work(trx));
          unconfirmed = { value };
          return value;
        } finally {
          current.open = false;
        }
      });
    });
  }

  /** Runs a statement that needs no transaction of its own, again where a passing reason stopped it. */
  query<T>(action: string, work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#withRetries(action, () => work(this.db));
  }

  async #withRetries<T>(action: string, attempt: () => Promise<T>): Promise<T> {
    for (let attempts = 1;; attempts++) {
      if (this.#closed) {
        throw new TrailsieveError("aborted", `Cannot ${action}: the database is closed`);
      }
      try {
        const value = await attempt();
        this.#noteAnswer();
        return value;
      } catch (error) {
        const retry = retryOf(error);
        const isNew = this.#outage.ms === null;
        const isLast = retry === null || this.#closed ||
          (retry.isOutage ? this.#outage.isTooLong() : attempts >= ATTEMPTS_MAX);
        if (isLast) throw translateSqlError(error, action);
        if (retry.isOutage && isNew && this.#answered) {
          log.warn(`${translateSqlError(error, action).message}; trying again`);
        }
        const delayMs = Math.min(DELAY_MS_MAX, retry.delayMs * 2 ** (attempts - 1));
        await new Promise((resolve) => setTimeout(resolve, delayMs * (0.5 + Math.random() / 2)));
      }
    }
  }

  #noteAnswer(): void {
    if (!this.#answered) this.#outage = new Outage();
    const { ms } = this.#outage;
    if (ms !== null) log.info(`The database answers again after ${Math.round(ms)} ms`);
    this.#answered = true;
    this.#outage.end();
  }

  /** Waits for what runs, then closes every connection. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.db.destroy();
    } finally {
      await this.#connections.close();
    }
  }
}
