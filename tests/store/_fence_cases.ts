import { assert, assertEquals, assertRejects } from "@std/assert";
import { TrailsieveError } from "../../core/errors.ts";
import type { LeasedShard, Store } from "../../store/mod.ts";
import {
  ageLeases,
  alertOf,
  doneResult,
  enqueueAndTake,
  expireLeases,
  failedResult,
  leaseAge,
  partOf,
  refsOf,
  resultOf,
  rowsOf,
  takeSoon,
} from "./_samples.ts";

/** The commit must be refused as fenced and leave no trace. */
async function assertFenced(
  store: Store,
  shard: LeasedShard,
  result = resultOf(shard, { alerts: [alertOf("late")], parts: [partOf("late", [0])] }),
): Promise<void> {
  const before = await store.counts();
  const error = await assertRejects(() => store.commitShard(shard, result), TrailsieveError);
  assertEquals(error.code, "fenced");
  assertEquals(await store.counts(), before);
  assertEquals((await store.namedParts(["_work/parts/late.parquet"])).size, 0);
  assertEquals((await store.takeDueHours({ all: true, limit: 10 })).length, 0);
}

/** Cases by test name; each gets an empty store. */
export const FENCE_CASES: Record<string, (store: Store) => Promise<void>> = {
  async "commitShard() of a lease that ran out changes nothing"(store) {
    const shard = await enqueueAndTake(store, refsOf(3));
    await expireLeases(store);
    await assertFenced(store, shard);
  },

  async "commitShard() of a holder that lost its shard to an heir changes nothing"(store) {
    const zombie = await enqueueAndTake(store, refsOf(3));
    await expireLeases(store);
    const heir = await takeSoon(store);
    assertEquals([heir.id, heir.generation, heir.deaths], [zombie.id, zombie.generation + 1, 1]);
    assertEquals(await store.heartbeat(zombie), false);
    await assertFenced(store, zombie);
    assertEquals(await store.releaseShard(zombie, { died: true }), 0);
    assertEquals(await store.heartbeat(heir), true);
    assertEquals((await store.commitShard(heir, resultOf(heir))).done, 3);
    await assertFenced(store, zombie);
  },

  async "heartbeat() keeps a shard of a holder that waits for longer than pg-boss lets a job last"(
    store,
  ) {
    const shard = await enqueueAndTake(store, refsOf(3));
    await rowsOf(store, "update pgboss.job set started_on = now() - interval '23 h 59 min'");
    assertEquals(await store.heartbeat(shard), true);
    const left = await rowsOf(
      store,
      "select started_on + expire_seconds * interval '1s' > now() + interval '23 h' as long from pgboss.job",
    );
    assertEquals(left.map((row) => ({ ...row })), [{ long: true }]);
    assertEquals((await store.commitShard(shard, resultOf(shard))).done, 3);
  },

  async "commitShard() twice stores once"(store) {
    const shard = await enqueueAndTake(store, refsOf(2));
    await store.commitShard(shard, resultOf(shard));
    await assertFenced(store, shard);
  },

  async "commitShard() refuses a result with an object missing, added, changed or twice"(store) {
    const shard = await enqueueAndTake(store, refsOf(3));
    const all = shard.refs.map(doneResult);
    const [stranger] = refsOf(1, { from: 99 });
    const wrong = [
      all.slice(1),
      [],
      [...all, doneResult(stranger)],
      [...all, all[0]],
      [all[0], all[0], all[1]],
      [all[0], all[1], { ...all[2], etag: "other" }],
      [...all.slice(1), failedResult(stranger)],
    ];
    for (const objects of wrong) {
      await assertFenced(store, shard, resultOf(shard, { objects, alerts: [alertOf("late")] }));
    }
    assertEquals((await store.commitShard(shard, resultOf(shard))).done, 3);
  },

  async "heartbeat() counts a lease from now on"(store) {
    const shard = await enqueueAndTake(store, refsOf(1));
    // Set forward by an hour, a clock that was not turned back by the heartbeat is told from one that was.
    await ageLeases(store, -3600);
    assertEquals(await store.heartbeat(shard), true);
    assert(await leaseAge(store) >= 0);
    assertEquals((await store.commitShard(shard, resultOf(shard))).done, 1);
    assertEquals(await store.heartbeat(shard), false);
  },
};
