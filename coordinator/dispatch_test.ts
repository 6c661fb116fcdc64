import { assertEquals } from "@std/assert";
import type { OpenWork, Store } from "../store/mod.ts";
import { Dispatcher } from "./dispatch.ts";
import type { RunContext } from "./run_context.ts";
import type { WorkerPool } from "./worker_pool.ts";

const HOUR_MS = 3_600_000;

Deno.test("Dispatcher ends beside a shard that waits for an hour, not before one that another replica holds", async () => {
  const delayed = { refs: 1, delayedRefs: 1, shards: 1, ready: 0, held: 0, nextReadyMs: HOUR_MS };
  const beside = { ...delayed, refs: 2, shards: 2, held: 1 };
  const answers: OpenWork[] = [beside, beside, beside, delayed, delayed];
  const store = {
    takeShard: () => Promise.resolve(null),
    openWork: () => Promise.resolve(answers.shift()!),
  } as unknown as Store;
  const context = { store, sources: new Map(), lakeGate: null } as unknown as RunContext;
  const dispatcher = new Dispatcher(context, {} as WorkerPool, 1, { onCommit: () => {} });
  const { signal: drain } = new AbortController();
  await dispatcher.run({ drain, untilIdle: Promise.resolve() });
  assertEquals(answers, [], "each of two lanes asks until nothing is held");
});
