/** A connection that breaks during a commit leaves open whether it was stored; the store finds out. */
import { assertEquals } from "@std/assert";
import { openStore } from "../../store/mod.ts";
import { startCuttingProxy } from "./_cutting_proxy.ts";
import { startTestPostgres } from "./_postgres.ts";
import { alertOf, enqueue, enqueueAndTake, partOf, refsOf, resultOf, SCOPE } from "./_samples.ts";

const postgres = await startTestPostgres();
Deno.test.afterAll(async () => await postgres?.[Symbol.asyncDispose]());

for (const when of ["after", "instead"] as const) {
  Deno.test({
    name: `Store applies each transaction once when its connection breaks ${
      when === "after" ? "behind" : "before"
    } the commit`,
    ignore: postgres === null,
    async fn() {
      await using proxy = startCuttingProxy(await postgres!.createDatabase());
      await using store = await openStore({ url: proxy.url });

      proxy.cutNextCommit(when);
      assertEquals(await enqueue(store, refsOf(5)), 5);
      assertEquals(proxy.cuts, 1);
      assertEquals(await store.openWork(), {
        refs: 5,
        delayedRefs: 0,
        shards: 1,
        ready: 1,
        held: 0,
        nextReadyMs: null,
      });

      const shard = (await store.takeShard())!;
      proxy.cutNextCommit(when);
      const counts = await store.commitShard(
        shard,
        resultOf(shard, { alerts: [alertOf("x")], parts: [partOf("p", [0])] }),
      );
      assertEquals([counts.done, counts.alertsRaised, proxy.cuts], [5, 1, 2]);
      assertEquals(await store.counts(), { ledger: 5, dead: 0, planned: 0, alerts: 1 });
      assertEquals((await store.filterUnknown(SCOPE, refsOf(5))).inLedger, 5);

      proxy.cutNextCommit(when);
      const [sent] = await store.takeDeliveries("stdout", 10);
      assertEquals([sent.attempts, proxy.cuts], [0, 3]);
      proxy.cutNextCommit(when);
      const end = { ...sent, kind: "delivered", reason: "", retryAfterMs: 0 } as const;
      assertEquals(await store.endDeliveries([end]), { delivered: 1, undelivered: 0 });
      assertEquals([await store.openAlerts(), proxy.cuts], [0, 4]);

      proxy.cutNextCommit(when);
      const [work] = await store.takeDueHours({ all: true, limit: 1 });
      assertEquals([work.parts.length, proxy.cuts], [1, 5]);
      proxy.cutNextCommit(when);
      const hour = await store.commitHour(work, []);
      assertEquals([hour.sparedPartPaths, proxy.cuts], [["_work/parts/p.parquet"], 6]);
      assertEquals((await store.takeDueHours({ all: true, limit: 1 })).length, 0);

      const everything = { accounts: [], regions: [], sinceMs: null, full: false };
      const pass = { scope: SCOPE, prefix: "", ...everything, freshMs: Infinity };
      await store.listing.begin(pass, Date.now());
      proxy.cutNextCommit(when);
      const nodes = await store.listing.claim(pass, Date.now(), { limit: 1, skip: [] });
      assertEquals([nodes.length, proxy.cuts], [1, 7]);

      const lone = await enqueueAndTake(store, refsOf(1, { from: 50 }));
      proxy.cutNextCommit(when);
      assertEquals(await store.releaseShard({ ...lone, deaths: 2 }, { died: true }), 1);
      assertEquals((await store.counts()).dead, 1);
    },
  });
}
