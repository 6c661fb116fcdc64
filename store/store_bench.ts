/** The embedded database, in memory: what a shard's commit and a batch of deliveries cost it. */
import { generatedLogs, OBJECT_EVENTS } from "../bench/generated_logs.ts";
import { sha256Hex } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Alert } from "../core/types.ts";
import { commitOne, enqueueAndTake, refsOf, resultOf } from "../tests/store/_samples.ts";
import { openStore } from "./mod.ts";

const OBJECTS = 100;
const BATCH = LIMITS.deliveryBatchMax;
const ROUNDS = { n: 30, warmup: 5 };
const SINK = "stdout";

const events = (OBJECTS * OBJECT_EVENTS).toLocaleString("en");
const [{ records }] = generatedLogs(1, 1000);
const store = await openStore({ url: "pglite:memory" });
let made = 0;

/** Alerts that hold their events, as those of the pack do; none was there before. */
function makeAlerts(count: number): Alert[] {
  return Array.from({ length: count }, (_, i) => ({
    alertId: sha256Hex(`alert ${made++}`),
    ruleId: "root-use",
    level: "high",
    dedupKey: `root-use:${made % 50}`,
    eventId: `event-${made}`,
    eventTimeMs: Date.UTC(2026, 2, 2),
    payload: `{"rule_id":"root-use","level":"high","event":${records[i]}}`,
  }));
}

const group = `commit a shard of ${OBJECTS} objects, ${events} events`;

for (const count of [0, 10, 1000]) {
  const options = { ...ROUNDS, group, baseline: count === 0 };
  const alerts = count.toLocaleString("en");
  Deno.bench(`commitShard(), ${events} events, ${alerts} alerts`, options, async (b) => {
    const refs = refsOf(OBJECTS, { etag: `${made++}` });
    const shard = await enqueueAndTake(store, refs);
    // To a sink of its own, so that these do not wait for the other bench.
    const result = resultOf(shard, { alerts: makeAlerts(count), sinks: ["other"] });
    b.start();
    await store.commitShard(shard, result);
    b.end();
  });
}

Deno.bench(`take and end a batch of ${BATCH} deliveries`, ROUNDS, async (b) => {
  await commitOne(store, `object ${made}`, { alerts: makeAlerts(BATCH), sinks: [SINK] });
  b.start();
  const due = await store.takeDeliveries(SINK, BATCH);
  await store.endDeliveries(due.map(({ alertId, sink }) => (
    { alertId, sink, kind: "delivered", reason: "", retryAfterMs: 0 }
  )));
  b.end();
  if (due.length !== BATCH) throw new Error(`took ${due.length} deliveries`);
});
