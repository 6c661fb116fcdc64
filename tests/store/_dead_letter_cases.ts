import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TrailsieveError } from "../../core/errors.ts";
import { HOUR_MS } from "../../core/hours.ts";
import { LIMITS } from "../../core/limits.ts";
import type { LeasedShard, ObjectResult, ShardResult, Store } from "../../store/mod.ts";
import {
  alertOf,
  commitOne,
  doneResult,
  enqueue,
  enqueueAndTake,
  partOf,
  refsOf,
  resultOf,
  rowsOf,
  SCOPE,
} from "./_samples.ts";

/** The result of an object that was given up on at once. */
function deadResult(ref: LeasedShard["refs"][number]): ObjectResult {
  return {
    ...doneResult(ref),
    outcome: "dead",
    inflatedBytes: 0,
    eventCount: 0,
    sha256: null,
    error: { stage: "gunzip", message: "truncated gzip" },
  };
}

/** Commits these refs with the first `dead` of them given up on. */
async function commitDead(
  store: Store,
  count: number,
  dead: number,
  more: (shard: LeasedShard) => Partial<ShardResult> = () => ({}),
): Promise<LeasedShard> {
  const shard = await enqueueAndTake(store, refsOf(count));
  const objects = shard.refs.map((ref, i) => (i < dead ? deadResult(ref) : doneResult(ref)));
  await store.commitShard(shard, resultOf(shard, { objects, ...more(shard) }));
  return shard;
}

const all = async (store: Store) => await store.listDeadLetters({}, { limit: 1000 });
const idsOf = async (store: Store) => (await all(store)).map((letter) => letter.id);

/** An alert whose only delivery was refused. */
async function refuseDelivery(store: Store, name: string, sinks = ["slack"]): Promise<void> {
  await commitOne(store, name, { alerts: [alertOf(name)], sinks });
  const pending = await store.takeDeliveries("slack", 10);
  await store.endDeliveries(
    pending.map(({ alertId, sink }) => ({
      alertId,
      sink,
      kind: "undelivered" as const,
      reason: "404 no_service",
      retryAfterMs: 0,
    })),
  );
}

