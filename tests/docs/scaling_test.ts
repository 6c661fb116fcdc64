/** The plan in docs/scaling.md is what the program's limits, prices and schedule make of its assumptions. */
import { assert, assertEquals } from "@std/assert";
import { ASSUMED, closedDayVisits, planTables, quietVisits } from "../../bench/scaling_plan.ts";
import { readText, section, tableRows } from "./_documents.ts";

Deno.test("docs/scaling.md holds the tables that bench/scaling_plan.ts computes", () => {
  const plan = section(
    readText("docs/scaling.md"),
    "## Planned: 1,000 accounts, 17 regions, 100 million objects a day",
  );
  const cells = (text: string) => tableRows(text).map((row) => row.map((cell) => cell.trim()));
  assertEquals(cells(plan), cells(planTables().join("\n\n")));
});

Deno.test("the plan's schedule keeps what the contract promises", () => {
  // A closed day is visited several times, the last time at the end of its 30 days; what is idle, hourly.
  assert(closedDayVisits() >= 6 && closedDayVisits() <= 12);
  assert(quietVisits("day") >= 24 && quietVisits("day") <= 27);
  assertEquals(quietVisits("folder"), 96);
  assertEquals(ASSUMED.intervalMs, 300_000);
});
