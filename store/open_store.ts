import { TrailsieveError } from "../core/errors.ts";
import { type Connections, Database } from "./database.ts";
import { DatabaseStore } from "./database_store.ts";
import { freeAllLeases } from "./lease.ts";
import { openQueue } from "./migrate.ts";
import { openEmbedded } from "./open_embedded.ts";
import { openPostgres } from "./open_postgres.ts";
import { Replica } from "./replica.ts";
import { isConnectionCut, translateSqlError } from "./sql_errors.ts";
import type { Store } from "./types.ts";

/** What {@linkcode openStore} needs. */
export interface OpenStoreOptions {
  /**
   * `pglite:<absolute folder>` for the embedded database, made there if it is missing; `pglite:memory` for one
   * that is gone at close; or `postgres://user:password@host:port/database`.
   */
  readonly url: string;
}

/**
 * Opens the database, brings its schema up to date and starts its queue. Dispose of the store to end it.
 * Throws `locked` if another process uses the embedded database, `unreachable`, `denied` or `missing` if
 * Postgres cannot be used, `usage` if the URL is of another kind or a newer version has upgraded the database.
 */
export async function openStore({ url }: OpenStoreOptions): Promise<Store> {
  for (let attempts = 1;; attempts++) {
    try {
      return await openOnce(url);
    } catch (error) {
      // A server that is not there is no reason to wait, but one that ends connections, as pools in front of it do.
      const isCut = error instanceof TrailsieveError && isConnectionCut(error.cause);
      if (!isCut || attempts === ATTEMPTS_MAX) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, CUT_DELAY_MS * attempts));
  }
}

/** Attempts at opening while connections are cut, and the pause after the first one. */
const ATTEMPTS_MAX = 5;
const CUT_DELAY_MS = 200;

async function openOnce(url: string): Promise<Store> {
  const action = `open the database ${describeDatabase(url)}`;
  const database = new Database(await connect(url));
  try {
    const queue = await openQueue(database);
    try {
      if (database.kind === "pglite") await freeAllLeases(database);
      return new DatabaseStore(database, queue, await Replica.enter(database));
    } catch (error) {
      await queue.stop();
      throw error;
    }
  } catch (error) {
    await database.close();
    throw translateSqlError(error, action);
  }
}

/** The URL as it may be shown: without user, password and parameters. */
export function describeDatabase(url: string): string {
  if (!isPostgres(url)) return url;
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return "postgres://…";
  }
}

async function connect(url: string): Promise<Connections> {
  if (isPostgres(url)) return openPostgres(url);
  if (url === "pglite:memory") return await openEmbedded(null);
  if (url.startsWith("pglite:/")) return await openEmbedded(url.slice("pglite:".length));
  throw new TrailsieveError("usage", `Cannot open the database ${url}: its kind is not known`, {
    hint: "Use pglite:FOLDER for the embedded database or postgres://USER:PASSWORD@HOST/DATABASE",
  });
}

function isPostgres(url: string): boolean {
  return url.startsWith("postgres://") || url.startsWith("postgresql://");
}
