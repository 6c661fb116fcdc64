import { assert, assertEquals, assertRejects } from "@std/assert";
import { Pace } from "./pace.ts";

const openWork = (refs: number, delayedRefs = 0) => ({ refs, delayedRefs });

Deno.test("Pace.admit() lets no more through than its rate", async () => {
  const pace = new Pace(100, () => Promise.resolve(openWork(0)));
  const startedAt = performance.now();
  for (let i = 0; i < 4; i++) await pace.admit(10, new AbortController().signal);
  // The first ten at once, then ten each tenth of a second. Timers may fire a millisecond early.
  assert(performance.now() - startedAt >= 295);
});

Deno.test("Pace.admit() waits while too much is planned and not settled", async () => {
  let open = 500;
  let asked = 0;
  const pace = new Pace(100, () => {
    if (++asked === 3) open = 0;
    return Promise.resolve(openWork(open));
  });
  await pace.admit(10, new AbortController().signal);
  assertEquals(asked, 3);
});

Deno.test("Pace.admit() is not held up by what waits to be tried again", async () => {
  const pace = new Pace(100, () => Promise.resolve(openWork(5000, 4990)));
  await pace.admit(10, new AbortController().signal);
});

Deno.test("Pace.admit() lets a shard through that is larger than all that may be open", async () => {
  await new Pace(1, () => Promise.resolve(openWork(0))).admit(1000, new AbortController().signal);
  assertEquals(new Pace(1, () => Promise.resolve(openWork(0))).shardObjectsMax, 2);
});

Deno.test("Pace.admit() rejects when its signal aborts", async () => {
  const abort = new AbortController();
  const pace = new Pace(1, () => Promise.resolve(openWork(1000)));
  const admitted = pace.admit(1, abort.signal);
  abort.abort();
  await assertRejects(() => admitted);
});
