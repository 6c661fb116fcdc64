import { assertEquals } from "@std/assert";
import { isPlainEventTime, parseEventTime } from "./event_time.ts";

Deno.test("parseEventTime() reads every RFC 3339 form", () => {
  const noon = Date.UTC(2026, 10, 21, 12);
  for (
    const text of [
      "2026-11-21T12:00:00Z",
      "2026-11-21t12:00:00z",
      "2026-11-21T12:00:00.000Z",
      "2026-11-21T13:30:00+01:30",
      "2026-11-21T00:00:00-12:00",
      "2026-11-21T11:59:60Z",
    ]
  ) assertEquals(parseEventTime(text), noon, text);
  assertEquals(parseEventTime("2026-11-21T12:00:00.1239Z"), noon + 123);
  assertEquals(parseEventTime("0001-01-01T00:00:00Z"), -62135596800000);
  assertEquals(parseEventTime("2024-02-29T00:00:00Z"), Date.UTC(2024, 1, 29));
});

Deno.test("parseEventTime() gives null for anything else", () => {
  for (
    const text of [
      "",
      "2026-11-21",
      "2026-11-21 12:00:00Z",
      "2026-11-21T12:00:00",
      "2026-13-21T12:00:00Z",
      "2026-02-30T12:00:00Z",
      "2026-11-00T12:00:00Z",
      "2026-11-21T24:00:00Z",
      "2026-11-21T12:60:00Z",
      "2026-11-21T12:00:61Z",
      "2026-11-21T12:00:00+24:00",
      "1763726400",
      "9999-12-31T23:59:59-01:00",
      "0000-01-01T00:00:00+01:00",
      "+002026-11-21T12:00:00Z",
    ]
  ) assertEquals(parseEventTime(text), null, text);
});

Deno.test("isPlainEventTime() is true only for the form that a column gives back", () => {
  assertEquals(isPlainEventTime("2026-11-21T12:00:00Z"), true);
  for (const text of ["2026-11-21T12:00:00.0Z", "2026-11-21t12:00:00Z", "2026-11-21T12:00:60Z"]) {
    assertEquals(isPlainEventTime(text), false, text);
  }
});
