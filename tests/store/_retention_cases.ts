import { assert, assertEquals } from "@std/assert";
import { DAY_MS, HOUR_MS } from "../../core/hours.ts";
import type { ObjectRef } from "../../core/types.ts";
import type { DroppedBatch, Store } from "../../store/mod.ts";
import { alertOf, commitOne, listByDays, partOf, resultOf, rowsOf } from "./_samples.ts";

const AGE = { ageMs: 40 * DAY_MS };
const BUCKET = "s3://trail";

/** A key in CloudTrail's layout, of a day so many days ago. */
function datedKey(daysAgo: number, base = "AWSLogs/111122223333/CloudTrail/eu-west-1/"): string {
  const day = new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10);
  return `${base}${day.replaceAll("-", "/")}/111122223333_CloudTrail_eu-west-1_` +
    `${day.replaceAll("-", "")}T0005Z_abc${daysAgo}.json.gz`;
}

async function settle(
  store: Store,
  keys: readonly string[],
  { scope = BUCKET, daysAgo = 100, parts = [] as ReturnType<typeof partOf>[] } = {},
): Promise<void> {
  const refs: ObjectRef[] = keys.map((key) => ({ key, etag: "e", size: 1 }));
  await store.enqueueShard({ scope, sourceUrl: `${scope}/`, lane: "live", refs });
  const shard = (await store.takeShard())!;
  await store.commitShard(shard, resultOf(shard, { parts }));
  await rowsOf(
    store,
    `update ledger set done_at = date_trunc('hour', now()) - interval '${daysAgo} days' where done_at > now() - interval '1 day'`,
  );
}

async function keysLeft(store: Store): Promise<string[]> {
  const rows = await rowsOf(store, `select key from ledger_objects order by key collate "C"`);
  return rows.map((row) => row.key as string);
}

/** Drops batch after batch. @returns how many each dropped */
async function dropAll(
  drop: (after: string | null) => Promise<DroppedBatch>,
): Promise<readonly number[]> {
  const counts: number[] = [];
  for (let after: string | null = null;;) {
    const { dropped, next }: DroppedBatch = await drop(after);
    if (next === null) return counts;
    assert(after === null || next > after);
    counts.push(dropped);
    after = next;
  }
}

const dropObjects = (store: Store) => dropAll((after) => store.dropOldObjects(AGE, after));

