import { assertEquals, assertRejects } from "@std/assert";
import type { ListingNode, NodeChange } from "../store/mod.ts";
import { PlanBuffer, type PlanOptions } from "./plan_buffer.ts";
import { RunReport } from "./run_report.ts";

Deno.test("PlanBuffer moves no mark after refs that could not be planned", async () => {
  const applied: NodeChange[] = [];
  let isDown = true;
  const store = {
    enqueueShard: () => isDown ? Promise.reject(new Error("down")) : Promise.resolve(1),
    openWork: () => Promise.resolve({ refs: 0, delayedRefs: 0 }),
    listing: {
      apply: (changes: readonly NodeChange[]) => Promise.resolve((applied.push(...changes), [])),
    },
  };
  const options = {
    store,
    source: { scope: "s", url: "s3://trail/" },
    report: new RunReport(),
    lane: "live",
    suppress: { all: false, beforeMs: null },
    onPlanned: () => {},
    signal: new AbortController().signal,
    workers: 1,
    holdsBack: false,
    now: Date.now,
  };
  const buffer = new PlanBuffer(options as unknown as PlanOptions);
  const node = { id: 1, claim: 1 } as ListingNode;
  await buffer.add({
    refs: [{ key: "a", etag: "1", size: 1 }],
    change: { kind: "progress", node, watermark: "a" },
  });
  await assertRejects(() => buffer.flush(), Error, "down");

  // The database is back, and another visit goes on behind the key that was lost.
  isDown = false;
  await buffer.add({
    refs: [{ key: "b", etag: "1", size: 1 }],
    change: { kind: "progress", node, watermark: "b" },
  });
  await assertRejects(() => buffer.flush(), Error, "down");
  assertEquals(applied, []);
});
