import { assert, assertEquals } from "@std/assert";
import { DAY_MS, HOUR_MS } from "../core/hours.ts";
import { LIMITS } from "../core/limits.ts";
import {
  daysToFollow,
  isOpenDay,
  listRetryMs,
  nextClosedVisit,
  nextQuietVisit,
} from "./list_schedule.ts";

const DAY = Date.UTC(2026, 10, 21);
const NOON = DAY + DAY_MS / 2;
const MINUTE_MS = 60_000;

Deno.test("isOpenDay() holds until the day's end and the lookback, and for the future", () => {
  for (const lookback of [0, 6 * HOUR_MS, 40 * HOUR_MS]) {
    const end = DAY + DAY_MS + lookback;
    assert(isOpenDay(DAY, lookback, end - 1));
    assert(!isOpenDay(DAY, lookback, end));
  }
  assert(isOpenDay(DAY, 0, DAY - 100 * DAY_MS));
});

Deno.test("nextQuietVisit() is at every pass for an hour, then ever later up to a bound", () => {
  for (const kind of ["folder", "flat", "day"] as const) {
    const most = kind === "folder" ? LIMITS.listFolderPauseMs : LIMITS.listPauseMs;
    let before = 0;
    for (let quiet = 0; quiet <= 30 * HOUR_MS; quiet += 10 * MINUTE_MS) {
      const { dueAt, activeAt } = nextQuietVisit(kind, NOON - quiet, false, NOON);
      const pause = dueAt - NOON;
      assertEquals(activeAt, NOON - quiet);
      if (quiet < HOUR_MS) assertEquals(pause, 0);
      assert(pause >= before && pause <= most, `${kind}, quiet ${quiet}, pause ${pause}`);
      before = pause;
    }
    assertEquals(before, most);
    assertEquals(nextQuietVisit(kind, NOON - 30 * HOUR_MS, true, NOON), {
      dueAt: NOON,
      activeAt: NOON,
    });
    // A clock that went back makes no pause of its own.
    assertEquals(nextQuietVisit(kind, NOON + HOUR_MS, false, NOON).dueAt, NOON);
  }
});

Deno.test("nextClosedVisit() comes about ten times in 30 days, hours apart and then days", () => {
  const visits: number[] = [];
  let now = DAY + DAY_MS;
  for (let due; (due = nextClosedVisit(DAY, false, now)) !== null; now = due) {
    assert(due > now);
    visits.push((due - DAY - DAY_MS) / HOUR_MS);
  }
  assertEquals(visits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 720]);
  assertEquals(nextClosedVisit(DAY, true, DAY + 10 * DAY_MS), DAY + 10 * DAY_MS + HOUR_MS);
  assertEquals(nextClosedVisit(DAY, true, DAY + 31 * DAY_MS), null);
});

Deno.test("daysToFollow() gives today and the last 30 days, none before since", () => {
  const days = daysToFollow(null, NOON);
  assertEquals([days.length, days.at(-1)], [31, DAY]);
  assertEquals(days[0], DAY - 30 * DAY_MS);
  assert(nextClosedVisit(days[0], false, NOON) !== null);
  assert(nextClosedVisit(days[0] - DAY_MS, false, NOON) === null);
  assertEquals(daysToFollow(DAY - 2 * DAY_MS, NOON).length, 3);
  assertEquals(daysToFollow(DAY + DAY_MS, NOON), []);
});

Deno.test("listRetryMs() grows with jitter and is bounded", () => {
  for (let failures = 1; failures < 40; failures++) {
    const [passing, denied] = [listRetryMs(false, failures), listRetryMs(true, failures)];
    assert(passing >= 1500 && passing <= 17 * MINUTE_MS * 1.25);
    assert(denied >= 45_000 && denied <= HOUR_MS * 1.25);
    if (failures >= 7) assert(passing >= 17 * MINUTE_MS * 0.75);
  }
});
