/** Planning pauses for what its own source and lane can have read soon, and for nothing else. */
import { assertEquals } from "@std/assert";
import { whenRoom } from "../../coordinator/plan_room.ts";
import { LIMITS } from "../../core/limits.ts";
import { type Lane, openStore } from "../../store/mod.ts";
import { refsOf, rowsOf } from "../store/_samples.ts";

Deno.test("whenRoom() is held up by its own source and lane, not by others or by what waits to be tried again", async () => {
  await using store = await openStore({ url: "pglite:memory" });
  const one = { scope: "s3://one", sourceUrl: "s3://one/", lane: "live" } as const;
  await store.enqueueShard({ ...one, refs: refsOf(1) });
  await rowsOf(store, `update shards set object_count = ${LIMITS.openRefsMax + 1} returning 1`);
  const hasRoom = async (sourceUrl: string, lane: Lane) => {
    let asked = 0;
    const abort = new AbortController();
    const watched = {
      openWork: (of: Parameters<typeof store.openWork>[0]) => {
        if (++asked === 2) abort.abort(new Error("full"));
        return store.openWork(of);
      },
    };
    const room = whenRoom(watched as typeof store, { sourceUrl, lane, signal: abort.signal });
    return await room.then(() => true, () => false);
  };
  assertEquals(await hasRoom("s3://one/", "live"), false);
  assertEquals(await hasRoom("s3://one/", "backfill"), true);
  assertEquals(await hasRoom("s3://other/", "live"), true);

  await rowsOf(store, `update pgboss.job set start_after = now() + interval '1 hour' returning 1`);
  assertEquals(await hasRoom("s3://one/", "live"), true);
  await rowsOf(store, `update shards set object_count = ${LIMITS.delayedRefsMax + 1} returning 1`);
  assertEquals(await hasRoom("s3://one/", "live"), false);
});
