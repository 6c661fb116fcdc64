import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TrailsieveError } from "../../core/errors.ts";
import { DAY_MS, HOUR_MS } from "../../core/hours.ts";
import type { HourWork, LakeBinding, LakeFile, Store } from "../../store/mod.ts";
import { commitOne, partOf, rowsOf } from "./_samples.ts";

const DAY = Date.UTC(2026, 10, 20);
const HOURLY: LakeBinding = { url: "file:///lake", format: "parquet", cadence: "hourly" };
const DAILY: LakeBinding = { ...HOURLY, cadence: "daily" };

const takeAll = (store: Store) => store.takeDueHours({ all: true, limit: 100 });
const startsOf = (works: readonly HourWork[]) =>
  works.map(({ period, hourMs }) => [period, hourMs]);

function fileOf(hourMs: number, path: string, rows: number): LakeFile {
  const dataset = "events" as const;
  return { dataset, hourMs, index: 0, path, etag: `${path}-${rows}`, rows, conflicts: 0, bytes: 1 };
}

async function refused(call: () => Promise<unknown>, words: string): Promise<void> {
  const error = await assertRejects(call, TrailsieveError);
  assertEquals(error.code, "usage");
  assertStringIncludes(`${error.message}. ${error.hint}`, words);
}

/** Cases by test name; each gets an empty store. */
export const CADENCE_CASES: Record<string, (store: Store) => Promise<void>> = {
  async "takeDueHours() of a daily lake gives a day's hours as one, commitHour() forgets them"(
    store,
  ) {
    await store.bindLake(DAILY);
    const hours = [DAY, DAY + 5 * HOUR_MS, DAY + 23 * HOUR_MS, DAY + DAY_MS];
    await commitOne(store, "a", { parts: [partOf("p1", hours)] });
    await commitOne(store, "b", { parts: [partOf("p2", [DAY + HOUR_MS])] });
    const [day, next, ...more] = await takeAll(store);
    assertEquals(startsOf([day, next]), [["day", DAY], ["day", DAY + DAY_MS]]);
    assertEquals(more, []);
    assertEquals(day.parts.map(({ hourMs, path, rowStart }) => [hourMs, path, rowStart]), [
      [DAY, "_work/parts/p1.parquet", 0],
      [DAY + 5 * HOUR_MS, "_work/parts/p1.parquet", 100],
      [DAY + 23 * HOUR_MS, "_work/parts/p1.parquet", 200],
      [DAY + HOUR_MS, "_work/parts/p2.parquet", 0],
    ]);
    assertEquals(await takeAll(store), [], "both are held");
    const file = fileOf(DAY, "events/day", 390);
    // A round that had room for some of the day's parts only.
    const some = { ...day, parts: day.parts.slice(0, 2) };
    assertEquals((await store.commitHour(some, [file])).sparedPartPaths, []);
    const [rest] = await takeAll(store);
    assertEquals([rest.parts.length, rest.files.length, rest.generation], [2, 1, 2]);
    assertEquals((await store.commitHour(rest, [file])).sparedPartPaths, [
      "_work/parts/p2.parquet",
    ]);
    assertEquals((await store.commitHour(next, [])).sparedPartPaths, ["_work/parts/p1.parquet"]);
    assertEquals([await store.openHours(), await takeAll(store)], [0, []]);
  },

  async "commitHour() of a day whose claim lapsed or was lost changes nothing"(store) {
    await store.bindLake(DAILY);
    await commitOne(store, "a", { parts: [partOf("p1", [DAY])] });
    const [stalled] = await takeAll(store);
    await rowsOf(store, "update lake_days set claimed_until = now() - interval '1 s'");
    const [heir] = await takeAll(store);
    const error = await assertRejects(() => store.commitHour(stalled, []), TrailsieveError);
    assertEquals(error.code, "fenced");
    await store.releaseHours([stalled]);
    assertEquals(await takeAll(store), []);
    const failed = { dataset: "events", path: "p", durationMs: 1, error: "403" } as const;
    await store.noteFailedWrite(heir, failed);
    await store.releaseHours([heir]);
    const [again] = await takeAll(store);
    assertEquals([again.hourMs, again.attempt], [DAY, 2]);
    assertEquals((await store.lakeLog({ limit: 1, sinceMs: null }))[0].period, "day");
  },

  async "takeDueHours() takes a day 75 minutes after its end, a late part when it is 10 minutes old"(
    store,
  ) {
    await store.bindLake(DAILY);
    const due = async () => startsOf(await store.takeDueHours({ all: false, limit: 10 }));
    // Parts came in time, and the last of the day's hours is over, but not for 75 minutes.
    const setClock = (startedAgo: string) =>
      rowsOf(
        store,
        `update hours set first_part_at = hour, last_part_at = now(),
          hour = date_trunc('day', now() - interval '${startedAgo}', 'UTC')`,
      );
    const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    await commitOne(store, "a", { parts: [partOf("p1", [today])] });
    assertEquals(await due(), []);
    await setClock("3 days");
    await rowsOf(store, "update hours set first_part_at = hour");
    assertEquals(await due(), [["day", today - 3 * DAY_MS]]);
    // Once compacted, it waits for the last part to be old.
    await rowsOf(
      store,
      "update lake_days set claimed_until = '-infinity', committed_generation = generation",
    );
    assertEquals(await due(), []);
    await rowsOf(store, "update hours set last_part_at = now() - interval '11 minutes'");
    assertEquals(await due(), [["day", today - 3 * DAY_MS]]);
  },

  async "bindLake() with a new cadence holds for days of which no hour was taken"(store) {
    await store.bindLake(HOURLY);
    await commitOne(store, "a", { parts: [partOf("p1", [DAY, DAY + HOUR_MS])] });
    for (const work of await takeAll(store)) {
      await store.commitHour(work, [fileOf(work.hourMs, `events/${work.hourMs}`, 100)]);
    }
    await refused(() => store.bindLake(DAILY), "--change-cadence");
    await store.bindLake(DAILY, { changeCadence: true });
    await store.bindLake(DAILY);
    await commitOne(store, "b", { parts: [partOf("p2", [DAY, DAY + 9 * HOUR_MS, DAY + DAY_MS])] });
    const works = await takeAll(store);
    assertEquals(startsOf(works), [
      ["hour", DAY],
      ["hour", DAY + 9 * HOUR_MS],
      ["day", DAY + DAY_MS],
    ]);
    await store.commitHour(works[2], [fileOf(DAY + DAY_MS, "events/day", 100)]);
    await store.bindLake(HOURLY, { changeCadence: true });
    await commitOne(store, "c", { parts: [partOf("p3", [DAY + DAY_MS, DAY + 2 * DAY_MS])] });
    assertEquals(startsOf(await takeAll(store)), [
      ["day", DAY + DAY_MS],
      ["hour", DAY + 2 * DAY_MS],
    ]);
  },

  async "bindLake() leaves a lake only when nothing waits there, and forgets its files"(store) {
    await store.bindLake(HOURLY);
    await commitOne(store, "a", { parts: [partOf("p1", [DAY])] });
    const other = { ...HOURLY, url: "s3://other/" };
    await refused(() => store.bindLake(other, { rebind: true }), "1 hours wait there");
    const [work] = await takeAll(store);
    await store.commitHour(work, [fileOf(DAY, "events/hour", 100)]);
    await store.bindLake(HOURLY, { rebind: true });
    assertEquals((await rowsOf(store, "select 1 from lake_files")).length, 1);
    const stranger = "insert into replicas values ('00000000-0000-4000-8000-000000000000', now())";
    await rowsOf(store, stranger);
    await refused(() => store.bindLake(other, { rebind: true }), "1 other replicas");
    await rowsOf(store, "delete from replicas where id = '00000000-0000-4000-8000-000000000000'");
    await store.bindLake(other, { rebind: true });
    await commitOne(store, "b", { parts: [partOf("p2", [DAY])] });
    const [again] = await takeAll(store);
    assertEquals([again.files, again.generation], [[], 1]);
    await refused(() => store.bindLake(HOURLY), "--rebind-lake");
  },
};
