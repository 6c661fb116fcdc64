/**
 * Shards as jobs of pg-boss, one queue a lane. The job gives a shard its order, its delay and its lease; what
 * is in the shard stands in our own tables under the same id.
 */
import { PgBoss } from "pg-boss";
import { LIMITS } from "../core/limits.ts";
import type { Database } from "./database.ts";
import type { Lane } from "./types.ts";

/** The version of pg-boss's schema that the pinned pg-boss brings; a test compares them. */
export const QUEUE_SCHEMA_VERSION = 42;

/** Queue names by lane. */
export const QUEUES: Readonly<Record<Lane, string>> = {
  live: "shards-live",
  backfill: "shards-backfill",
};

/** The largest 32-bit integer, for what has no limit. */
const UNLIMITED = 2 ** 31 - 1;

const QUEUE_OPTIONS = {
  heartbeatSeconds: LIMITS.leaseMs / 1000,
  // This clock runs even while heartbeats come, so it is set to the most that pg-boss allows.
  expireInSeconds: 24 * 60 * 60,
  retryLimit: UNLIMITED,
  retryDelay: 0,
  retryBackoff: false,
  // A job that waits longer than this is deleted with no trace, and its refs would stay planned for ever.
  retentionSeconds: UNLIMITED,
  // A completed job is only kept so that a commit whose answer got lost can be told from one that failed.
  deleteAfterSeconds: 60 * 60,
};

/** One shard to be enqueued. */
export interface NewJob {
  readonly id: string;
  readonly startAfterMs?: number;
}

/** pg-boss with our settings. It must be stopped: its timers keep the process alive. */
export class Queue {
  readonly #boss: PgBoss;

  /** @param migrate whether pg-boss creates or upgrades its own schema when it starts */
  constructor(database: Database, migrate: boolean) {
    // Shards of a dead replica wait for this. On the embedded database there is no other replica: a lease runs out
    // only if the process stood still for as long.
    const superviseSeconds = database.kind === "pglite" ? LIMITS.heartbeatMs / 1000 : 1;
    this.#boss = new PgBoss({
      db: database.queueDb,
      backend: database.kind === "pglite" ? "pglite" : "postgres",
      migrate,
      schedule: false,
      superviseIntervalSeconds: superviseSeconds,
      monitorIntervalSeconds: superviseSeconds,
      maintenanceIntervalSeconds: 10 * 60,
      ...(database.kind === "pglite" ? { reindex: false, monitorVacuum: false } : {}),
    });
    // A supervision pass that fails is repeated a second later; without a listener it ends the process.
    this.#boss.on("error", () => {});
  }

  async start(): Promise<void> {
    try {
      await this.#boss.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async createQueues(): Promise<void> {
    for (const name of Object.values(QUEUES)) await this.#boss.createQueue(name, QUEUE_OPTIONS);
  }

  async schemaVersion(): Promise<number | null> {
    return await this.#boss.schemaVersion();
  }

  /** Enqueues shards; inside a transaction they become visible with its commit. */
  async enqueue(lane: Lane, jobs: readonly NewJob[]): Promise<void> {
    await this.#boss.insert(
      QUEUES[lane],
      jobs.map(({ id, startAfterMs }) =>
        startAfterMs ? { id, startAfter: startAfterMs / 1000 } : { id }
      ),
    );
  }

  /** Ends supervision and every timer; a boss that is not stopped keeps the process alive. */
  async stop(): Promise<void> {
    await this.#boss.stop({ graceful: false, close: false });
  }
}
