import { assertEquals, assertRejects } from "@std/assert";
import { TrailsieveError } from "../../core/errors.ts";
import type { LeasedShard, OfBackfill, Store } from "../../store/mod.ts";
import {
  alertOf,
  doneResult,
  enqueue,
  enqueueAndTake,
  refsOf,
  resultOf,
  rowsOf,
  SCOPE,
} from "./_samples.ts";

const ID = "00000000-0000-4000-8000-000000000001";
const DAY_MS = 86_400_000;

function begin(store: Store, again = false) {
  return store.beginBackfill({ id: ID, again, what: "a test" });
}

function plan(store: Store, refs = refsOf(3), backfill: OfBackfill = { id: ID, again: true }) {
  const sourceUrl = `${SCOPE}prefix/`;
  return store.enqueueShard({ scope: SCOPE, sourceUrl, lane: "backfill", refs, backfill });
}

/** Settles three objects, then begins to read them again. */
async function settleAndBeginAgain(store: Store): Promise<void> {
  const shard = await enqueueAndTake(store, refsOf(3));
  await store.commitShard(shard, resultOf(shard));
  await begin(store, true);
}

async function takeAgain(store: Store): Promise<LeasedShard> {
  const shard = await store.takeShard();
  if (shard === null) throw new Error("no shard could be taken");
  return shard;
}

