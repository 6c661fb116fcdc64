import { assertEquals } from "@std/assert";
import { formatResult } from "./format_result.ts";
import type { Measured } from "./measured.ts";

function run(milliseconds: number, changes: Partial<Measured> = {}): Measured {
  return {
    events: 1000,
    milliseconds,
    cpuSeconds: 0.02,
    rssBytes: 400e6,
    inflatedBytes: null,
    firstAlertMs: null,
    ...changes,
  };
}

Deno.test("formatResult() gives medians, and how poll compares with each", () => {
  const ours = { inflatedBytes: 5e6, firstAlertMs: 250 };
  const text = formatResult({
    date: "2026-03-02",
    deno: "2.9.6",
    cpuCount: 2,
    loadAtStart: 0.25,
    loadAtEnd: 2,
    dataSets: [{
      name: "a day",
      objects: 10,
      bytes: 1e6,
      isS3: false,
      runs: {
        "poll --once": [run(900, ours), run(500, ours), run(400, ours)],
        "other": [run(250), run(250), run(9000)],
      },
    }],
  });
  assertEquals(text.split("\n").slice(0, 7), [
    "2026-03-02, Deno 2.9.6, 2 cores, load average 0.3 at the start and 2.0 at the end",
    "",
    "a day: 1,000 events in 10 objects, 1 MB of gzip, 5 MB inflated; medians of 3",
    "",
    "| contestant | time | poll against it | events/s | objects/s | MB/s | peak RSS | " +
    "CPU s per million events | first alert |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    "| poll --once | 0.50 s | 1.00 | 2,000 | 20 | 10 | 400 MB | 20.0 | 0.25 s |",
  ]);
  assertEquals(
    text.split("\n")[7],
    "| other | 0.25 s | 0.50 | 4,000 | 40 | 20 | 400 MB | 20.0 |  |",
  );
});
