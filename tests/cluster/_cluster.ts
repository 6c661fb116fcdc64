/** A cluster for tests: one Postgres database, one bucket of the trail, one of the lake, one webhook, many replicas. */
import pg from "pg";
import { type S3Emulator, startS3Emulator } from "../../emulator/mod.ts";
import { rowsOfFile, type RunOutcome } from "../support/outcome.ts";
import type { TestPostgres } from "../store/_postgres.ts";
import { Receiver } from "./_receiver.ts";
import { Replica } from "./_replica.ts";

const KEYS = { accessKeyId: "AKIATESTTESTTESTTEST", secretAccessKey: "secret" };

/** Where the emulator keeps the trail and the lake. */
export const TRAIL = "trail";
export const LAKE = "lake";

/** A wait that lasts so long fails its test, with the logs of all replicas, instead of hanging. */
const NEVER_MS = 180_000;

/** What is particular to one start of a replica. */
export interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the trail's bucket. */
  readonly sources?: readonly string[];
  /** Default 1: three replicas share two cores. */
  readonly workers?: number;
}

/** See the top of this file. */
export class Cluster implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly s3: S3Emulator;
  readonly receiver: Receiver;
  readonly databaseUrl: string;
  /** A folder that goes with the cluster. */
  readonly folder: string;
  /** Every replica that was started, in order. */
  readonly replicas: Replica[] = [];

  private constructor(
    stack: AsyncDisposableStack,
    parts: Pick<Cluster, "s3" | "receiver" | "databaseUrl" | "folder">,
  ) {
    this.#stack = stack;
    this.s3 = parts.s3;
    this.receiver = parts.receiver;
    this.databaseUrl = parts.databaseUrl;
    this.folder = parts.folder;
  }

  /** @param seed of the emulator's faults */
  static async start(postgres: TestPostgres, seed = 1): Promise<Cluster> {
    await using stack = new AsyncDisposableStack();
    const databaseUrl = await postgres.createDatabase();
    const folder = await Deno.makeTempDir({ prefix: "trailsieve-cluster-" });
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    const s3 = stack.use(await startS3Emulator({ ...KEYS, seed, buckets: [TRAIL, LAKE] }));
    const receiver = stack.use(new Receiver());
    return new Cluster(stack.move(), { s3, receiver, databaseUrl, folder });
  }

  /** Starts a replica. Its connections bear its name in `pg_stat_activity` and in the history. */
  start(command: readonly string[], options: StartOptions = {}): Replica {
    const name = `replica-${this.replicas.length + 1}`;
    const url = new URL(this.databaseUrl);
    url.searchParams.set("application_name", name);
    const replica = new Replica(name, {
      args: [
        ...command,
        ...options.sources ?? ["--source", `s3://${TRAIL}/`],
        ...["--lake", `s3://${LAKE}/`, "--database", url.href],
        ...["--alert", "webhook", "--workers", String(options.workers ?? 1)],
        ...["--report", `${name}.json`, "--log-format", "text", ...options.args ?? []],
      ],
      cwd: this.folder,
      env: {
        AWS_ENDPOINT_URL: this.s3.url,
        AWS_REGION: this.s3.region,
        AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
        ...this.receiver.env,
        ...options.env,
      },
    });
    this.replicas.push(replica);
    return replica;
  }

  /** Where a replica's report lies after its end. */
  reportPath(replica: Replica): string {
    return `${this.folder}/${replica.name}.json`;
  }

  /** Runs statements on the database, in a connection of their own. @returns the rows of the last */
  async sql<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      const result = await client.query(text, values);
      return (Array.isArray(result) ? result.at(-1) : result).rows;
    } finally {
      await client.end();
    }
  }

  /** Asks until the query gives a row. @returns its rows */
  async rowsOnceThereAre<Row>(text: string, values?: unknown[]): Promise<Row[]> {
    const deadline = performance.now() + NEVER_MS;
    while (performance.now() < deadline) {
      const rows = await this.sql<Row>(text, values);
      if (rows.length > 0) return rows;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const logs = this.replicas.map((replica) => replica.log).join("\n---\n");
    throw new Error(`Never came: ${text}\n${logs}`);
  }

  /** What stands in the lake and came to the webhook. */
  async outcome(): Promise<RunOutcome> {
    const rows: string[] = [];
    for (const key of this.s3.keys(LAKE).filter((key) => key.startsWith("events/"))) {
      rows.push(...await rowsOfFile(this.s3.get(LAKE, key)!));
    }
    return { alerts: this.receiver.alerts, rows: rows.sort() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica[Symbol.asyncDispose]()));
    await this.#stack.disposeAsync();
  }
}
