import { sql } from "kysely";
import type { Database } from "./database.ts";

/** Refs whose rows are dead before they are swept; sweeping 10,000 takes 15 to 35 ms. */
const DEAD_REFS_MAX = 10_000;

/**
 * The embedded database has no autovacuum: without this the rows of settled refs would stay in its files, 290
 * bytes each, and everything that looks for open ones would wade through them.
 */
export class EmbeddedVacuum {
  readonly #database: Database;
  /** What the process before left is not known. */
  #deadRefs = DEAD_REFS_MAX;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Notes that rows of this many refs are dead. */
  noteSettled(refs: number): void {
    this.#deadRefs += refs;
  }

  /** Sweeps the tables whose rows come and go, if enough has died since; never on Postgres. */
  async runIfDue(): Promise<void> {
    if (this.#database.kind !== "pglite" || this.#deadRefs < DEAD_REFS_MAX) return;
    this.#deadRefs = 0;
    await this.#database.query(
      "vacuum the embedded database",
      (db) =>
        sql`vacuum planned_refs, shards, hours, part_hours, parts, deliveries, pgboss.job`
          .execute(db),
    );
  }
}
