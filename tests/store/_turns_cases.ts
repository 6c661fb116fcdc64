import { assert, assertEquals } from "@std/assert";
import type { Lane, Store } from "../../store/mod.ts";
import { crowd } from "./_crowd.ts";
import { ageLeases, refsOf } from "./_samples.ts";

const TURN_MAX = 10;

/** The next takes as `lane source`, without giving anything back, however long the test takes. */
async function takes(store: Store, count: number): Promise<string[]> {
  const taken: string[] = [];
  for (let i = 0; i < count; i++) {
    const shard = await store.takeShard();
    if (shard === null) break;
    taken.push(`${shard.lane} ${shard.sourceUrl}`);
    await ageLeases(store, -3600);
  }
  return taken;
}

function enqueueOne(store: Store, sourceUrl: string, lane: Lane, from: number): Promise<number> {
  return store.enqueueShard({ scope: sourceUrl, sourceUrl, lane, refs: refsOf(1, { from }) });
}

/** Cases by test name; each gets an empty store. */
export const TURNS_CASES: Record<string, (store: Store) => Promise<void>> = {
  async "takeShard() gives a source with one shard its turn beside one with thousands"(store) {
    await crowd(store, { sourceUrl: "s3://crowded/", lane: "live", shards: 3000 });
    for (let round = 0; round < 3; round++) {
      await takes(store, 5);
      await enqueueOne(store, "s3://quiet/", "live", round);
      const next = await takes(store, TURN_MAX);
      assertEquals(next.filter((one) => one === "live s3://quiet/").length, 1, `round ${round}`);
    }
  },

  async "takeShard() gives each of ten sources a turn in any ten takes"(store) {
    const sources = Array.from({ length: TURN_MAX }, (_, i) => `s3://source-${i}/`);
    for (const [i, sourceUrl] of sources.entries()) {
      await crowd(store, { sourceUrl, lane: "live", shards: i === 0 ? 1000 : 8 });
    }
    const taken = await takes(store, 60);
    for (let from = 0; from + TURN_MAX <= taken.length; from++) {
      assertEquals(new Set(taken.slice(from, from + TURN_MAX)).size, TURN_MAX, `from ${from}`);
    }
  },

  async "takeShard() takes live before backfill nine times in ten while both lanes are full"(
    store,
  ) {
    for (const lane of ["live", "backfill"] as const) {
      await crowd(store, { sourceUrl: "s3://one/", lane, shards: 500 });
      await crowd(store, { sourceUrl: "s3://two/", lane, shards: 500 });
    }
    const taken = await takes(store, 100);
    for (let from = 0; from + TURN_MAX <= taken.length; from++) {
      const lanes = taken.slice(from, from + TURN_MAX).filter((one) => one.startsWith("backfill"));
      assertEquals(lanes.length, 1, `from ${from}`);
    }
    for (const sourceUrl of ["s3://one/", "s3://two/"]) {
      assertEquals(taken.filter((one) => one === `backfill ${sourceUrl}`).length, 5);
    }
  },

  async "takeShard() gives a lane all turns where the other is empty"(store) {
    await crowd(store, { sourceUrl: "s3://one/", lane: "backfill", shards: 30 });
    assertEquals((await takes(store, 25)).length, 25);
    await enqueueOne(store, "s3://one/", "live", 0);
    assertEquals(await takes(store, 1), ["live s3://one/"]);
    const left = await takes(store, 30);
    assert(left.length === 5 && left.every((one) => one === "backfill s3://one/"));
    assertEquals(await store.takeShard(), null);
  },
};
