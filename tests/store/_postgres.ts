/**
 * Postgres for tests: the server of TEST_DATABASE_URL if that is set, else a private cluster from the
 * binaries on this machine, in a temporary folder and reachable through loopback alone. Each test file gets
 * databases of its own, cloned from a template whose schema is already current.
 */
import { dirname, join } from "node:path";
import pg from "pg";
import { openStore } from "../../store/mod.ts";

/** A server that tests may create databases on. */
export interface TestPostgres extends AsyncDisposable {
  /** Creates a database with the current schema. @returns its URL */
  createDatabase(): Promise<string>;
  /** Creates a database without any table. @returns its URL */
  createEmptyDatabase(): Promise<string>;
  /** Ends every connection of a database, as a restarting server does. */
  cutConnections(url: string): Promise<void>;
  /**
   * Stops the server and starts it again, with every database that it had; with `crash` it does not clean up. Null
   * for the server of TEST_DATABASE_URL, which is not ours to stop.
   */
  readonly restart: ((options: { readonly crash: boolean }) => Promise<void>) | null;
}

const ABSENT =
  "Postgres is not installed here (no initdb in PATH or /usr/lib/postgresql/*/bin) and " +
  "TEST_DATABASE_URL is not set: tests on Postgres are skipped";

/**
 * Starts, or connects to, a server. Where there is none it prints a sentence and returns null, so that the
 * caller can skip its tests visibly; with CI=true that is an error instead.
 */
export async function startTestPostgres(): Promise<TestPostgres | null> {
  const given = Deno.env.get("TEST_DATABASE_URL");
  if (given !== undefined && given !== "") {
    return new Server(given, () => Promise.resolve(), null);
  }
  const binaries = findBinaries();
  if (binaries === null) {
    if (Deno.env.get("CI") === "true") throw new Error(ABSENT);
    console.error(ABSENT);
    return null;
  }
  return await startCluster(binaries);
}

class Server implements TestPostgres {
  readonly #adminUrl: string;
  readonly #stop: () => Promise<void>;
  readonly restart: TestPostgres["restart"];
  readonly #created: string[] = [];
  #template: Promise<string> | null = null;

  constructor(
    adminUrl: string,
    stop: () => Promise<void>,
    restart: TestPostgres["restart"],
  ) {
    this.#adminUrl = adminUrl;
    this.#stop = stop;
    this.restart = restart;
  }

  async createDatabase(): Promise<string> {
    this.#template ??= this.#createTemplate();
    return this.#urlOf(await this.#create(await this.#template));
  }

  async createEmptyDatabase(): Promise<string> {
    return this.#urlOf(await this.#create("template1"));
  }

  async cutConnections(url: string): Promise<void> {
    await this.#admin(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${
        new URL(url).pathname.slice(1)
      }'`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#created) {
      await this.#admin(`drop database if exists ${name} with (force)`);
    }
    await this.#stop();
  }

  async #createTemplate(): Promise<string> {
    const name = await this.#create("template1");
    const store = await openStore({ url: this.#urlOf(name) });
    await store[Symbol.asyncDispose]();
    return name;
  }

  async #create(template: string): Promise<string> {
    const name = `trailsieve_test_${crypto.randomUUID().replaceAll("-", "")}`;
    await this.#admin(`create database ${name} template ${template}`);
    this.#created.push(name);
    return name;
  }

  #urlOf(name: string): string {
    const url = new URL(this.#adminUrl);
    url.pathname = `/${name}`;
    return url.href;
  }

  async #admin(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.#adminUrl });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }
}

/** The folder that holds `initdb` and `postgres`, the newest version first; null where there is none. */
function findBinaries(): string | null {
  const root = "/usr/lib/postgresql";
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  try {
    const versions = [...Deno.readDirSync(root)].map((entry) => entry.name);
    versions.sort((a, b) => Number(b) - Number(a));
    // A wrapper in PATH may not pass signals on, so the real binaries go first.
    folders.unshift(...versions.map((version) => join(root, version, "bin")));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return folders.find((folder) =>
    isFile(join(folder, "initdb")) && isFile(join(folder, "postgres"))
  ) ??
    null;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

async function startCluster(binaries: string): Promise<TestPostgres> {
  const folder = await Deno.makeTempDir({ prefix: "trailsieve-postgres-" });
  const data = join(folder, "data");
  // Postgres refuses to run as root.
  const asUser = Deno.uid() === 0
    ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    : [];
  if (asUser.length > 0) await run(["chown", "postgres", folder]);
  await run([
    ...asUser,
    join(binaries, "initdb"),
    ...["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
  ], folder);
  const port = freePort();
  const [command, ...args] = [
    ...asUser,
    join(binaries, "postgres"),
    ...["-D", data, "-p", String(port), "-k", folder, "-h", "127.0.0.1", "-F"],
    ...["-c", "max_connections=200", "-c", "log_min_messages=fatal"],
  ];
  const start = () =>
    new Deno.Command(command, { args, cwd: folder, stdin: "null", stdout: "null", stderr: "null" })
      .spawn();
  let server = start();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const stop = async () => {
    // Postgres's "fast shutdown": it cuts connections and ends in good order.
    server.kill("SIGINT");
    await server.status;
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await waitUntilReady(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return new Server(url, stop, async ({ crash }) => {
    server.kill(crash ? "SIGQUIT" : "SIGINT");
    await server.status;
    server = start();
    await waitUntilReady(url);
  });
}

async function run(command: readonly string[], cwd = dirname("/")): Promise<void> {
  const { success, stderr } = await new Deno.Command(command[0], {
    args: command.slice(1),
    cwd,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(`Cannot run ${command.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function waitUntilReady(url: string): Promise<void> {
  for (let attempts = 1;; attempts++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => {});
      if (attempts === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
