import { assertEquals } from "@std/assert";
import { Random } from "../detection/_random.ts";
import { parseEventTime, parsePlainEventTime } from "./event_time.ts";

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

function viewOf(text: string): DataView {
  return new DataView(new TextEncoder().encode(text).buffer);
}

Deno.test("parsePlainEventTime() agrees with parseEventTime() wherever it takes a text", () => {
  const taken = [
    "2026-11-21T12:00:00Z",
    "1970-01-01T00:00:00Z",
    "2024-02-29T23:59:59Z",
    "9999-12-31T00:00:00Z",
  ];
  for (const text of taken) {
    assertEquals(parsePlainEventTime(viewOf(`"${text}"`), 1), parseEventTime(text), text);
  }
  const left = [
    "2026-02-29T12:00:00Z",
    "2026-04-31T12:00:00Z",
    "2026-13-01T12:00:00Z",
    "2026-00-01T12:00:00Z",
    "2026-01-00T12:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T12:60:00Z",
    "2026-01-01T12:00:60Z",
    "2026-01-01t12:00:00Z",
    "2026-01-01T12:00:00z",
    "1969-12-31T23:59:59Z",
    "2026-01-01 12:00:00Z",
    "202x-01-01T12:00:00Z",
    "2026-01-01T12:00:0Z ",
    "2026-01-01T12:00:0xZ",
    "2026-01-01T1x:00:00Z",
  ];
  for (const text of left) assertEquals(parsePlainEventTime(viewOf(text), 0), null, text);
});

Deno.test("parsePlainEventTime() agrees with parseEventTime() whatever it read before", () => {
  const random = new Random("parsePlainEventTime");
  const parts = [["2026", "1999", "20x6"], ["02", "12", "13"], ["01", "29", "31"], [
    "00",
    "23",
    "24",
  ]];
  const ends = ["00:00", "59:59", "07:61", "60:07", "0x:00", "00.00"];
  for (let i = 0; i < 20_000; i++) {
    const [year, month, day, hour] = parts.map((choices) => random.pick(choices));
    const text = `${year}-${month}-${day}${random.pick(["T", "T", "t"])}${hour}:${
      random.pick(ends)
    }${random.pick(["Z", "Z", "z"])}`;
    const isPlain = !/[tz]/.test(text);
    assertEquals(
      parsePlainEventTime(viewOf(text), 0),
      isPlain ? parseEventTime(text) : null,
      text,
    );
  }
});
