import { assert, assertEquals } from "@std/assert";
import { HOUR_MS } from "../core/hours.ts";
import { LIMITS } from "../core/limits.ts";
import type { HourWork } from "../store/mod.ts";
import { chooseRound } from "./choose_round.ts";

/** Hours with so many rows each, all of which lie in one part of so many bytes. */
function hoursOf(rows: readonly number[], bytes = 1000): HourWork[] {
  return rows.map((rowCount, i) => {
    const hourMs = i * HOUR_MS;
    const part = { partId: "1", hourMs, path: "part", bytes, rowStart: 0, rowCount };
    return { hourMs, period: "hour", generation: 1, attempt: 1, parts: [part], files: [] };
  });
}

const startsOf = (works: readonly HourWork[]) => works.map(({ hourMs }) => hourMs / HOUR_MS);
const { sortedMergeRowsMax, sortedMergeBytesMax } = LIMITS;

Deno.test("chooseRound() takes what fits, and leaves out the rest", () => {
  const works = hoursOf([sortedMergeRowsMax / 2, sortedMergeRowsMax / 2, 1]);
  const choice = chooseRound(works, "parquet", 1);
  assertEquals([startsOf(choice.works), startsOf(choice.leftOut)], [[0, 1], [2]]);
  assert(!choice.isLarge);
});

Deno.test("chooseRound() leaves several isolates their share, but makes no round very small", () => {
  const works = hoursOf(new Array(10).fill(20_000));
  assertEquals(startsOf(chooseRound(works, "parquet", 2).works), [0, 1, 2]);
  assertEquals(startsOf(chooseRound(works.slice(0, 4), "parquet", 2).works), [0, 1]);
  assertEquals(chooseRound(hoursOf(new Array(10).fill(1000)), "parquet", 2).works.length, 10);
});

Deno.test("chooseRound() lets up to two isolates have all bytes of parts, and four a half each", () => {
  const works = [0, 1, 2].map((i) => {
    const [work] = hoursOf([10], sortedMergeBytesMax / 2);
    const parts = work.parts.map((part) => ({ ...part, path: `part ${i}` }));
    return { ...work, hourMs: i * HOUR_MS, parts };
  });
  const taken = [1, 2, 4].map((isolates) =>
    startsOf(chooseRound(works, "parquet", isolates).works)
  );
  assertEquals(taken, [[0, 1], [0, 1], [0]]);
  // What several hours share counts once.
  const shared = hoursOf(new Array(24).fill(100), sortedMergeBytesMax / 2);
  assertEquals(chooseRound(shared, "parquet", 4).works.length, 24);
});

Deno.test("chooseRound() gives one isolate the room of two for hours whose shared parts need it", () => {
  const works = hoursOf(new Array(20).fill(10_000), sortedMergeBytesMax + 1);
  const wide = chooseRound(works, "parquet", 2);
  assertEquals([wide.isLarge, wide.isAlone, wide.works.length], [false, true, 15]);
  assert(wide.partBytesMax > sortedMergeBytesMax);
  const small = hoursOf([5]).map((work) => ({ ...work, hourMs: -HOUR_MS }));
  const first = chooseRound([...works, ...small], "parquet", 2);
  assertEquals([first.isAlone, startsOf(first.works)], [false, [-1]]);
  assertEquals(chooseRound(works, "parquet", 1).isLarge, true);
  assertEquals(
    chooseRound(hoursOf([1, 1], 2 * sortedMergeBytesMax + 1), "parquet", 2).isLarge,
    true,
  );
});

Deno.test("chooseRound() gives a large hour a round by itself: the first of one isolate, the last of several", () => {
  for (
    const works of [
      hoursOf([sortedMergeRowsMax + 1, 10, 10]),
      [...hoursOf([10], 2 * sortedMergeBytesMax + 1), ...hoursOf([0, 10, 10]).slice(1)],
    ]
  ) {
    const alone = chooseRound(works, "parquet", 1);
    assertEquals([alone.isLarge, startsOf(alone.works), startsOf(alone.leftOut)], [true, [0], [
      1,
      2,
    ]]);
    const shared = chooseRound(works, "parquet", 2);
    assertEquals([shared.isLarge, startsOf(shared.works), startsOf(shared.leftOut)], [false, [
      1,
      2,
    ], [0]]);
    const left = chooseRound(shared.leftOut, "parquet", 2);
    assertEquals([left.isLarge, startsOf(left.works)], [true, [0]]);
    // JSON lines are merged as a whole, whatever they take.
    assertEquals(chooseRound(works, "jsonl", 1).isLarge, false);
  }
});
