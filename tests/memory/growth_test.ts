import { assert, assertEquals, assertThrows } from "@std/assert";
import { growthOf } from "./_growth.ts";

Deno.test("growthOf() compares the second quarter with the last", () => {
  const filling = Array.from({ length: 40 }, (_, i) => Math.min(i, 8));
  assertEquals(growthOf(filling), { early: 8, late: 8 });
  const leaking = Array.from({ length: 40 }, (_, i) => 100 + i);
  const { early, late } = growthOf(leaking);
  assertEquals([early, late], [115, 135]);
});

Deno.test("growthOf() is not misled by peaks, and refuses a series that is too short", () => {
  const peaks = Array.from({ length: 40 }, (_, i) => i % 7 === 0 ? 900 : 100);
  const { early, late } = growthOf(peaks);
  assert(early === 100 && late === 100);
  assertThrows(() => growthOf([1, 2, 3]), Error, "3 samples are too few");
});
