import { assertEquals, assertThrows } from "@std/assert";
import { TrailsieveError } from "../core/errors.ts";
import { readOptions } from "./options.ts";

Deno.test("readOptions() takes more days for more events, from 2 to 30", () => {
  assertEquals(readOptions({ seed: 1, events: 0 }).days, 2);
  assertEquals(readOptions({ seed: 1, events: 1_000_000 }).days, 7);
  assertEquals(readOptions({ seed: 1, events: 100_000_000 }).days, 30);
});

Deno.test("readOptions() does not depend on the day it is called", () => {
  assertEquals(readOptions({ seed: 1, events: 10 }).startAt, Date.parse("2026-03-02T00:00:00Z"));
});

Deno.test("readOptions() takes the partition's regions", () => {
  assertEquals(readOptions({ seed: 1, events: 10, partition: "aws-cn" }).regions, [
    "cn-north-1",
    "cn-northwest-1",
  ]);
});

Deno.test("readOptions() names the option that is out of bounds, with its value", () => {
  const base = { seed: 1, events: 10 };
  for (
    const [options, said] of [
      [{ ...base, seed: 0.5 }, "seed is 0.5"],
      [{ ...base, events: -1 }, "events is -1"],
      [{ ...base, events: NaN }, "events is NaN"],
      [{ ...base, days: 0 }, "days is 0"],
      [{ ...base, accounts: 5 }, "accounts is 5"],
      [{ ...base, startAt: -1 }, "startAt is -1"],
      [{ ...base, fileEventsMax: 0 }, "fileEventsMax is 0"],
      [{ ...base, gzipLevel: 10 }, "gzipLevel is 10"],
      [{ ...base, regions: [] }, "regions is an empty list"],
    ] as const
  ) {
    assertThrows(() => readOptions(options), TrailsieveError, said);
  }
});
