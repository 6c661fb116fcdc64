import { assertEquals } from "@std/assert";
import { hourFilePath, hourOfFilePath, partPath } from "./lake_paths.ts";

Deno.test("hourFilePath() follows the contract", () => {
  const hourMs = Date.UTC(2026, 0, 2, 3);
  assertEquals(
    hourFilePath("events", hourMs),
    "events/2026/01/02/03/events-2026-01-02T03-00-00.parquet",
  );
  assertEquals(
    hourFilePath("activity", hourMs, 12),
    "activity/2026/01/02/03/activity-2026-01-02T03-00-00-0012.parquet",
  );
});

Deno.test("hourOfFilePath() turns hourFilePath() round", () => {
  const hourMs = Date.UTC(2024, 1, 29, 23);
  for (const index of [0, 1, 9999, 12345]) {
    assertEquals(hourOfFilePath("events", hourFilePath("events", hourMs, index)), hourMs);
    assertEquals(hourOfFilePath("events", hourFilePath("activity", hourMs, index)), null);
  }
});

Deno.test("hourOfFilePath() knows no file but those of hours", () => {
  for (
    const path of [
      "events/2026/01/02/03/events-2026-01-02T03-00-00-0000.parquet",
      "events/2026/01/02/03/events-2026-01-02T04-00-00.parquet",
      "events/2026/02/30/03/events-2026-02-30T03-00-00.parquet",
      "events/2026/01/02/24/events-2026-01-02T24-00-00.parquet",
      "events/2026/01/02/03/events-2026-01-02T03-00-00.parquet.tmp",
      "events/2026/01/02/03/events-2026-01-02T03-00-00-12.parquet",
      "events/2026/01/02/events-2026-01-02.parquet",
      "events/notes.parquet",
      "x/events/2026/01/02/03/events-2026-01-02T03-00-00.parquet",
    ]
  ) assertEquals(hourOfFilePath("events", path), null, path);
});

Deno.test("partPath() stays below _work", () => {
  assertEquals(partPath("7f-1"), "_work/parts/7f-1.parquet");
});
