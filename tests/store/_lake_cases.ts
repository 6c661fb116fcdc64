import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TrailsieveError } from "../../core/errors.ts";
import { HOUR_MS, hourOf } from "../../core/hours.ts";
import { LIMITS } from "../../core/limits.ts";
import type { HourWork, LakeBinding, LakeFile, Store } from "../../store/mod.ts";
import { commitOne, partOf, rowsOf } from "./_samples.ts";

const HOUR = Date.UTC(2026, 10, 20, 6);
const LAKE: LakeBinding = { url: "file:///lake", format: "parquet", cadence: "hourly" };

function fileOf(rows: number, changes: Partial<LakeFile> = {}): LakeFile {
  return {
    dataset: "events",
    hourMs: HOUR,
    index: 0,
    path: "events/2026/11/20/06/events-2026-11-20T06-00-00.parquet",
    etag: `etag-${rows}`,
    rows,
    conflicts: 0,
    bytes: 10 * rows,
    ...changes,
  };
}

async function takeAllHours(store: Store): Promise<readonly HourWork[]> {
  return await store.takeDueHours({ all: true, limit: 100 });
}

async function assertHourFenced(store: Store, work: HourWork, files: LakeFile[]): Promise<void> {
  const before = await rowsOf(store, "select * from lake_files");
  const error = await assertRejects(() => store.commitHour(work, files), TrailsieveError);
  assertEquals(error.code, "fenced");
  assertEquals(await rowsOf(store, "select * from lake_files"), before);
}

