/** Replicas that commit the same alerts at once, as where two trails deliver the same events. */
import { assert, assertEquals } from "@std/assert";
import { openStore } from "../../store/mod.ts";
import { startTestPostgres } from "./_postgres.ts";
import { alertOf, enqueue, resultOf, rowsOf } from "./_samples.ts";

const postgres = await startTestPostgres();
Deno.test.afterAll(async () => await postgres?.[Symbol.asyncDispose]());

const ROUNDS = 4;
/** Alerts of about 2 KB: a megabyte, and so a statement, holds 500. */
const ALERTS = 2000;
const PADDING = "y".repeat(2000);
/** A few, as most commits have them. */
const FEW = 20;

Deno.test({
  name: "commitShard() of the same alerts in other orders never ends in a deadlock",
  ignore: postgres === null,
  async fn() {
    const url = await postgres!.createDatabase();
    await using a = await openStore({ url });
    await using b = await openStore({ url });
    await using c = await openStore({ url });
    const stores = [a, b, c];
    const commit = async (place: number, names: readonly string[]) => {
      const alerts = names.map((name) =>
        alertOf(name, { payload: `{"by":${place},"text":"${PADDING}"}` })
      );
      const shard = (await stores[place].takeShard())!;
      return (await stores[place].commitShard(shard, resultOf(shard, { alerts }))).alertsRaised;
    };
    for (let round = 0; round < ROUNDS; round++) {
      const names = Array.from({ length: ALERTS }, (_, n) => `${round}-${n}`);
      const orders = [names, names.toReversed(), [...names.slice(0, FEW), ...names.slice(-FEW)]];
      for (const place of stores.keys()) {
        await enqueue(a, [{ key: `${round}-${place}`, etag: "e", size: 1 }]);
      }
      const raised = await Promise.all(orders.map((order, place) => commit(place, order)));
      assertEquals(raised.reduce((sum, count) => sum + count), ALERTS, `raised ${raised}`);
    }
    const [{ alerts, deliveries, deadlocks }] = await rowsOf(
      a,
      `select (select count(*)::int from alerts) as alerts,
        (select count(*)::int from deliveries) as deliveries,
        (select deadlocks::int from pg_stat_database where datname = current_database()) as deadlocks`,
    );
    assertEquals({ alerts, deliveries }, { alerts: ROUNDS * ALERTS, deliveries: ROUNDS * ALERTS });
    assert(deadlocks === 0, `${deadlocks} deadlocks`);
  },
});