/** Cases by test name; each gets an empty store. */
export const BACKFILL_CASES: Record<string, (store: Store) => Promise<void>> = {
  async "beginBackfill() finds a backfill where it was left, and forgets the plan of a finished one"(
    store,
  ) {
    assertEquals((await begin(store)).kind, "new");
    await store.addRanges(ID, [{ kind: "keys", prefix: "a/", days: null }], { complete: false });
    // Died while it was planned: planned from the start.
    assertEquals(await begin(store), { kind: "resumed", isPlanned: false, finishedAt: null });
    assertEquals(await store.countRanges(ID), { all: 0, listed: 0 });
    await store.addRanges(ID, [{ kind: "keys", prefix: "a/", days: null }], { complete: true });
    assertEquals(await begin(store), { kind: "resumed", isPlanned: true, finishedAt: null });
    assertEquals(await store.finishBackfill(ID), false);
    const [range] = await store.openRanges(ID, { limit: 10, after: null });
    await store.noteRanges(ID, [{ place: range.place, listedUntil: "a/9", isListed: true }]);
    await plan(store, refsOf(1), { id: ID, again: false });
    assertEquals(await store.finishBackfill(ID), false);
    const shard = await takeAgain(store);
    await store.commitShard(shard, resultOf(shard));
    assertEquals(await store.finishBackfill(ID), true);
    const repeated = await begin(store);
    assertEquals([repeated.kind, repeated.isPlanned], ["repeated", false]);
    assertEquals(await store.countRanges(ID), { all: 0, listed: 0 });
  },

  async "two replicas never plan one backfill at once, and one takes over from the dead"(store) {
    await begin(store);
    await store.addRanges(ID, [{ kind: "keys", prefix: "a/", days: null }], { complete: false });
    const [{ id: other }] = await rowsOf(
      store,
      `insert into replicas values (gen_random_uuid(), now()) returning id::text`,
    ) as { id: string }[];
    const giveTo = (column: string, table: string) =>
      rowsOf(store, `update ${table} set ${column} = '${other}' returning 1`);
    await giveTo("planned_by", "backfills");
    assertEquals((await begin(store)).kind, "planned by another");
    assertEquals(await store.countRanges(ID), { all: 1, listed: 0 });
    const late = store.addRanges(ID, [{ kind: "keys", prefix: "b/", days: null }], {
      complete: true,
    });
    assertEquals((await assertRejects(() => late, TrailsieveError)).code, "fenced");

    await rowsOf(
      store,
      `update replicas set heartbeat_at = now() - interval '11 s'
      where id = '${other}' returning 1`,
    );
    assertEquals(await begin(store), { kind: "resumed", isPlanned: false, finishedAt: null });
    assertEquals(await store.countRanges(ID), { all: 0, listed: 0 });
    await store.addRanges(ID, [{ kind: "keys", prefix: "a/", days: null }], { complete: true });

    const [{ place }] = await store.openRanges(ID, { limit: 9, after: null });
    await store.noteRanges(ID, [{ place, listedUntil: "a/5", isListed: false }]);
    assertEquals(await store.claimRange(ID, place), { listedUntil: "a/5" });
    await giveTo("claimed_by", "backfill_ranges");
    assertEquals(await store.claimRange(ID, place), { listedUntil: "a/5" });
    await rowsOf(
      store,
      `update replicas set heartbeat_at = now() where id = '${other}' returning 1`,
    );
    await giveTo("claimed_by", "backfill_ranges");
    assertEquals(await store.claimRange(ID, place), null);
    await rowsOf(store, `delete from replicas where id = '${other}' returning 1`);
  },

  async "openRanges() gives what is not listed, by day, and goes on behind the last"(store) {
    await begin(store);
    const days = (fromDay: number) => ({ fromMs: fromDay * DAY_MS, toMs: (fromDay + 1) * DAY_MS });
    await store.addRanges(ID, [
      { kind: "keys", prefix: "b/", days: days(2) },
      { kind: "keys", prefix: "a/", days: days(1) },
      { kind: "level", prefix: "c/", days: null },
      { kind: "keys", prefix: "b/", days: days(1) },
    ], { complete: true });
    const first = await store.openRanges(ID, { limit: 2, after: null });
    assertEquals(first.map(({ prefix, days }) => [prefix, days?.fromMs]), [
      ["c/", undefined],
      ["a/", DAY_MS],
    ]);
    const rest = await store.openRanges(ID, { limit: 9, after: first[1] });
    assertEquals(rest.map(({ prefix, days }) => [prefix, days]), [
      ["b/", days(1)],
      ["b/", days(2)],
    ]);
    await store.noteRanges(ID, [
      { place: first[0].place, listedUntil: null, isListed: true },
      { place: rest[0].place, listedUntil: "b/ü", isListed: false },
    ]);
    // An older note, as of another process, takes nothing back.
    await store.noteRanges(ID, [{ place: rest[0].place, listedUntil: "b/a", isListed: false }]);
    const open = await store.openRanges(ID, { limit: 9, after: null });
    assertEquals(open.map(({ listedUntil }) => listedUntil), [null, "b/ü", null]);
    assertEquals(await store.countRanges(ID), { all: 4, listed: 1 });
  },

  async "a backfill reads again what the ledger has, once, however often it is planned"(store) {
    await settleAndBeginAgain(store);
    const again = { backfill: { id: ID, again: true } };
    assertEquals((await store.filterUnknown(SCOPE, refsOf(3))).inLedger, 3);
    assertEquals((await store.filterUnknown(SCOPE, refsOf(3), again)).unknown.length, 3);
    assertEquals(await plan(store), 3);
    assertEquals(await plan(store), 0);
    const shard = await takeAgain(store);
    assertEquals(shard.refs.map((ref) => ref.again), [true, true, true]);
    const [first, second, gone] = shard.refs;
    const counts = await store.commitShard(
      shard,
      resultOf(shard, {
        objects: [
          { ...doneResult(first), eventCount: 11 },
          { ...doneResult(second), outcome: "dead", error: { stage: "gunzip", message: "cut" } },
          { ...doneResult(gone), outcome: "skipped", error: { stage: "fetch", message: "gone" } },
        ],
      }),
    );
    assertEquals([counts.done, counts.skipped, counts.dead], [1, 1, 1]);
    // One row each; the one that is gone by now keeps what is known of it.
    const rows = await rowsOf(
      store,
      "select outcome, event_count from ledger_objects order by key",
    );
    assertEquals(rows.map((row) => [row.outcome, row.event_count]), [
      ["done", 11],
      ["dead", 10],
      ["done", 10],
    ]);
    // Interrupted here and run again: none of the three is read a third time.
    assertEquals((await begin(store, true)).kind, "resumed");
    assertEquals((await store.filterUnknown(SCOPE, refsOf(3), again)).inLedger, 3);
    assertEquals(await plan(store), 0);
    assertEquals((await store.openWork()).shards, 0);
  },

  async "a backfill that reads again leaves one ledger row beside a racing commit"(store) {
    await settleAndBeginAgain(store);
    await Promise.all([plan(store), plan(store), plan(store, refsOf(5))]);
    for (let shard; (shard = await store.takeShard()) !== null;) {
      await store.commitShard(shard, resultOf(shard));
    }
    assertEquals(await store.counts(), { ledger: 5, dead: 0, planned: 0, alerts: 0 });
  },

  async "commitShard() refuses an object that the ledger got meanwhile, unless it is read again"(
    store,
  ) {
    const shard = await enqueueAndTake(store, refsOf(1));
    await store.commitShard(shard, resultOf(shard));
    await rowsOf(store, "delete from pgboss.job");
    await begin(store, true);
    await plan(store, refsOf(1));
    await rowsOf(store, "update planned_refs set again = false");
    const taken = await takeAgain(store);
    await assertRejects(() => store.commitShard(taken, resultOf(taken)), TrailsieveError);
  },

  async "releaseShard() of an object that is read again replaces its ledger row"(store) {
    await settleAndBeginAgain(store);
    await plan(store, refsOf(1));
    let shard = await takeAgain(store);
    while (await store.releaseShard(shard, { died: true }) === 0) shard = await takeAgain(store);
    assertEquals(await store.counts(), { ledger: 3, dead: 1, planned: 0, alerts: 0 });
  },

  async "a shard carries its planner's suppression and backfill through every move"(store) {
    const sourceUrl = `${SCOPE}prefix/`;
    const beforeMs = Date.UTC(2026, 0, 1);
    const backfill = { id: ID, again: false };
    await store.enqueueShard({
      scope: SCOPE,
      sourceUrl,
      lane: "backfill",
      refs: refsOf(3),
      suppress: { all: false, beforeMs },
      backfill,
    });
    const shard = await takeAgain(store);
    assertEquals(shard.suppress, { all: false, beforeMs });
    await store.releaseShard(shard, { died: true, suspect: shard.refs[0].key });
    for (let rounds = 0; rounds < 2; rounds++) {
      const moved = await takeAgain(store);
      assertEquals([moved.suppress, moved.backfillId], [{ all: false, beforeMs }, ID]);
      const failed = { ...doneResult(moved.refs[0]), outcome: "failed" as const, eventCount: 0 };
      const objects = moved.refs.map((ref, i) => i === 0 ? failed : doneResult(ref));
      await store.commitShard(moved, resultOf(moved, { objects }));
    }
    assertEquals((await store.openWork({ backfillIds: [ID] })).refs, 2);
    await store.adoptShards({ all: true, beforeMs: null }, { backfillIds: [ID] });
    for (let rounds = 0; rounds < 2; rounds++) {
      const again = await takeAgain(store);
      assertEquals([again.suppress, again.backfillId], [{ all: true, beforeMs: null }, ID]);
    }
    await enqueue(store, refsOf(1, { from: 50 }));
    const live = await takeAgain(store);
    assertEquals([live.suppress, live.backfillId], [{ all: false, beforeMs: null }, null]);
  },

  async "alertsOfBackfills() sums up what a backfill found first, the gravest first"(store) {
    await begin(store);
    const live = await enqueueAndTake(store, refsOf(1, { from: 90 }));
    await store.commitShard(live, resultOf(live, { alerts: [alertOf("known")] }));
    await plan(store, refsOf(1), { id: ID, again: false });
    const shard = await takeAgain(store);
    await store.commitShard(
      shard,
      resultOf(shard, {
        alerts: [
          alertOf("known"),
          alertOf("one", { ruleId: "a", level: "low", eventTimeMs: 5000 }),
          alertOf("two", { ruleId: "a", level: "low", eventTimeMs: 1000 }),
          alertOf("three", {
            ruleId: "b",
            level: "critical",
            eventTimeMs: 2000,
            payload: '{"rule_title":"Title of b"}',
          }),
        ],
      }),
    );
    assertEquals((await store.alertsOfBackfills([ID])).map((row) => ({ ...row })), [
      {
        ruleId: "b",
        title: "Title of b",
        level: "critical",
        count: 1,
        firstEventAt: 2000,
        lastEventAt: 2000,
      },
      { ruleId: "a", title: "a", level: "low", count: 2, firstEventAt: 1000, lastEventAt: 5000 },
    ]);
  },
};
