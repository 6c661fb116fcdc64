/** pg-boss and our transactions on one connection: each of these once hung, lost rows or ended the process. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { sql } from "kysely";
import { TrailsieveError } from "../../core/errors.ts";
import { Database } from "../../store/database.ts";
import { openQueue } from "../../store/migrate.ts";
import { openEmbedded } from "../../store/open_embedded.ts";
import { openPostgres } from "../../store/open_postgres.ts";
import type { Queue } from "../../store/queue.ts";
import { startTestDatabases } from "./_databases.ts";

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());

const FAILING_SCRIPT = "begin; insert into settings values ('script', ''); select 1/0; commit";

async function settingsOf(database: Database): Promise<string[]> {
  const rows = await database.db.selectFrom("settings").select("name").orderBy("name").execute();
  return rows.map((row) => row.name);
}

async function jobCount(database: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from pgboss.job`
    .execute(database.db);
  return rows[0].count;
}

const CASES: Record<string, (database: Database, queue: Queue) => Promise<void>> = {
  async "enqueue() in a transaction that is rolled back leaves no job"(
    database,
    queue,
  ) {
    await assertRejects(
      () =>
        database.transact("try", async (trx) => {
          await trx.insertInto("settings").values({ name: "rolled back", value: "" }).execute();
          await queue.enqueue("live", [{ id: crypto.randomUUID() }]);
          throw new TrailsieveError("fenced", "Cannot go on");
        }),
      TrailsieveError,
    );
    assertEquals([await jobCount(database), await settingsOf(database)], [0, []]);
    await database.transact("try", () => queue.enqueue("live", [{ id: crypto.randomUUID() }]));
    assertEquals(await jobCount(database), 1);
  },

  async "enqueue() makes jobs that neither waiting, retries nor their length end"(database, queue) {
    await queue.enqueue("backfill", [{ id: crypto.randomUUID(), startAfterMs: 60_000 }]);
    const { rows } = await sql<Record<string, unknown>>`
      select heartbeat_seconds, expire_seconds, retry_limit, retry_delay, retry_backoff,
        keep_until > now() + interval '60 years' as kept,
        round(extract(epoch from start_after - created_on))::int as delay_s
      from pgboss.job`.execute(database.db);
    assertEquals(rows.map((row) => ({ ...row })), [{
      heartbeat_seconds: 10,
      expire_seconds: 86_400,
      retry_limit: 2_147_483_647,
      retry_delay: 0,
      retry_backoff: false,
      kept: true,
      delay_s: 60,
    }]);
  },

  async "queries from outside never join a transaction under way"(database, queue) {
    const begun = Promise.withResolvers<void>();
    const outside = begun.promise.then(() =>
      Promise.all([
        queue.enqueue("backfill", [{ id: crypto.randomUUID() }]),
        database.db.insertInto("settings").values({ name: "outside", value: "" }).execute(),
      ])
    );
    await assertRejects(() =>
      database.transact("try", async (trx) => {
        await trx.insertInto("settings").values({ name: "inside", value: "" }).execute();
        begun.resolve();
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw new TrailsieveError("fenced", "Cannot go on");
      })
    );
    await outside;
    assertEquals(await jobCount(database), 1);
    assertEquals(await settingsOf(database), ["outside"]);
  },

  async "a script of pg-boss that fails harms no transaction queued behind it"(database) {
    const script = database.queueDb.executeSql(FAILING_SCRIPT);
    const rejected = assertRejects(() => script, Error, "division by zero");
    await Promise.all([
      rejected,
      ...Array.from(
        { length: 8 },
        (_, i) =>
          database.transact(
            "try",
            (trx) => trx.insertInto("settings").values({ name: `after ${i}`, value: "" }).execute(),
          ),
      ),
    ]);
    assertEquals((await settingsOf(database)).length, 8);
    assert(!(await settingsOf(database)).includes("script"));
  },

  async "commits, rollbacks and supervision side by side keep rows and jobs in step"(
    database,
    queue,
  ) {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    let state = seed;
    const random = () => (state = (state * 48271 + 1) % 2147483647) / 2147483647;
    let committed = 0;
    const deadline = performance.now() + 2_500;
    const committer = async () => {
      while (performance.now() < deadline) {
        const name = crypto.randomUUID();
        const fails = random() < 0.3;
        const done = await database.transact("try", async (trx) => {
          await trx.insertInto("settings").values({ name, value: "" }).execute();
          await queue.enqueue("live", [{ id: name }]);
          if (fails) throw new TrailsieveError("fenced", "Cannot go on");
          return 1;
        }).catch((error) => {
          if (error.code !== "fenced") throw error;
          return 0;
        });
        committed += done;
      }
    };
    await Promise.all([committer(), committer(), committer()]);
    const { rows } = await sql<{ pairs: number; settings: number; jobs: number }>`
      select (select count(*)::int from settings s join pgboss.job j on j.id::text = s.name) as pairs,
        (select count(*)::int from settings) as settings,
        (select count(*)::int from pgboss.job) as jobs`.execute(database.db);
    assertEquals({ ...rows[0] }, { pairs: committed, settings: committed, jobs: committed });
    assert(committed > 10);
  },

  async "a long run of queries lets timers run"(database) {
    let turns = 0;
    let gapMsMax = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      turns++;
      gapMsMax = Math.max(gapMsMax, performance.now() - last);
      last = performance.now();
    }, 5);
    const deadline = performance.now() + 1_000;
    while (performance.now() < deadline) await sql`select 1`.execute(database.db);
    await database.transact("try", async (trx) => {
      const end = performance.now() + 300;
      while (performance.now() < end) await sql`select 1`.execute(trx);
    });
    clearInterval(timer);
    // Far from exact, since other processes share the processor: starving would be no turn at all.
    assert(turns > 20 && gapMsMax < 500, `${turns} turns, longest gap ${gapMsMax} ms`);
  },
};

for (const { kind, present, create } of databases.kinds) {
  Deno.test({
    name: `Database and Queue share one database on ${kind}`,
    ignore: !present,
    async fn(t) {
      const url = await create();
      const database = new Database(
        kind === "pglite" ? await openEmbedded(url.slice("pglite:".length)) : openPostgres(url),
      );
      for (const [name, run] of Object.entries(CASES)) {
        await t.step({
          name,
          sanitizeOps: false,
          sanitizeResources: false,
          async fn() {
            const queue = await openQueue(database);
            try {
              await sql`truncate settings`.execute(database.db);
              await sql`delete from pgboss.job`.execute(database.db);
              await run(database, queue);
            } finally {
              await queue.stop();
            }
          },
        });
      }
      await database.close();
    },
  });
}
