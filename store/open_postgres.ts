import pg from "pg";
import { Kysely, PostgresDialect } from "kysely";
import type { Connections } from "./database.ts";
import type { Tables } from "./tables.ts";

/**
 * Connections of one replica. The coordinator's calls are short; three run side by side with the queue's
 * supervision, and twenty replicas stay below a server's usual 100.
 */
const CONNECTIONS_MAX = 4;
const CONNECT_TIMEOUT_MS = 10_000;

/** Connects to Postgres when the first statement comes; errors of the connection are those of statements. */
export function openPostgres(url: string): Connections {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: "trailsieve",
  });
  // A connection that breaks fails the statement under way, or is replaced at the next one. Without these
  // listeners, one for idle connections and one for those in use, it ends the process.
  pool.on("error", () => {});
  pool.on("connect", (client: { on(event: "error", listener: () => void): void }) => {
    client.on("error", () => {});
  });
  return {
    kind: "postgres",
    db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }),
    async executeSql(text, values) {
      const client = await pool.connect();
      let broken = false;
      try {
        const result = await client.query(text, values);
        // Several statements in one text give one result each.
        const results: { rows: unknown[] }[] = Array.isArray(result) ? result : [result];
        return { rows: results.flatMap((one) => one.rows ?? []) };
      } catch (error) {
        // A script that fails half-way leaves its transaction open on this connection.
        await client.query("rollback").catch(() => broken = true);
        throw error;
      } finally {
        client.release(broken);
      }
    },
    async close() {
      if (!pool.ending) await pool.end();
    },
  };
}
