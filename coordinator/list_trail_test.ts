import { assertEquals } from "@std/assert";
import type { ObjectRef } from "../core/types.ts";
import { listTrail, type ListTrailOptions } from "./list_trail.ts";
import { RunReport } from "./run_report.ts";

/** Lists a source of these pages. @returns what happened, in order: pages asked for, objects of shards planned */
async function list(kind: "file" | "s3", pages: readonly number[]): Promise<string[]> {
  const events: string[] = [];
  const planned = new Set<string>();
  const store = {
    filterUnknown: (_scope: string, refs: readonly ObjectRef[]) =>
      Promise.resolve({ unknown: refs, inLedger: 0, settledSince: 0, planned: 0 }),
    enqueueShard: ({ refs }: { readonly refs: readonly ObjectRef[] }) => {
      for (const { key } of refs) planned.add(key);
      events.push(`planned ${refs.length}`);
      return Promise.resolve(refs.length);
    },
    openWork: () => Promise.resolve({ refs: 0, delayedRefs: 0 }),
  };
  const source = {
    kind,
    scope: "s",
    url: "x://trail/",
    prefix: "",
    async *list() {
      for (const [page, count] of pages.entries()) {
        events.push(`page ${page}`);
        yield Array.from(
          { length: count },
          (_, i) => ({ key: `${page}-${i}`, etag: "1", size: 1 }),
        );
      }
    },
  };
  const report = new RunReport();
  const options = {
    store,
    report,
    lane: "live",
    suppress: { all: false, beforeMs: null },
    onPlanned: () => {},
    signal: new AbortController().signal,
    workers: 2,
    isFirst: true,
  };
  await listTrail(
    source as unknown as Parameters<typeof listTrail>[0],
    options as unknown as ListTrailOptions,
  );
  const objects = pages.reduce((sum, count) => sum + count, 0);
  assertEquals([planned.size, report.objects.listed], [objects, objects]);
  return events;
}

Deno.test("listTrail() gives each worker a shard while a long folder is listed", async () => {
  assertEquals(await list("file", [1000, 1000, 1]), [
    "page 0",
    "planned 50",
    "planned 50",
    "page 1",
    "page 2",
    "planned 500",
    "planned 500",
    "planned 500",
    "planned 401",
  ]);
});

Deno.test("listTrail() plans a short folder, and a bucket, when it is listed", async () => {
  assertEquals(await list("file", [600]), ["page 0", "planned 500", "planned 100"]);
  assertEquals(await list("s3", [1000, 1]), [
    "page 0",
    "page 1",
    "planned 500",
    "planned 500",
    "planned 1",
  ]);
});
