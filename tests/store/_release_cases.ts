import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../core/limits.ts";
import type { ObjectRef } from "../../core/types.ts";
import type { LeasedShard, Store } from "../../store/mod.ts";
import {
  alertOf,
  commitOne,
  enqueue,
  enqueueAndTake,
  expireLeases,
  partOf,
  refsOf,
  resultOf,
  rowsOf,
  takeSoon,
} from "./_samples.ts";

async function takeAll(store: Store): Promise<LeasedShard[]> {
  const shards: LeasedShard[] = [];
  for (let shard; (shard = await store.takeShard()) !== null;) shards.push(shard);
  return shards;
}

/** Cases by test name; each gets an empty store. */
export const RELEASE_CASES: Record<string, (store: Store) => Promise<void>> = {
  async "releaseShard() gives a shard back at once, and nobody died"(store) {
    const refs = refsOf(3);
    let shard = await enqueueAndTake(store, refs);
    for (let round = 1; round <= 5; round++) {
      assertEquals(await store.releaseShard(shard, { died: false }), 0);
      shard = (await store.takeShard())!;
      assertEquals([shard.generation, shard.deaths, shard.refs.length], [round, 0, 3]);
    }
    assertEquals((await store.commitShard(shard, resultOf(shard))).done, 3);
  },

  async "releaseShard() with died cuts a shard into single objects at the bound"(store) {
    let shard = await enqueueAndTake(store, refsOf(3));
    for (let deaths = 1; deaths <= LIMITS.shardDeathsMax; deaths++) {
      assertEquals(shard.refs.length, 3);
      assertEquals(await store.releaseShard(shard, { died: true }), 0);
      shard = (await store.takeShard())!;
    }
    const singles = [shard, ...await takeAll(store)];
    assertEquals(singles.map((single) => single.refs.length), [1, 1, 1]);
    assertEquals(singles.map((single) => single.deaths), [0, 0, 0]);
    assertEquals((await store.openWork()).refs, 3);
    for (const single of singles) await store.commitShard(single, resultOf(single));
    assertEquals(await store.counts(), { ledger: 3, dead: 0, planned: 0, alerts: 0 });
  },

  async "releaseShard() with a suspect cuts it out at once"(store) {
    const shard = await enqueueAndTake(store, refsOf(3));
    const suspect = shard.refs[1].key;
    await store.releaseShard(shard, { died: true, suspect });
    const shards = await takeAll(store);
    const single = shards.find((one) => one.refs.length === 1)!;
    const rest = shards.find((one) => one.refs.length === 2)!;
    assertEquals(shards.length, 2);
    assertEquals([single.refs[0].key, single.deaths], [suspect, 0]);
    assertEquals([rest.id, rest.deaths], [shard.id, 1]);
    assertEquals((await store.openWork()).refs, 3);
  },

  async "releaseShard() dead-letters a lone object at its bound and says why"(store) {
    let shard = await enqueueAndTake(store, refsOf(1));
    for (let deaths = 1; deaths < LIMITS.objectDeathsMax; deaths++) {
      assertEquals(await store.releaseShard(shard, { died: true }), 0);
      shard = (await store.takeShard())!;
      assertEquals(shard.deaths, deaths);
    }
    assertEquals(await store.releaseShard(shard, { died: true, reason: "ran for 60 s" }), 1);
    assertEquals(await store.takeShard(), null);
    assertEquals(await store.counts(), { ledger: 1, dead: 1, planned: 0, alerts: 0 });
    const [row] = await rowsOf(store, "select error, attempts from ledger_objects");
    assertEquals({ ...row }, {
      error: "report: 3 workers died on this object alone: ran for 60 s",
      attempts: 3,
    });
    const [letter] = await rowsOf(store, "select stage, key from dead_letters");
    assertEquals({ ...letter }, { stage: "report", key: shard.refs[0].key });
    assertEquals((await store.openWork()).shards, 0);
  },

  async "takeShard() counts a silent holder as dead and cuts the shard at the bound"(store) {
    await enqueueAndTake(store, refsOf(2));
    await expireLeases(store);
    const second = await takeSoon(store);
    assertEquals([second.refs.length, second.deaths], [2, 1]);
    await expireLeases(store);
    const third = await takeSoon(store);
    assertEquals([third.refs.length, third.deaths], [1, 0]);
    assert(third.id !== second.id);
  },

  async "takeShard() puts a lone object that cost a holder behind the others"(store) {
    const poison = await enqueueAndTake(store, refsOf(1));
    await enqueue(store, refsOf(2, { from: 10 }));
    await store.releaseShard(poison, { died: true });
    const first = (await store.takeShard())!;
    assertEquals(first.refs.length, 2);
    const second = (await store.takeShard())!;
    assertEquals([second.id, second.deaths], [poison.id, 1]);
    await store.commitShard(first, resultOf(first));
    // The same where its holder fell silent instead of giving it back.
    await expireLeases(store);
    await enqueue(store, refsOf(2, { from: 20 }));
    assertEquals((await takeSoon(store)).refs.length, 2);
    const third = await takeSoon(store);
    assertEquals([third.id, third.deaths], [poison.id, 2]);
    assertEquals(await store.releaseShard(third, { died: true }), 1);
  },

  async "takeShard() takes live before backfill but gives backfill one turn in ten"(store) {
    await enqueue(store, refsOf(1, { from: 200 }), "backfill");
    await store.takeShard();
    for (let i = 0; i < 24; i++) {
      await enqueue(store, refsOf(1, { from: i }), "live");
      await enqueue(store, refsOf(1, { from: 100 + i }), "backfill");
    }
    const lanes = (await takeAll(store)).map((shard) => shard.lane);
    assertEquals(lanes.length, 48);
    const whileLiveWaits = lanes.slice(0, lanes.lastIndexOf("live") + 1);
    assertEquals(whileLiveWaits.filter((lane) => lane === "backfill").length, 2);
    assertEquals([lanes[0], lanes[9], lanes[10], lanes[19]], [
      "live",
      "backfill",
      "live",
      "backfill",
    ]);
  },

  async "takeShard() and openWork() see the shards of the given sources alone"(store) {
    const [foreign, ours] = refsOf(2);
    const plan = (sourceUrl: string, ref: ObjectRef) =>
      store.enqueueShard({ scope: sourceUrl, sourceUrl, lane: "live", refs: [ref] });
    await plan("s3://theirs/", foreign);
    await plan("s3://ours/", ours);
    const sourceUrls = ["s3://ours/", "s3://ours-too/"];
    assertEquals((await store.openWork({ sourceUrls })).shards, 1);
    assertEquals((await store.openWork()).shards, 2);
    assertEquals((await store.takeShard({ sourceUrls }))?.sourceUrl, "s3://ours/");
    assertEquals(await store.takeShard({ sourceUrls }), null);
    assertEquals(await store.takeShard({ sourceUrls: [] }), null);
    assertEquals((await store.openWork({ sourceUrls })).ready, 0);
    assertEquals((await store.openWork({ sourceUrls: [] })).shards, 0);
    assertEquals((await store.takeShard())?.sourceUrl, "s3://theirs/");
    // What a run over a part of ours has planned can be read, and nobody else may be left to do so.
    await plan("s3://ours/below/", refsOf(1, { from: 7 })[0]);
    assertEquals((await store.openWork({ sourceUrls })).ready, 1);
    assertEquals((await store.takeShard({ sourceUrls }))?.sourceUrl, "s3://ours/below/");
  },

  async "backlog() counts what is open and tells the age of its oldest shard"(store) {
    const none = { refs: 0, shards: 0, oldestShardSeconds: null, alerts: 0, hours: 0 };
    assertEquals(await store.backlog(), none);
    const result = { alerts: [alertOf("x")], parts: [partOf("p", [0, 3_600_000])] };
    await commitOne(store, "a", result);
    assertEquals(await store.backlog(), { ...none, alerts: 1, hours: 2 });
    await enqueue(store, refsOf(3));
    await enqueue(store, refsOf(1, { from: 3 }));
    await store.takeShard();
    await rowsOf(
      store,
      `update pgboss.job set created_on = now() - interval '90 s'
        where id = (select id from shards where object_count = 1)`,
    );
    const { oldestShardSeconds, ...counts } = await store.backlog();
    assertEquals(counts, { refs: 4, shards: 2, alerts: 1, hours: 2 });
    assert(oldestShardSeconds !== null && oldestShardSeconds >= 90);
  },

  async "takeShard() takes the oldest first and each once"(store) {
    for (let i = 0; i < 12; i++) await enqueue(store, refsOf(1, { from: i }));
    const taken = await Promise.all(Array.from({ length: 16 }, () => store.takeShard()));
    const keys = taken.filter((shard) => shard !== null).map((shard) => shard.refs[0].key);
    assertEquals(keys.toSorted(), refsOf(12).map((ref) => ref.key));
  },
};