/** Cases by test name; each gets an empty store. */
export const RETENTION_CASES: Record<string, (store: Store) => Promise<void>> = {
  async "dropOldObjects() drops what is old by its row and by its day, and only below days"(store) {
    const old = [datedKey(100), datedKey(50)];
    const kept = [
      datedKey(30),
      datedKey(-2),
      datedKey(60, "x/AWSLogs/o-ab1/111122223333/CloudTrail/eu-west-1/"),
      "AWSLogs/111122223333/CloudTrail/eu-west-1/loose.json.gz",
      "copies/2020/01/01/a.json.gz",
    ];
    await listByDays(store, BUCKET);
    await settle(store, [...old, ...kept]);
    await settle(store, [datedKey(90)], { daysAgo: 39 });
    await settle(store, [datedKey(91)], { scope: "s3://other" });
    await settle(store, [`/logs/${datedKey(92)}`], { scope: "file://" });
    assertEquals(await dropObjects(store), [2]);
    assertEquals(
      await keysLeft(store),
      [...kept, datedKey(90), datedKey(91), `/logs/${datedKey(92)}`].sort(),
    );
    assertEquals(await dropObjects(store), [0]);
  },

  async "dropOldObjects() drops nothing that the schedule still lists"(store) {
    const key = datedKey(100);
    const base = key.slice(0, key.indexOf("/eu-west-1/") + "/eu-west-1/".length);
    await settle(store, [key]);
    const node = (kind: string, prefix: string) =>
      `insert into listing_nodes (active_at, kind, scope, prefix, parent_id)
        select now(), '${kind}', '${BUCKET}', '${prefix}', min(id) from listing_nodes`;
    assertEquals(await dropObjects(store), [0], "no base");
    await rowsOf(store, node("base", base));
    assertEquals(await dropObjects(store), [0], "a base that was never listed to its end");
    await rowsOf(store, "update listing_nodes set newest_day = 20000");
    const listed = [
      node("day", key.slice(0, key.lastIndexOf("/") + 1)),
      node("flat", "AWSLogs/1111"),
      node("range", base),
    ];
    for (const statement of listed) {
      await rowsOf(store, statement);
      assertEquals(await dropObjects(store), [0], statement);
      await rowsOf(store, "delete from listing_nodes where kind <> 'base'");
    }
    assertEquals(await dropObjects(store), [1]);
  },

  async "dropOldObjects() goes through all of it in batches"(store) {
    await listByDays(store, BUCKET);
    for (let i = 0; i < 6; i++) {
      const keys = Array.from({ length: 1000 }, (_, n) => `${datedKey(100)}-${i}-${n}`);
      await settle(store, keys, { daysAgo: 50 + i });
    }
    assertEquals(await dropObjects(store), [5000, 1000]);
    assertEquals(await keysLeft(store), []);
  },

  async "dropOldObjects() keeps the objects of a damaged part until it is redriven"(store) {
    const HOUR = Date.UTC(2026, 10, 20, 6);
    await listByDays(store, BUCKET);
    await settle(store, [datedKey(80)], { parts: [partOf("p", [HOUR])] });
    await rowsOf(store, "update parts p set stored_at = l.done_at from ledger l");
    const [work] = await store.takeDueHours({ all: true, limit: 1 });
    const { partId } = work.parts[0];
    assertEquals(await store.setAsidePart({ partId, uri: "u", reason: "r" }), true);
    assertEquals(await dropObjects(store), [0]);
    const [{ id }] = await store.listDeadLetters({}, { limit: 1 });
    assertEquals((await store.redriveDeadLetters([id])).objects, 1);
  },

  async "dropOldAlerts() keeps ids, what is open, and what a dead letter is about"(store) {
    for (const name of ["told", "open", "refused"]) {
      const eventPieces = [new Uint8Array([1]), new Uint8Array([2])];
      await commitOne(store, name, { alerts: [alertOf(name, { eventPieces })], sinks: ["slack"] });
    }
    const end = (name: string, kind: "delivered" | "undelivered") => ({
      alertId: alertOf(name).alertId,
      sink: "slack",
      kind,
      reason: "",
      retryAfterMs: 0,
    });
    await store.takeDeliveries("slack", 10);
    await store.endDeliveries([end("told", "delivered"), end("refused", "undelivered")]);
    await commitOne(store, "muted", {
      alerts: [alertOf("muted")],
      suppress: { all: true, beforeMs: null },
    });
    await rowsOf(store, "update alerts set stored_at = now() - interval '41 days'");
    await commitOne(store, "young", {
      alerts: [alertOf("young")],
      suppress: { all: true, beforeMs: null },
    });
    assertEquals(await dropAll((after) => store.dropOldAlerts(AGE, after)), [2]);
    const rows = await rowsOf(
      store,
      "select event_id, payload = '' as empty from alerts order by 1",
    );
    assertEquals(rows.map((row) => [row.event_id, row.empty]), [
      ["muted", true],
      ["open", false],
      ["refused", false],
      ["told", true],
      ["young", false],
    ]);
    assertEquals((await rowsOf(store, "select alert_id from deliveries")).length, 2);
    const left = await rowsOf(store, "select distinct alert_id from alert_pieces order by 1");
    assertEquals(
      left.map((row) => row.alert_id),
      ["open", "refused"].map((name) => alertOf(name).alertId).sort(),
    );
    await commitOne(store, "again", { alerts: [alertOf("told")], sinks: ["slack"] });
    assertEquals((await store.counts()).alerts, 5);
    assertEquals(await store.openAlerts(), 1);
  },

  async "claimRetention() gives the turn once in its time"(store) {
    const claims = await Promise.all([1, 2, 3].map(() => store.claimRetention(HOUR_MS)));
    assertEquals(claims.filter((claimed) => claimed).length, 1);
    assertEquals(await store.claimRetention(HOUR_MS), false);
    await rowsOf(store, "update settings set value = (now() - interval '61 minutes')::text");
    assertEquals(await store.claimRetention(HOUR_MS), true);
  },
};
