import { sql } from "kysely";
import { LIMITS } from "../core/limits.ts";
import type { Database } from "./database.ts";

/** A replica without a heartbeat for this long is dead, or stalled, which others cannot tell apart. */
const DEAD_AFTER = sql`${LIMITS.leaseMs} * interval '1 ms'`;

/** This process as the others see it: claims bear its id, and hold while its heart beats. */
export class Replica {
  readonly id: string = crypto.randomUUID();
  /** When it entered, by the database's clock. */
  enteredAt: Date = new Date(0);
  readonly #database: Database;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** Enters the replica. On the embedded database it is the only one, and needs no heartbeat. */
  static async enter(database: Database): Promise<Replica> {
    const replica = new Replica(database);
    const { rows: [clock] } = await database.query(
      "read the database's clock",
      (db) => sql<{ now: Date }>`select clock_timestamp() as now`.execute(db),
    );
    replica.enteredAt = clock.now;
    if (database.kind === "pglite") {
      await database.query("clear the replicas", (db) => sql`delete from replicas`.execute(db));
      await replica.#beat(sql`'infinity'`);
      return replica;
    }
    await database.query(
      "clear old replicas",
      (db) => sql`delete from replicas where heartbeat_at < now() - interval '1 day'`.execute(db),
    );
    await replica.#beat();
    // A beat that fails is made up for by the next one; the database's own calls report what is wrong.
    replica.#timer = setInterval(() => replica.#beat().catch(() => {}), LIMITS.heartbeatMs);
    return replica;
  }

  /** Gives up every claim. Safe to call when the database is gone. */
  async leave(): Promise<void> {
    clearInterval(this.#timer);
    await this.#database.query(
      "leave the replicas",
      (db) => sql`delete from replicas where id = ${this.id}::uuid`.execute(db),
    ).catch(() => {});
  }

  async #beat(at = sql`clock_timestamp()`): Promise<void> {
    await this.#database.query(
      "renew a replica's heartbeat",
      (db) =>
        sql`insert into replicas (id, heartbeat_at) values (${this.id}::uuid, ${at})
        on conflict (id) do update set heartbeat_at = excluded.heartbeat_at`.execute(db),
    );
  }
}

/** SQL: whether the replica whose id is in this column lives. */
export function isAlive(column: string) {
  return sql`exists (select 1 from replicas alive
    where alive.id = ${sql.ref(column)} and alive.heartbeat_at > now() - ${DEAD_AFTER})`;
}

/** SQL: when the replica whose id is in this column counts as dead if its heart does not beat again. */
export function deadAt(column: string) {
  return sql`coalesce((select heartbeat_at + ${DEAD_AFTER} from replicas
    where id = ${sql.ref(column)}), now())`;
}
