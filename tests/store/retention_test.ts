/** Dropping what is old, as a run does it: in its turn, batch after batch, and ended by its signal. */
import { assertEquals } from "@std/assert";
import { DAY_MS } from "../../core/hours.ts";
import { dropOld } from "../../coordinator/drop_old.ts";
import { openStore } from "../../store/mod.ts";
import { startTestDatabases } from "./_databases.ts";
import { enqueueAndTake, listByDays, refsOf, resultOf, rowsOf, SCOPE } from "./_samples.ts";

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());

const never = new AbortController().signal;

for (const { kind, present, create } of databases.kinds) {
  Deno.test({
    name: `dropOld() drops all that is old in one turn, while commits go on, on ${kind}`,
    ignore: !present,
    async fn() {
      await using store = await openStore({ url: await create() });
      const retentionMs = 40 * DAY_MS;
      for (let i = 0; i < 12; i++) {
        const shard = await enqueueAndTake(store, refsOf(1000, { from: i * 1000 }));
        await store.commitShard(shard, resultOf(shard));
      }
      await rowsOf(store, "update ledger set done_at = done_at - interval '41 days'");
      await rowsOf(store, "update key_heads set head = replace(head, '2026/11/20', '2025/11/20')");
      const ledger = async () => (await store.counts()).ledger;

      await dropOld({ store, retentionMs: null }, never);
      await dropOld({ store, retentionMs }, AbortSignal.abort());
      assertEquals(await ledger(), 12_000);
      const turn = () => rowsOf(store, "delete from settings where name = 'retention_at'");
      await dropOld({ store, retentionMs }, never);
      assertEquals(await ledger(), 12_000, "listing has no days there");
      await listByDays(store, SCOPE);
      await dropOld({ store, retentionMs }, never);
      assertEquals(await ledger(), 12_000, "it was nobody's turn");

      await turn();
      const shard = await enqueueAndTake(store, refsOf(10, { from: 90_000 }));
      const [, counts] = await Promise.all([
        dropOld({ store, retentionMs }, never),
        store.commitShard(shard, resultOf(shard)),
      ]);
      assertEquals([counts.done, await ledger()], [10, 10]);
    },
  });
}
