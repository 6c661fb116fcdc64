import { assertEquals } from "@std/assert";
import { lakeFilePath } from "../core/lake_paths.ts";
import { lakeFileOf, lastEndMs } from "./lake_files.ts";

const HOUR = Date.UTC(2026, 0, 2, 3);

Deno.test("lakeFileOf() knows hours and days, Parquet and JSON lines, and further files", () => {
  const hour = { format: "parquet", startMs: HOUR, endMs: HOUR + 3_600_000 };
  for (const index of [0, 1, 12_345]) {
    const path = lakeFilePath({
      dataset: "activity",
      format: "parquet",
      period: "hour",
      startMs: HOUR,
      index,
    });
    assertEquals(lakeFileOf("activity", path), { path, ...hour });
    assertEquals(lakeFileOf("events", path), null);
  }
  const day = "events/2026/01/02/events-2026-01-02";
  const times = { startMs: Date.UTC(2026, 0, 2), endMs: Date.UTC(2026, 0, 3) };
  for (const suffix of ["", "-0001"]) {
    const path = `${day}${suffix}.jsonl.gz`;
    assertEquals(lakeFileOf("events", path), { path, format: "jsonl", ...times });
  }
});

Deno.test("lakeFileOf() passes over what is not of the lake", () => {
  for (
    const path of [
      "events/2026/01/02/03/events-2026-01-02T04-00-00.parquet",
      "events/2026/01/02/03/events-2026-01-02.parquet",
      "events/2026/01/02/events-2026-01-02T03-00-00.parquet",
      "events/2026/01/02/03/activity-2026-01-02T03-00-00.parquet",
      "events/2026/13/02/events-2026-13-02.parquet",
      "events/2026/01/02/events-2026-01-02.parquet.tmp",
      "_work/parts/p.parquet",
      "events/mine.parquet",
    ]
  ) {
    assertEquals(lakeFileOf("events", path), null, path);
  }
});

Deno.test("lastEndMs() is the latest end, whatever the order", () => {
  assertEquals(lastEndMs([]), null);
  const file = (endMs: number) => ({ path: "", format: "parquet", startMs: 0, endMs }) as const;
  assertEquals(lastEndMs([file(2), file(9), file(4)]), 9);
});
