/** A run of queries on the embedded database leaves sockets and timers their turns. */
import { assert } from "@std/assert";
import { openStore } from "../../store/mod.ts";
import { startTestDatabases } from "./_databases.ts";
import { rowsOf } from "./_samples.ts";

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());

const RUN_MS = 2000;
/** A turn is due every 30 ms; other processes share the processor. */
const WAIT_MS_MAX = 300;
Deno.test("the embedded database gives sockets and timers a turn in a run of queries", async () => {
  const { create } = databases.kinds.find(({ kind }) => kind === "pglite")!;
  await using store = await openStore({ url: await create() });
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [near, far] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port: (listener.addr as Deno.NetAddr).port }),
    listener.accept(),
  ]);
  let isOver = false;
  let longestMs = 0;
  let turnAt = performance.now();
  const byte = new Uint8Array(1);
  const asking = (async () => {
    while (!isOver) {
      await near.write(byte);
      await far.read(new Uint8Array(1));
      await new Promise((resolve) => setTimeout(resolve, 1));
      longestMs = Math.max(longestMs, performance.now() - turnAt);
      turnAt = performance.now();
    }
  })();
  const end = performance.now() + RUN_MS;
  while (performance.now() < end) {
    await rowsOf(store, "select count(*) from generate_series(1, 20000)");
  }
  isOver = true;
  await asking;
  near.close();
  far.close();
  assert(longestMs < WAIT_MS_MAX, `a turn after ${longestMs} ms`);
});
