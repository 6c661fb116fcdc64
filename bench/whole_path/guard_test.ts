import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { guardSet, type Verdict } from "./guard.ts";
import type { Measured } from "./measured.ts";

function run(milliseconds: number, cpuSeconds: number, events = 1000): Measured {
  return {
    events,
    milliseconds,
    cpuSeconds,
    rssBytes: 400e6,
    inflatedBytes: null,
    firstAlertMs: null,
  };
}

/** The ceiling takes 100 ms and 0.2 s of CPU each time, poll what is given, round by round. */
async function guard(
  polls: readonly Measured[],
  lines: string[] = [],
): Promise<Verdict & { readonly rounds: number }> {
  let rounds = 0;
  const verdict = await guardSet({
    name: "a set",
    measurePoll: () => Promise.resolve(polls[rounds++]),
    measureCeiling: () => Promise.resolve(run(100, 0.2)),
    floor: { clock: 0.1, cpu: 0.05 },
  }, (line) => lines.push(line));
  return { ...verdict, rounds };
}

Deno.test("guardSet() ends with the first round that reaches both floors", async () => {
  const lines: string[] = [];
  const { best, isHeld, rounds } = await guard([run(5000, 3), run(500, 2)], lines);
  assertEquals([isHeld, rounds], [true, 2]);
  assertEquals(best, { clock: 0.2, cpu: 0.1 });
  assertEquals(lines[1], "a set, round 2: 0.200 of the ceiling by the clock, 0.100 by CPU");
});

Deno.test("guardSet() tries twice more before it fails", async () => {
  const slow = run(1500, 2);
  assertEquals((await guard([slow, slow, run(900, 2)])).isHeld, true);
  const { isHeld, rounds } = await guard([slow, slow, slow, run(900, 2)]);
  assertEquals([isHeld, rounds], [false, 3]);
});

Deno.test("guardSet() fails where poll takes thrice the CPU, and where it waits", async () => {
  assert((await guard([run(600, 2.5)])).isHeld);
  const costly = run(600, 7.5);
  assert(!(await guard([costly, costly, costly])).isHeld);
  const waiting = run(1800, 2.5);
  assert(!(await guard([waiting, waiting, waiting])).isHeld);
});

Deno.test("guardSet() refuses to compare runs over different events", async () => {
  const error = await assertRejects(() => guard([run(600, 2, 999)]), Error);
  assertStringIncludes(error.message, "poll read 999 events, the ceiling 1000");
});
