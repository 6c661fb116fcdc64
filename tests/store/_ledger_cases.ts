import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Store } from "../../store/mod.ts";
import {
  alertOf,
  doneResult,
  enqueue,
  enqueueAndTake,
  failedResult,
  refsOf,
  resultOf,
  rowsOf,
  SCOPE,
} from "./_samples.ts";

/** Cases by test name; each gets an empty store. */
export const LEDGER_CASES: Record<string, (store: Store) => Promise<void>> = {
  async "filterUnknown() knows everything at the second pass"(store) {
    const refs = refsOf(2500);
    assertEquals((await store.filterUnknown(SCOPE, refs)).unknown.length, 2500);
    const shard = await enqueueAndTake(store, refs.slice(0, 1000));
    assertEquals(await store.filterUnknown(SCOPE, refs), {
      unknown: refs.slice(1000),
      inLedger: 0,
      settledSince: 0,
      planned: 1000,
    });
    await store.commitShard(shard, resultOf(shard));
    assertEquals(await store.filterUnknown(SCOPE, refs.slice(0, 1000)), {
      unknown: [],
      inLedger: 1000,
      settledSince: 1000,
      planned: 0,
    });
    assertEquals(await enqueue(store, refs.slice(0, 1000)), 0);
    assertEquals((await store.openWork()).shards, 0);
  },

  async "filterUnknown() takes a replaced object and another scope for unknown"(store) {
    const refs = refsOf(3);
    const shard = await enqueueAndTake(store, refs);
    await store.commitShard(shard, resultOf(shard));
    const replaced = refsOf(3, { etag: "b".repeat(32) });
    assertEquals((await store.filterUnknown(SCOPE, replaced)).unknown, replaced);
    assertEquals((await store.filterUnknown("s3://other/", refs)).unknown, refs);
    assertEquals(await enqueue(store, replaced), 3);
  },

  async "filterUnknown() of no refs finds none"(store) {
    assertEquals(await store.filterUnknown(SCOPE, []), {
      unknown: [],
      inLedger: 0,
      settledSince: 0,
      planned: 0,
    });
    assertEquals(await enqueue(store, []), 0);
  },

  async "enqueueShard() plans each ref once for two callers at once"(store) {
    const refs = refsOf(400);
    const planned = await Promise.all([
      enqueue(store, refs.slice(0, 300)),
      enqueue(store, refs.slice(100).toReversed()),
      enqueue(store, refs),
    ]);
    assertEquals(planned.reduce((sum, count) => sum + count), 400);
    assertEquals((await store.openWork()).refs, 400);
    assertEquals((await store.counts()).planned, 400);
  },

  async "enqueueShard() never plans again what a racing commit just settled"(store) {
    for (let round = 0; round < 10; round++) {
      const refs = refsOf(50, { from: round * 50 });
      const shard = await enqueueAndTake(store, refs);
      const [planned] = await Promise.all([
        enqueue(store, refs),
        store.commitShard(shard, resultOf(shard)),
      ]);
      assertEquals(planned, 0, `round ${round}`);
    }
    assertEquals(await store.counts(), { ledger: 500, dead: 0, planned: 0, alerts: 0 });
  },

  async "takeShard() gives refs in the byte order of their keys"(store) {
    const keys = ["b", "a/ü", "a/z", "a/Z", "a/\u{1F600}", "a/\uFB00", "a/1"];
    const shard = await enqueueAndTake(store, keys.map((key) => ({ key, etag: "e", size: 1 })));
    const inBytes = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assertEquals(shard.refs.map((ref) => ref.key), inBytes);
    assertEquals(shard.scope, SCOPE);
    assertEquals(shard.sourceUrl, `${SCOPE}prefix/`);
  },

  async "commitShard() keeps keys, ETags and errors readable in ledger_objects"(store) {
    const odd = [
      { key: "plain.json.gz", etag: "d41d8cd98f00b204e9800998ecf8427e-2", size: 1 },
      { key: "/var/logs/a\nb c+%.json.gz", etag: "12345-6789012345", size: 2 }, // 16 characters
      { key: "AWSLogs/x/_20261120T0005Z_y/ü.json.gz", etag: "123456789012345", size: 3 },
      ...refsOf(1),
    ];
    const shard = await enqueueAndTake(store, odd);
    await store.commitShard(shard, {
      ...resultOf(shard),
      objects: shard.refs.map((ref) =>
        ref.size === 1
          ? {
            ...doneResult(ref),
            outcome: "skipped" as const,
            sha256: null,
            error: { stage: "list" as const, message: "digest\0file" },
          }
          : doneResult(ref)
      ),
    });
    const rows = await rowsOf(store, "select key, etag from ledger_objects");
    const known = rows.map((row) => `${row.key} ${row.etag}`).sort();
    assertEquals(known, odd.map((ref) => `${ref.key} ${ref.etag}`).sort());
    const [skipped] = await rowsOf(
      store,
      "select outcome, error, sha256, attempts from ledger_objects where outcome <> 'done'",
    );
    assertEquals({ ...skipped }, {
      outcome: "skipped",
      error: "list: digest\uFFFDfile",
      sha256: null,
      attempts: 1,
    });
    const [done] = await rowsOf(
      store,
      "select event_count, inflated_bytes::int as bytes, sha256 from ledger_objects where etag like 'aaa%'",
    );
    assertEquals({ ...done }, { event_count: 10, bytes: 5000, sha256: "07".repeat(32) });
  },

  async "commitShard() counts what it stored"(store) {
    const shard = await enqueueAndTake(store, refsOf(4));
    const [a, b, c, d] = shard.refs;
    const counts = await store.commitShard(
      shard,
      resultOf(shard, {
        objects: [
          doneResult(a),
          { ...doneResult(b), outcome: "skipped", eventCount: 0, inflatedBytes: 0 },
          failedResult(c),
          { ...failedResult(d), outcome: "dead" },
        ],
        rejected: [{ key: a.key, etag: a.etag, index: 3, reason: "no eventTime", text: "[\0]" }],
        alerts: [alertOf("one"), alertOf("two", { eventTimeMs: 5 })],
        suppress: { all: false, beforeMs: 10 },
      }),
    );
    assertEquals(counts, {
      done: 1,
      skipped: 1,
      dead: 1,
      retried: 1,
      alertsRaised: 2,
      alertsSuppressed: 1,
      eventsRead: 10,
      eventsRejected: 1,
      compressedBytes: a.size,
      inflatedBytes: 5000,
    });
    const letters = await rowsOf(
      store,
      "select key, record_index, stage, reason, record_text from dead_letters order by id",
    );
    assertEquals(letters.map((row) => ({ ...row })), [
      { key: d.key, record_index: null, stage: "fetch", reason: "503 SlowDown", record_text: null },
      {
        key: a.key,
        record_index: 3,
        stage: "parse",
        reason: "no eventTime",
        record_text: "[\uFFFD]",
      },
    ]);
  },

  async "commitShard() plans failed objects again, later, and gives up at the bound"(store) {
    await enqueue(store, refsOf(2));
    for (let attempt = 1; attempt <= 8; attempt++) {
      const shard = await store.takeShard();
      assert(shard !== null, `attempt ${attempt}`);
      const failing = shard.refs.at(-1)!;
      assertEquals(failing.attempts, attempt - 1);
      const counts = await store.commitShard(
        shard,
        resultOf(shard, {
          objects: shard.refs.map((ref) =>
            ref === failing ? failedResult(ref, attempt === 1 ? 600 : 0) : doneResult(ref)
          ),
        }),
      );
      assertEquals([counts.retried, counts.dead], attempt < 8 ? [1, 0] : [0, 1]);
      if (attempt === 1) {
        assertEquals(await store.takeShard(), null);
        const work = await store.openWork();
        assertEquals([work.refs, work.shards, work.ready], [1, 1, 0]);
        assert(work.nextReadyMs !== null && work.nextReadyMs <= 600);
        await new Promise((resolve) => setTimeout(resolve, 700));
      }
    }
    assertEquals(await store.counts(), { ledger: 2, dead: 1, planned: 0, alerts: 0 });
    const [dead] = await rowsOf(
      store,
      "select attempts from ledger_objects where outcome = 'dead'",
    );
    assertEquals(dead.attempts, 8);
  },
};