/** Cases by test name; each gets an empty store. */
export const DEAD_LETTER_CASES: Record<string, (store: Store) => Promise<void>> = {
  async "listDeadLetters() tells what was given up on, the newest first, by pages"(store) {
    const shard = await commitDead(store, 3, 1, ({ refs }) => ({
      rejected: [{ ...refs[2], index: 4, reason: "record is no object", text: '"a"' }],
    }));
    await refuseDelivery(store, "x");
    const [delivery, record, object] = await all(store);
    const uri = (i: number) => `s3://trail/${shard.refs[i].key}`;
    const { id: _1, atMs, ...told } = object;
    assertEquals(told, {
      kind: "object",
      stage: "gunzip",
      reason: "truncated gzip",
      attempts: 1,
      uri: uri(0),
      recordIndex: null,
      alertId: null,
      sink: null,
    });
    assert(Math.abs(atMs - Date.now()) < 60_000);
    assertEquals([record.kind, record.uri, record.recordIndex, record.stage, record.attempts], [
      "record",
      uri(2),
      4,
      "parse",
      null,
    ]);
    const { id: _2, atMs: _3, ...refused } = delivery;
    assertEquals(refused, {
      kind: "delivery",
      stage: "deliver",
      reason: "404 no_service",
      attempts: 1,
      uri: null,
      recordIndex: null,
      alertId: alertOf("x").alertId,
      sink: "slack",
    });
    const first = await store.listDeadLetters({}, { limit: 2 });
    const rest = await store.listDeadLetters({}, { limit: 2, beforeId: first[1].id });
    assertEquals([...first, ...rest].map(({ id }) => id), [delivery.id, record.id, object.id]);
  },

  async "listDeadLetters() filters by kind, stage, address and time"(store) {
    const { refs } = await commitDead(store, 3, 2, (shard) => ({
      rejected: [{ ...shard.refs[2], index: 0, reason: "r", text: "1" }],
    }));
    await refuseDelivery(store, "x");
    await rowsOf(
      store,
      "update dead_letters set at = now() - interval '2 days' where kind = 'record'",
    );
    const count = async (filter: Parameters<Store["listDeadLetters"]>[0]) =>
      (await store.listDeadLetters(filter, { limit: 10 })).length;
    assertEquals(await count({}), 4);
    assertEquals(await count({ kinds: ["object"] }), 2);
    assertEquals(await count({ kinds: ["record", "delivery"] }), 2);
    assertEquals(await count({ stages: ["deliver", "fetch"] }), 1);
    assertEquals(await count({ uriPrefix: "s3://trail/AWSLogs/" }), 3);
    assertEquals(await count({ uriPrefix: `s3://trail/${refs[1].key}` }), 1);
    assertEquals(await count({ uriPrefix: "s3://trail/%" }), 0);
    assertEquals(await count({ sinceMs: Date.now() - 86_400_000 }), 3);
    assertEquals(await count({ sinceMs: Date.now() - 86_400_000, kinds: ["record"] }), 0);
  },

  async "showDeadLetter() gives all that is kept of it"(store) {
    const { refs } = await commitDead(store, 2, 1, (shard) => ({
      rejected: [{ ...shard.refs[1], index: 0, reason: "r", text: '{"a":\u0000}' }],
    }));
    await refuseDelivery(store, "x");
    const [delivery, record, object] = await idsOf(store);
    const whole = (await store.showDeadLetter(object))!;
    assertEquals([whole.etag, whole.sourceUrl, whole.size, whole.recordText, whole.payload], [
      refs[0].etag,
      `${SCOPE}prefix/`,
      refs[0].size,
      null,
      null,
    ]);
    assertEquals((await store.showDeadLetter(record))!.recordText, '{"a":\uFFFD}');
    assertEquals((await store.showDeadLetter(delivery))!.payload, alertOf("x").payload);
    assertEquals(await store.showDeadLetter(delivery + 1), null);
  },

  async "redriveDeadLetters() plans objects with fresh attempts, and they can be done"(store) {
    const dead = await commitDead(store, 4, 2);
    const ids = await idsOf(store);
    assertEquals(await store.redriveDeadLetters([...ids, 999_999]), {
      found: ids.toSorted((a, b) => a - b),
      objects: 2,
      unplanned: 0,
      deliveries: 0,
      parts: 0,
    });
    assertEquals(await all(store), []);
    assertEquals(await store.counts(), { ledger: 4, dead: 2, planned: 2, alerts: 0 });
    // A listing that comes meanwhile sees nothing new.
    const known = await store.filterUnknown(SCOPE, dead.refs);
    assertEquals([known.unknown, known.inLedger, known.planned], [[], 2, 2]);
    assertEquals(await enqueue(store, dead.refs), 0);
    const shard = (await store.takeShard({ sourceUrls: [`${SCOPE}prefix/`] }))!;
    assertEquals(
      shard.refs,
      dead.refs.slice(0, 2).map((ref) => ({ ...ref, attempts: 0, again: true })),
    );
    assertEquals((await store.commitShard(shard, resultOf(shard))).done, 2);
    assertEquals(await store.counts(), { ledger: 4, dead: 0, planned: 0, alerts: 0 });
    assertEquals((await store.redriveDeadLetters(ids)).found, []);
  },

  async "redriveDeadLetters() of a record reads its object again, once for all its records"(store) {
    const { refs } = await commitDead(store, 1, 0, (shard) => ({
      rejected: [0, 3, 5].map((index) => ({ ...shard.refs[0], index, reason: "r", text: "1" })),
    }));
    const [id] = await idsOf(store);
    const counts = await store.redriveDeadLetters([id]);
    assertEquals([counts.found, counts.objects], [[id], 1]);
    assertEquals(await all(store), []);
    const shard = (await store.takeShard())!;
    assertEquals(shard.refs, [{ ...refs[0], attempts: 0, again: true }]);
    // What is rejected again is a dead letter again.
    const rejected = [{ ...refs[0], index: 3, reason: "r", text: "1" }];
    await store.commitShard(shard, resultOf(shard, { rejected }));
    assertEquals((await all(store)).map((letter) => letter.recordIndex), [3]);
    assertEquals((await store.counts()).ledger, 1);
  },

  async "redriveDeadLetters() gives an object that killed its holders a shard of its own"(store) {
    let shard = await enqueueAndTake(store, refsOf(1, { from: 50 }));
    for (let deaths = 1; deaths < LIMITS.objectDeathsMax; deaths++) {
      await store.releaseShard(shard, { died: true });
      shard = (await store.takeShard())!;
    }
    await store.releaseShard(shard, { died: true, reason: "ran for 60 s" });
    await commitDead(store, 2, 2);
    const letters = await all(store);
    assertEquals(letters.map((letter) => [letter.stage, letter.attempts]), [
      ["gunzip", 1],
      ["gunzip", 1],
      ["report", LIMITS.objectDeathsMax],
    ]);
    assertEquals((await store.redriveDeadLetters(letters.map(({ id }) => id))).objects, 3);
    const taken = [(await store.takeShard())!, (await store.takeShard())!];
    assertEquals(taken.map(({ refs }) => refs.length).sort(), [1, 2]);
    assertEquals(taken.map(({ deaths }) => deaths), [0, 0]);
  },

  async "redriveDeadLetters() leaves an object to the shard that holds it already"(store) {
    const dead = await commitDead(store, 1, 1);
    const [id] = await idsOf(store);
    // As where the ledger's row was dropped with age and a listing has planned the object since.
    await rowsOf(store, "delete from ledger");
    const shard = await enqueueAndTake(store, dead.refs);
    const counts = await store.redriveDeadLetters([id]);
    assertEquals([counts.found, counts.objects], [[id], 0]);
    assertEquals((await store.openWork()).shards, 1);
    assertEquals((await store.commitShard(shard, resultOf(shard))).done, 1);
  },

  async "redriveDeadLetters() at once with a listing and with itself plans each once"(store) {
    const dead = await commitDead(store, 40, 40);
    const ids = await idsOf(store);
    const [a, b] = await Promise.all([
      store.redriveDeadLetters(ids),
      store.redriveDeadLetters(ids.toReversed()),
      enqueue(store, dead.refs),
      enqueue(store, dead.refs.toReversed()),
    ]);
    assertEquals([a.found.length, b.found.length].sort((x, y) => x - y), [0, 40]);
    assertEquals(a.objects + b.objects, 40);
    const open = await store.openWork();
    assertEquals([open.refs, open.shards], [40, 1]);
    const shard = (await store.takeShard())!;
    assertEquals((await store.commitShard(shard, resultOf(shard))).done, 40);
  },

  async "redriveDeadLetters() forgets an object whose source is not known, for a listing to find"(
    store,
  ) {
    const dead = await commitDead(store, 1, 1);
    await rowsOf(store, "update dead_letters set source_url = null");
    const counts = await store.redriveDeadLetters(await idsOf(store));
    assertEquals([counts.objects, counts.unplanned], [0, 1]);
    assertEquals(await enqueue(store, dead.refs), 1);
  },

  async "redriveDeadLetters() makes a delivery due at once, and its alert is carried"(store) {
    await refuseDelivery(store, "x", ["slack", "stdout"]);
    await store.endDeliveries(
      (await store.takeDeliveries("stdout", 1)).map(({ alertId, sink }) => ({
        alertId,
        sink,
        kind: "delivered" as const,
        reason: "",
        retryAfterMs: 0,
      })),
    );
    assertEquals(await store.openAlerts(), 0);
    const counts = await store.redriveDeadLetters(await idsOf(store));
    assertEquals([counts.deliveries, counts.objects], [1, 0]);
    assertEquals(await store.openAlerts(), 1);
    assertEquals((await store.takeDeliveries("stdout", 1)).length, 0);
    const [again] = await store.takeDeliveries("slack", 1);
    assertEquals([again.attempts, again.payload], [0, alertOf("x").payload]);
    const { alertId, sink } = again;
    const end = { alertId, sink, kind: "delivered" as const, reason: "", retryAfterMs: 0 };
    assertEquals(await store.endDeliveries([end]), { delivered: 1, undelivered: 0 });
    assertEquals(await all(store), []);
  },

  async "dropDeadLetters() settles for good, and nothing is forgotten"(store) {
    const dead = await commitDead(store, 2, 1);
    await refuseDelivery(store, "x");
    const ids = await idsOf(store);
    assertEquals(await store.dropDeadLetters([...ids, 999_999]), ids.toSorted((a, b) => a - b));
    assertEquals(await all(store), []);
    assertEquals((await store.filterUnknown(SCOPE, dead.refs)).inLedger, 2);
    assertEquals((await store.counts()).dead, 1);
    const [row] = await rowsOf(store, "select error from ledger_objects where outcome = 'dead'");
    assertStringIncludes(row.error as string, "truncated gzip");
    assertEquals(await store.openAlerts(), 0);
    const [alert] = await rowsOf(store, "select state from alerts");
    assertEquals(alert.state, "undelivered");
    assertEquals(await store.dropDeadLetters(ids), []);
  },

  async "setAsidePart() keeps the part, lets its hours go on, and a redrive reads its objects"(
    store,
  ) {
    const HOUR = Date.UTC(2026, 10, 20, 6);
    await commitOne(store, "other", { parts: [partOf("sound", [HOUR])] });
    const shard = await commitDead(store, 3, 1, () => ({
      parts: [partOf("damaged", [HOUR, HOUR + HOUR_MS])],
    }));
    await store.dropDeadLetters(await idsOf(store));
    const [work] = await store.takeDueHours({ all: true, limit: 1 });
    const damaged = work.parts.find((part) => part.path.includes("damaged"))!;
    const part = { partId: damaged.partId, uri: "s3://lake/_work/x.parquet", reason: "no magic" };
    assertEquals(await store.setAsidePart(part), true);
    assertEquals(await store.setAsidePart(part), false);
    // Whoever read the part with others commits nothing.
    const error = await assertRejects(() => store.commitHour(work, []), TrailsieveError);
    assertEquals(error.code, "fenced");
    await store.releaseHours([work]);
    const works = await store.takeDueHours({ all: true, limit: 10 });
    assertEquals(works.map(({ parts }) => parts.map(({ path }) => path)), [[
      partOf("sound", []).path,
    ]]);
    await store.releaseHours([works[0]]);
    assertEquals(await store.sparedParts(10), []);
    assertEquals((await store.namedParts([damaged.path])).size, 1);
    const [letter] = await all(store);
    const { id, atMs: _, ...told } = letter;
    assertEquals(told, {
      kind: "part",
      stage: "compact",
      reason: "no magic",
      attempts: null,
      uri: part.uri,
      recordIndex: null,
      alertId: null,
      sink: null,
    });

    const counts = await store.redriveDeadLetters([id]);
    assertEquals([counts.parts, counts.objects], [1, 2]);
    const again = (await store.takeShard())!;
    assertEquals(
      again.refs.map((ref) => [ref.key, ref.etag, ref.size]),
      shard.refs.slice(1).map((ref) => [ref.key, ref.etag, ref.size]),
    );
    assertEquals(again.sourceUrl, `${SCOPE}prefix/`);
    assertEquals(await store.sparedParts(10), [damaged.path]);
    assertEquals((await store.commitShard(again, resultOf(again))).done, 2);
    assertEquals((await store.counts()).ledger, 4);
  },
};
