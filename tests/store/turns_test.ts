/** Fairness holds for all replicas together, not for each alone. */
import { assertEquals } from "@std/assert";
import { openStore, type Store } from "../../store/mod.ts";
import { startTestDatabases } from "./_databases.ts";
import { crowd } from "./_crowd.ts";
import { rowsOf } from "./_samples.ts";

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());

Deno.test({
  name: "takeShard() by four replicas at once keeps the turns of lanes and sources",
  ignore: databases.postgres === null,
  fn: async () => {
    const url = await databases.postgres!.createDatabase();
    await using stack = new AsyncDisposableStack();
    const stores: Store[] = [];
    for (let i = 0; i < 4; i++) stores.push(stack.use(await openStore({ url })));
    for (const lane of ["live", "backfill"] as const) {
      await crowd(stores[0], { sourceUrl: "s3://crowded/", lane, shards: 2000 });
      await crowd(stores[0], { sourceUrl: "s3://quiet/", lane, shards: 100 });
    }
    await Promise.all(stores.map(async (store) => {
      for (let i = 0; i < 10; i++) {
        await Promise.all(Array.from({ length: 4 }, () => store.takeShard()));
      }
    }));
    const taken = await rowsOf(
      stores[0],
      `select s.lane, s.source_url from shards s join pgboss.job j on j.id = s.id
        where j.state = 'active' order by j.heartbeat_on`,
    );
    assertEquals(taken.length, 160);
    for (let from = 0; from + 10 <= taken.length; from++) {
      const turns = taken.slice(from, from + 10);
      assertEquals(turns.filter(({ lane }) => lane === "backfill").length, 1, `from ${from}`);
      const quiet = turns.filter(({ lane, source_url }) =>
        lane === "live" && source_url === "s3://quiet/"
      ).length;
      assertEquals(quiet === 4 || quiet === 5, true, `${quiet} from ${from}`);
    }
  },
});
