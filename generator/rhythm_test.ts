import { assert } from "@std/assert";
import { activityAt } from "./rhythm.ts";

const MONDAY = Date.UTC(2026, 2, 2);
const hours = (count: number) => count * 3_600_000;

Deno.test("activityAt() of people is high by day, low at night and on both days of the weekend", () => {
  const noon = activityAt("office", MONDAY + hours(9));
  assert(noon > 10 * activityAt("office", MONDAY + hours(2)));
  for (const day of [5, 6]) assert(noon > 10 * activityAt("office", MONDAY + hours(24 * day + 9)));
  assert(activityAt("office", MONDAY + hours(24 * 7 + 9)) === noon);
});

Deno.test("activityAt() of machines never rests", () => {
  for (let hour = 0; hour < 24 * 7; hour++) {
    assert(activityAt("always", MONDAY + hours(hour)) > 0.3);
    assert(activityAt("night", MONDAY + hours(hour)) > 0);
  }
});
