/** The contract of `Store`, run on the embedded database and on Postgres. */
import { openStore, type Store } from "../../store/mod.ts";
import { startTestDatabases } from "./_databases.ts";
import { DEAD_LETTER_CASES } from "./_dead_letter_cases.ts";
import { BACKFILL_CASES } from "./_backfill_cases.ts";
import { CADENCE_CASES } from "./_cadence_cases.ts";
import { FENCE_CASES } from "./_fence_cases.ts";
import { LAKE_CASES } from "./_lake_cases.ts";
import { LEDGER_CASES } from "./_ledger_cases.ts";
import { OUTBOX_CASES } from "./_outbox_cases.ts";
import { RELEASE_CASES } from "./_release_cases.ts";
import { RETENTION_CASES } from "./_retention_cases.ts";
import { emptyTables } from "./_samples.ts";
import { TURNS_CASES } from "./_turns_cases.ts";

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());

const CASES: Record<string, (store: Store) => Promise<void>> = {
  ...BACKFILL_CASES,
  ...LEDGER_CASES,
  ...FENCE_CASES,
  ...RELEASE_CASES,
  ...TURNS_CASES,
  ...OUTBOX_CASES,
  ...LAKE_CASES,
  ...DEAD_LETTER_CASES,
  ...RETENTION_CASES,
  ...CADENCE_CASES,
};

for (const { kind, present, create } of databases.kinds) {
  Deno.test({
    name: `Store holds its contract on ${kind}`,
    ignore: !present,
    async fn(t) {
      await using store = await openStore({ url: await create() });
      for (const [name, run] of Object.entries(CASES)) {
        await t.step({
          name,
          // The store's timers outlive a step; that they end with the store is checked for the whole test.
          sanitizeOps: false,
          sanitizeResources: false,
          async fn() {
            await emptyTables(store);
            await run(store);
          },
        });
      }
    },
  });
}
