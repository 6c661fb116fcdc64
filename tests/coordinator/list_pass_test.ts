/**
 * Passes over a bucket by the schedule in the database, on both kinds of it; long listings on Postgres alone, where
 * it is present. The clock is the test's.
 */
import { startS3Emulator } from "../../emulator/mod.ts";
import { openStore } from "../../store/mod.ts";
import { KEYS } from "../objects/s3_world.ts";
import { startTestDatabases } from "../store/_databases.ts";
import { emptyTables } from "../store/_samples.ts";
import { ListingWorld } from "./_listing_world.ts";
import { PASS_CASES } from "./_pass_cases.ts";
import { PAGE_KEYS, RANGE_CASES } from "./_range_cases.ts";

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());

const cases = (all: typeof PASS_CASES, pageKeysMax: number) =>
  Object.entries(all).map(([name, run]) => ({ name, run, pageKeysMax }));
const QUICK = cases(PASS_CASES, 1000);
const LONG = cases(RANGE_CASES, PAGE_KEYS);
const { kind: longKind } = databases.kinds.findLast(({ present }) => present)!;

for (const { kind, present, create } of databases.kinds) {
  Deno.test({
    name: `listPass() on ${kind}`,
    ignore: !present,
    async fn(t) {
      await using store = await openStore({ url: await create() });
      for (const { name, run, pageKeysMax } of kind === longKind ? [...QUICK, ...LONG] : QUICK) {
        await t.step({
          name,
          // The store's timers outlive a step; that they end with the store is checked for the whole test.
          sanitizeOps: false,
          sanitizeResources: false,
          async fn() {
            await emptyTables(store);
            await using s3 = await startS3Emulator({ ...KEYS, buckets: ["trail"], pageKeysMax });
            await using world = await ListingWorld.open(store, "s3://trail/", s3);
            await run(world);
          },
        });
      }
    },
  });
}
