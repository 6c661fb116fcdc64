import { assertEquals } from "@std/assert";
import { formatLakeLog } from "./format_lake_log.ts";

const HOUR = Date.UTC(2026, 10, 20, 6);
const WRITTEN = {
  atMs: HOUR,
  period: "hour",
  periodStartMs: HOUR,
  dataset: "events",
  path: "events/a.parquet",
  rows: 3,
  bytes: 90,
  durationMs: 4,
  attempt: 2,
  error: null,
} as const;
const FAILED = {
  ...WRITTEN,
  period: "day",
  rows: 0,
  bytes: 0,
  error: '=1+1 "no"\n\u001b[2J',
} as const;

Deno.test("formatLakeLog() gives a table whose errors cannot steer the terminal", () => {
  const [head, written, failed] = formatLakeLog([WRITTEN, FAILED], "table").split("\n");
  assertEquals(head.split(/ +/), [
    "written_at",
    "period",
    "dataset",
    "rows",
    "bytes",
    "duration_ms",
    "attempt",
    "path",
    "error",
  ]);
  assertEquals(
    written.trim(),
    "2026-11-20T06:00:00.000Z  2026-11-20T06  events   3     90     4            2        events/a.parquet",
  );
  assertEquals(failed.includes("2026-11-20  "), true);
  assertEquals(failed.endsWith('=1+1 "no"\\x0a\\x1b[2J'), true, failed);
});

Deno.test("formatLakeLog() gives an object a line, and CSV that no spreadsheet runs", () => {
  const [written, failed] = formatLakeLog([WRITTEN, FAILED], "json").trim().split("\n")
    .map((line) => JSON.parse(line));
  assertEquals([written.rows, written.period, written.error], [3, "2026-11-20T06", null]);
  assertEquals([failed.error, failed.period], [FAILED.error, "2026-11-20"]);
  const csv = formatLakeLog([WRITTEN, FAILED], "csv");
  assertEquals(
    csv.split("\n")[1],
    "2026-11-20T06:00:00.000Z,2026-11-20T06,events,3,90,4,2,events/a.parquet,",
  );
  assertEquals(csv.includes(`"'=1+1 ""no""\n`), true, csv);
});
