/** Over more than 100,000 objects the first pass says what they cost before anything can be read. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { configureLog, resetLog } from "../../core/log.ts";
import { LIMITS } from "../../core/limits.ts";
import type { ObjectRef } from "../../core/types.ts";
import { PlanBuffer } from "../../coordinator/plan_buffer.ts";
import { RunReport } from "../../coordinator/run_report.ts";
import type { Source } from "../../objects/mod.ts";
import { openStore } from "../../store/mod.ts";
import { startTestDatabases } from "../store/_databases.ts";
import { keyAt, NOON } from "./_listing_world.ts";

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());
const { create } = databases.kinds.findLast(({ present }) => present)!;

const PAGE = 1000;

function pageOf(index: number, count = PAGE): ObjectRef[] {
  return Array.from({ length: count }, (_, i) => ({
    key: keyAt(NOON - i * 60_000, `${index}-${i}`),
    etag: "e",
    size: 10_000,
  }));
}

/** Adds pages until so many objects were found. @returns lines that were logged and refs open, by step */
async function plan(pages: readonly number[], holdsBack = true) {
  await using store = await openStore({ url: await create() });
  const lines: string[] = [];
  configureLog({
    level: "info",
    format: "text",
    colour: false,
    write: (line) => lines.push(line),
  });
  try {
    // A buffer asks its source for these alone; the rest of it is for listing.
    const source = { scope: "s3://t", url: "s3://t/", kind: "s3" } as Source;
    let linesAtFirstShard = -1;
    const buffer = new PlanBuffer({
      store,
      source,
      report: new RunReport(),
      lane: "live",
      suppress: { all: false, beforeMs: null },
      onPlanned: () => linesAtFirstShard = Math.max(linesAtFirstShard, lines.length),
      signal: new AbortController().signal,
      workers: 1,
      holdsBack,
      now: Date.now,
    });
    const open: number[] = [];
    for (const [index, count] of pages.entries()) {
      await buffer.add({ refs: pageOf(index, count) });
      open.push((await store.openWork()).refs);
    }
    buffer.tellEnd({ isAll: true });
    await buffer.flush();
    return { lines, open, linesAtFirstShard, planned: (await store.openWork()).refs };
  } finally {
    resetLog();
  }
}

Deno.test("PlanBuffer plans nothing of a first pass before 100,001 objects are found and told", async () => {
  const pages = Array.from({ length: LIMITS.firstPassObjectsMax / PAGE }, () => PAGE);
  const { lines, open, planned } = await plan([...pages, 1, 500]);
  assertEquals(new Set(open.slice(0, -2)), new Set([0]));
  assertEquals(open.at(-2), LIMITS.firstPassObjectsMax + 1);
  assertEquals(planned, LIMITS.firstPassObjectsMax + 501);
  assertEquals(lines.length, 2);
  assertMatch(lines[0], /100,001 objects of 1 GB, \$0\.0400 in GET requests, to read so far/);
  assertMatch(lines[1], /100,501 objects of 1\.01 GB, \$0\.0402 in GET requests, to read in all/);
});

Deno.test("PlanBuffer says nothing of a small first pass, nor of a later one", async () => {
  const small = await plan([PAGE, PAGE]);
  assertEquals([small.lines, small.open, small.planned], [[], [0, 0], 2 * PAGE]);
  const pages = Array.from({ length: LIMITS.sortedRefsMax / PAGE + 1 }, () => PAGE);
  const later = await plan(pages, false);
  assertEquals(later.lines, []);
  assert(later.open.at(-1)! >= LIMITS.sortedRefsMax);
});
