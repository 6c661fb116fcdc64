/** Passes over a bucket by the schedule in the database, on both kinds of it. The clock is the test's. */
import { openStore } from "../../store/mod.ts";
import { startTestDatabases } from "../store/_databases.ts";
import { emptyTables } from "../store/_samples.ts";
import { ListingWorld } from "./_listing_world.ts";
import { PASS_CASES } from "./_pass_cases.ts";

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());

for (const { kind, present, create } of databases.kinds) {
  Deno.test({
    name: `listPass() on ${kind}`,
    ignore: !present,
    async fn(t) {
      await using store = await openStore({ url: await create() });
      for (const [name, run] of Object.entries(PASS_CASES)) {
        await t.step({
          name,
          // The store's timers outlive a step; that they end with the store is checked for the whole test.
          sanitizeOps: false,
          sanitizeResources: false,
          async fn() {
            await emptyTables(store);
            await using world = await ListingWorld.open(store);
            await run(world);
          },
        });
      }
    },
  });
}
