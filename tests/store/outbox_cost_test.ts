/** What a batch of deliveries reads does not grow with what is waiting, whatever the planner knows of the outbox. */
import { assert, assertEquals } from "@std/assert";
import { openStore, type Store } from "../../store/mod.ts";
import { startTestDatabases } from "./_databases.ts";
import { alertOf, commitOne, rowsOf } from "./_samples.ts";

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());

const SINK = "stdout";
const BATCH = 100;
const BATCHES = 20;
const COMMITS = 20;
const ALERTS = 500;

/** Rows of the outbox's tables that statements have read so far, by whichever way. */
async function readRows(store: Store): Promise<number> {
  await rowsOf(store, "select pg_stat_force_next_flush()");
  const [{ count }] = await rowsOf(
    store,
    `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 as count
      from pg_stat_user_tables where relname in ('alerts', 'deliveries')`,
  );
  return count as number;
}

async function deliverBatches(store: Store): Promise<number> {
  const before = await readRows(store);
  for (let i = 0; i < BATCHES; i++) {
    const due = await store.takeDeliveries(SINK, BATCH);
    assertEquals(due.length, BATCH);
    const ends = due.map(({ alertId, sink }) => (
      { alertId, sink, kind: "delivered", reason: "", retryAfterMs: 0 } as const
    ));
    assertEquals(await store.endDeliveries(ends), { delivered: BATCH, undelivered: 0 });
  }
  return await readRows(store) - before;
}

for (const { kind, present, create } of databases.kinds) {
  for (const analyzed of ["never", "while empty", "while full"]) {
    Deno.test({
      name: `a batch of deliveries reads its own rows on ${kind}, analyzed ${analyzed}`,
      ignore: !present,
      async fn() {
        await using store = await openStore({ url: await create() });
        if (analyzed === "while empty") await rowsOf(store, "analyze alerts, deliveries");
        for (let i = 0; i < COMMITS; i++) {
          const alerts = Array.from({ length: ALERTS }, (_, n) => alertOf(`${i}-${n}`));
          await commitOne(store, `object ${i}`, { alerts, sinks: [SINK] });
        }
        if (analyzed === "while full") await rowsOf(store, "analyze alerts, deliveries");
        const perDelivery = await deliverBatches(store) / (BATCH * BATCHES);
        assert(perDelivery < 20, `${perDelivery} rows read for each delivery`);
      },
    });
  }
}