/** Cases by test name; each gets an empty store. */
export const LAKE_CASES: Record<string, (store: Store) => Promise<void>> = {
  async "takeDueHours() gives an hour's parts and commitHour() forgets them"(store) {
    await commitOne(store, "a", { parts: [partOf("p1", [HOUR, HOUR + HOUR_MS])] });
    await commitOne(store, "b", { parts: [partOf("p2", [HOUR])] });
    const [work, next] = await takeAllHours(store);
    assertEquals(work.hourMs, HOUR);
    assertEquals(work.parts.map((part) => [part.path, part.rowStart, part.rowCount, part.bytes]), [
      ["_work/parts/p1.parquet", 0, 100, 4096],
      ["_work/parts/p2.parquet", 0, 100, 4096],
    ]);
    assertEquals(next.parts.map((part) => [part.path, part.rowStart]), [[
      "_work/parts/p1.parquet",
      100,
    ]]);
    assertEquals((await takeAllHours(store)).length, 0);
    const activity = fileOf(40, { dataset: "activity", path: "activity/a", conflicts: 9 });
    assertEquals(await store.commitHour(work, [fileOf(150, { conflicts: 1 }), activity]), {
      rowsAdded: 150,
      duplicates: 50,
      conflictsAdded: 1,
      sparedPartPaths: ["_work/parts/p2.parquet"],
    });
    const other = fileOf(100, { hourMs: next.hourMs, path: "events/next" });
    assertEquals((await store.commitHour(next, [other])).sparedPartPaths, [
      "_work/parts/p1.parquet",
    ]);
    const spared = await store.sparedParts(10);
    assertEquals(spared.toSorted(), ["_work/parts/p1.parquet", "_work/parts/p2.parquet"]);
    assertEquals(await store.namedParts([...spared, "x"]), new Set(spared));
    await store.forgetParts(spared);
    assertEquals((await store.namedParts(spared)).size, 0);
    assertEquals((await takeAllHours(store)).length, 0);
  },

  async "commitHour() counts against the files that were named before"(store) {
    await commitOne(store, "a", { parts: [partOf("p1", [HOUR])] });
    const [first] = await takeAllHours(store);
    await store.commitHour(first, [fileOf(90)]);
    await commitOne(store, "b", { parts: [partOf("p2", [HOUR])] });
    const [late] = await takeAllHours(store);
    assertEquals(late.files, [fileOf(90)]);
    assertEquals(late.generation, first.generation + 1);
    const further = fileOf(60, { index: 1, path: "events/further", conflicts: 2 });
    assertEquals(await store.commitHour(late, [fileOf(90), further]), {
      rowsAdded: 60,
      duplicates: 40,
      conflictsAdded: 2,
      sparedPartPaths: ["_work/parts/p2.parquet"],
    });
    await commitOne(store, "c", { parts: [partOf("p3", [HOUR])] });
    assertEquals((await takeAllHours(store))[0].files, [fileOf(90), further]);
  },

  async "commitHour() leaves parts that came after the claim for the next one"(store) {
    await commitOne(store, "a", { parts: [partOf("p1", [HOUR])] });
    const [work] = await takeAllHours(store);
    await commitOne(store, "b", { parts: [partOf("p2", [HOUR])] });
    assertEquals((await takeAllHours(store)).length, 0);
    await store.commitHour(work, [fileOf(100)]);
    const [next] = await takeAllHours(store);
    assertEquals(next.parts.map((part) => part.path), ["_work/parts/p2.parquet"]);
  },

  async "commitHour() of a claim that lapsed, was lost or was committed changes nothing"(store) {
    await commitOne(store, "a", { parts: [partOf("p1", [HOUR])] });
    const [stalled] = await takeAllHours(store);
    await rowsOf(store, "update hours set claimed_until = now() - interval '1 s'");
    await assertHourFenced(store, stalled, [fileOf(1)]);
    const [heir] = await takeAllHours(store);
    await assertHourFenced(store, stalled, [fileOf(1)]);
    await store.releaseHours([stalled]);
    assertEquals((await takeAllHours(store)).length, 0);
    await store.commitHour(heir, [fileOf(100)]);
    await assertHourFenced(store, heir, [fileOf(100)]);
  },

  async "commitHour() refuses parts or files that are not as taken"(store) {
    await commitOne(store, "a", { parts: [partOf("p1", [HOUR])] });
    const [work] = await takeAllHours(store);
    await assertHourFenced(store, { ...work, files: [fileOf(5)] }, [fileOf(100)]);
    const stranger = { ...work.parts[0], partId: "999" };
    await assertHourFenced(store, { ...work, parts: [stranger] }, [fileOf(100)]);
    assertEquals((await store.commitHour(work, [fileOf(100)])).rowsAdded, 100);
  },

  async "lakeLog() has written and failed files, newest first, and forgets the oldest"(store) {
    await commitOne(store, "a", { parts: [partOf("p1", [HOUR])] });
    const [work] = await takeAllHours(store);
    const { path } = fileOf(1);
    const failed = { dataset: "events", path, durationMs: 7.4, error: "403 \0 denied" } as const;
    await store.noteFailedWrite(work, failed);
    await store.releaseHours([work]);
    const [again] = await takeAllHours(store);
    assertEquals([work.attempt, again.attempt], [1, 2]);
    const file = fileOf(90);
    await store.commitHour(again, [file, fileOf(1, { index: 1, path: "kept" })], [
      { path, durationMs: 12 },
    ]);
    const log = await store.lakeLog({ limit: 10, sinceMs: null });
    const of = { period: "hour", periodStartMs: HOUR, dataset: "events", path } as const;
    assertEquals(log.map(({ atMs: _, ...entry }) => entry), [
      { ...of, rows: 90, bytes: 900, durationMs: 12, attempt: 2, error: null },
      { ...of, rows: 0, bytes: 0, durationMs: 7, attempt: 1, error: "403 \u{fffd} denied" },
    ]);
    assertEquals((await store.lakeLog({ limit: 1, sinceMs: null })).length, 1);
    assertEquals(await store.lakeLog({ limit: 9, sinceMs: log[0].atMs + 60_000 }), []);
    assertEquals((await store.lakeLog({ limit: 9, sinceMs: log[1].atMs - 1 })).length, 2);

    await commitOne(store, "b", { parts: [partOf("p2", [HOUR])] });
    const [late] = await takeAllHours(store);
    assertEquals(late.attempt, 1);
    await rowsOf(
      store,
      `alter table lake_log alter id restart with ${LIMITS.lakeLogRowsMax + 1000}`,
    );
    await store.noteFailedWrite(late, failed);
    const kept = await store.lakeLog({ limit: 10, sinceMs: null });
    assertEquals(kept.map(({ rows }) => rows), [0]);
  },

  async "claimLakeWriter() gives the lake to one replica until it left or was long silent"(store) {
    const other = "00000000-0000-4000-8000-000000000001";
    assertEquals([await store.claimLakeWriter(), await store.claimLakeWriter()], [true, true]);
    await rowsOf(store, `insert into replicas values ('${other}', now())`);
    await rowsOf(store, `update settings set value = '${other}' where name = 'lake_writer'`);
    assertEquals(await store.claimLakeWriter(), false);
    const isSilent = (time: string) =>
      rowsOf(
        store,
        `update replicas set heartbeat_at = now() - interval '${time}' where id = '${other}'`,
      );
    await isSilent("9 minutes");
    assertEquals(await store.claimLakeWriter(), false);
    await isSilent("11 minutes");
    assertEquals(await store.claimLakeWriter(), true);
    await rowsOf(store, `update settings set value = '${other}' where name = 'lake_writer'`);
    await rowsOf(store, `delete from replicas where id = '${other}'`);
    assertEquals(await store.claimLakeWriter(), true);
  },

  async "claimDay() gives a task away once in 24 hours"(store) {
    assertEquals([await store.claimDay("a"), await store.claimDay("a")], [true, false]);
    assertEquals(await store.claimDay("b"), true);
    await rowsOf(
      store,
      "update settings set value = (now() - interval '25 hours')::text where name = 'day:a'",
    );
    assertEquals([await store.claimDay("a"), await store.claimDay("a")], [true, false]);
  },

  async "releaseHours() frees the hours at once"(store) {
    await commitOne(store, "a", { parts: [partOf("p1", [HOUR])] });
    const [work] = await takeAllHours(store);
    await store.releaseHours([work]);
    assertEquals((await takeAllHours(store)).map((hour) => hour.hourMs), [HOUR]);
  },

  async "takeDueHours() takes what is due by time, age and number, oldest first"(store) {
    const due = () => store.takeDueHours({ all: false, limit: 10 });
    const thisHour = hourOf(Date.now());
    await commitOne(store, "a", {
      parts: [partOf("p1", [HOUR, HOUR - HOUR_MS, thisHour])],
    });
    // Parts of old hours that came just now wait for company.
    assertEquals((await due()).length, 0);
    await rowsOf(store, "update hours set last_part_at = now() - interval '11 minutes'");
    assertEquals((await due()).map((work) => work.hourMs), [HOUR - HOUR_MS, HOUR]);
    await rowsOf(
      store,
      "update hours set claimed_until = '-infinity', last_part_at = now(), parts_waiting = 1000",
    );
    assertEquals((await due()).map((work) => work.hourMs), [HOUR - HOUR_MS, HOUR]);
    // An hour whose parts came in time is due 75 minutes after its end, whatever came last.
    const ended = hourOf(Date.now() - 3 * HOUR_MS);
    await commitOne(store, "b", { parts: [partOf("p2", [ended])] });
    assertEquals((await due()).length, 0);
    await rowsOf(store, "update hours set first_part_at = hour + interval '30 minutes'");
    assertEquals((await due()).map((work) => work.hourMs), [ended]);
    assertEquals((await store.takeDueHours({ all: true, limit: 10 })).map((work) => work.hourMs), [
      thisHour,
    ]);
  },

  async "bindLake() refuses another lake, format or cadence and says what to do"(store) {
    assertEquals(await store.bindLake(LAKE), { isNew: true });
    assertEquals(await store.bindLake(LAKE), { isNew: false });
    const refused = async (lake: LakeBinding, flag: string) => {
      const error = await assertRejects(() => store.bindLake(lake), TrailsieveError);
      assertEquals(error.code, "usage");
      assertStringIncludes(error.hint ?? "", flag);
    };
    await refused({ ...LAKE, url: "s3://lake/" }, "--rebind-lake");
    await refused({ ...LAKE, url: "none" }, "--rebind-lake");
    await refused({ ...LAKE, format: "jsonl" }, "--rebind-lake");
    await refused({ ...LAKE, cadence: "daily" }, "--change-cadence");
    const other = { ...LAKE, url: "s3://lake/" };
    assertEquals(await store.bindLake(other, { rebind: true }), { isNew: true });
    await store.bindLake({ ...LAKE, url: "s3://lake/" });
    await refused(LAKE, "--rebind-lake");
  },
};
