import { assertEquals } from "@std/assert";
import {
  type LakeFileName,
  lakeFilePath,
  lakeFilePrefix,
  parseLakeFilePath,
  partPath,
} from "./lake_paths.ts";

const HOUR = {
  dataset: "events",
  format: "parquet",
  period: "hour",
  startMs: Date.UTC(2026, 0, 2, 3),
  index: 0,
} as const;
const DAY = { ...HOUR, period: "day", startMs: Date.UTC(2026, 0, 2) } as const;

Deno.test("lakeFilePath() follows the contract", () => {
  const paths: [LakeFileName, string][] = [
    [HOUR, "events/2026/01/02/03/events-2026-01-02T03-00-00.parquet"],
    [
      { ...HOUR, dataset: "activity", index: 12 },
      "activity/2026/01/02/03/activity-2026-01-02T03-00-00-0012.parquet",
    ],
    [
      { ...HOUR, format: "jsonl", index: 1 },
      "events/2026/01/02/03/events-2026-01-02T03-00-00-0001.jsonl.gz",
    ],
    [DAY, "events/2026/01/02/events-2026-01-02.parquet"],
    [
      { ...DAY, format: "jsonl", dataset: "activity", index: 1 },
      "activity/2026/01/02/activity-2026-01-02-0001.jsonl.gz",
    ],
  ];
  for (const [file, path] of paths) assertEquals(lakeFilePath(file), path);
});

Deno.test("parseLakeFilePath() turns lakeFilePath() round", () => {
  for (const period of ["hour", "day"] as const) {
    for (const format of ["parquet", "jsonl"] as const) {
      for (const dataset of ["events", "activity"] as const) {
        for (const index of [0, 1, 9999, 12345]) {
          const startMs = Date.UTC(2024, 1, 29, period === "hour" ? 23 : 0);
          const file = { dataset, format, period, startMs, index };
          assertEquals(parseLakeFilePath(lakeFilePath(file)), file);
        }
      }
    }
  }
});

Deno.test("parseLakeFilePath() knows no file but the lake's own", () => {
  for (
    const path of [
      "events/2026/01/02/03/events-2026-01-02T03-00-00-0000.parquet",
      "events/2026/01/02/03/events-2026-01-02T04-00-00.parquet",
      "events/2026/01/02/03/events-2026-01-02.parquet",
      "events/2026/01/02/events-2026-01-02T00-00-00.parquet",
      "events/2026/01/02/activity-2026-01-02.parquet",
      "events/2026/02/30/03/events-2026-02-30T03-00-00.parquet",
      "events/2026/02/30/events-2026-02-30.parquet",
      "events/2026/01/02/24/events-2026-01-02T24-00-00.parquet",
      "events/2026/01/02/03/events-2026-01-02T03-00-00.parquet.tmp",
      "events/2026/01/02/03/events-2026-01-02T03-00-00.jsonl",
      "events/2026/01/02/03/events-2026-01-02T03-00-00-12.parquet",
      "events/notes.parquet",
      "x/events/2026/01/02/03/events-2026-01-02T03-00-00.parquet",
    ]
  ) assertEquals(parseLakeFilePath(path), null, path);
});

Deno.test("lakeFilePrefix() begins the paths of its own hour or day alone", () => {
  const hours = [HOUR, { ...HOUR, index: 3 }, { ...HOUR, format: "jsonl" }] as const;
  const days = [DAY, { ...DAY, index: 3 }, { ...DAY, format: "jsonl" }] as const;
  const first = { ...HOUR, startMs: DAY.startMs };
  for (const hour of hours) {
    assertEquals(lakeFilePath(hour).startsWith(lakeFilePrefix("events", HOUR)), true);
    assertEquals(lakeFilePath(hour).startsWith(lakeFilePrefix("events", DAY)), false);
  }
  for (const day of days) {
    assertEquals(lakeFilePath(day).startsWith(lakeFilePrefix("events", DAY)), true);
    assertEquals(lakeFilePath(day).startsWith(lakeFilePrefix("events", first)), false);
  }
});

Deno.test("partPath() stays below _work", () => {
  assertEquals(partPath("7f-1"), "_work/parts/7f-1.parquet");
});
