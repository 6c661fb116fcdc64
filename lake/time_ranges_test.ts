import { assertEquals } from "@std/assert";
import { ALL_TIME, intersect, meets, timesOfFilter, unite } from "./time_ranges.ts";

const range = (fromMs: number, toMs: number) => ({ fromMs, toMs });
const at = (text: string) => `'${text}'::TIMESTAMP WITH TIME ZONE`;
const T1 = Date.UTC(2026, 0, 1);
const T2 = Date.UTC(2026, 0, 2, 3, 4, 5);
const A = at("2026-01-01 00:00:00+00");
const B = at("2026-01-02 03:04:05+00");
const times = (text: string) => timesOfFilter(text, "event_time");

Deno.test("sets of instants unite and intersect", () => {
  assertEquals(unite([range(5, 9)], [range(1, 2), range(2, 3), range(9, 12)]), [
    range(1, 3),
    range(5, 12),
  ]);
  assertEquals(intersect([range(1, 5), range(8, 9)], [range(4, 8)]), [range(4, 5), range(8, 8)]);
  assertEquals(intersect([range(1, 2)], [range(3, 4)]), []);
  assertEquals([meets([range(5, 9)], 0, 5), meets([range(5, 9)], 0, 6)], [false, true]);
  assertEquals([meets([range(5, 9)], 9, 10), meets([range(5, 9)], 10, 11)], [true, false]);
  assertEquals([meets([], 0, 1), meets(ALL_TIME, 0, 1)], [false, true]);
});

Deno.test("timesOfFilter() reads what DuckDB's plans print", () => {
  assertEquals(times(`event_time>=${A} AND event_time<${B}`), [range(T1, T2 - 1)]);
  assertEquals(times(`event_time=${B}`), [range(T2, T2)]);
  assertEquals(
    times(`event_time>=${at("-infinity")} AND event_time<${at("infinity")}`),
    [...ALL_TIME],
  );
  assertEquals(times(`optional: event_time IN (${A}, ${B})`), [range(T1, T1), range(T2, T2)]);
  assertEquals(
    times(`optional: event_time<${A} OR event_time>${B}`),
    [range(-Infinity, T1 - 1), range(T2, Infinity)],
  );
  assertEquals(
    times(`(((event_time < ${B}) AND (event_time > ${A})) OR (event_time = ${B}))`),
    [range(T1, T2)],
  );
  assertEquals(times(`event_time!=${A} AND event_time IS NOT NULL`), [...ALL_TIME]);
  assertEquals(times(`event_time=${at("2026-01-01 00:00:00.0015+00")}`), [range(T1 + 1, T1 + 2)]);
});

Deno.test("timesOfFilter() gives up on what it does not understand", () => {
  for (
    const text of [
      "event_id='a'",
      `event_time>=${A} AND event_id='a'`,
      `event_time>=${A} event_time<${B}`,
      `(event_time>=${A}`,
      `event_time>=${at("0044-01-01 00:00:00+00 (BC)")}`,
      `event_time>=${at("12026-01-01 00:00:00+00")}`,
      `event_time>=${at("2026-01-01 00:00:00+05:30")}`,
      "event_time>='2026-01-01 00:00:00+00'",
      `event_time = ${A} + 1`,
      `prefix(event_name, 'event_time=${A.replaceAll("'", "''")}')`,
      "event_time",
      "",
    ]
  ) {
    assertEquals(times(text), null, text);
  }
});
