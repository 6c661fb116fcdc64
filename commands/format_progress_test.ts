import { assertEquals } from "@std/assert";
import { RunReport } from "../coordinator/mod.ts";
import {
  formatDuration,
  type ProgressSample,
  ProgressTeller,
  sampleProgress,
} from "./format_progress.ts";

function sample(atMs: number, objects: number, more: Partial<ProgressSample> = {}): ProgressSample {
  return { atMs, objects, total: 1000, isGuess: false, events: objects * 10, bytes: 2e6, ...more };
}

Deno.test("ProgressTeller tells objects, events, bytes, rate and the time left", () => {
  const teller = new ProgressTeller();
  teller.add(sample(0, 0));
  teller.add(sample(10_000, 250));
  assertEquals(
    teller.text(),
    "250 of 1,000 objects, 2,500 events, 2.0 MB, 25 objects/s, 30 s left",
  );
});

Deno.test("ProgressTeller knows the rate of late, not that of the start", () => {
  const teller = new ProgressTeller();
  for (let second = 0; second <= 100; second++) {
    teller.add(sample(second * 1000, second <= 50 ? 0 : (second - 50) * 10));
  }
  assertEquals(teller.objectsPerSecond, 10);
});

Deno.test("ProgressTeller promises no end where nothing moves or nothing is known", () => {
  const teller = new ProgressTeller();
  assertEquals(teller.text(), "starting");
  teller.add(sample(0, 5, { total: null, isGuess: true }));
  assertEquals(teller.text(), "5 objects, 50 events, 2.0 MB");
  teller.add(sample(1000, 5, { isGuess: true }));
  assertEquals(teller.text(), "5 of about 1,000 objects, 50 events, 2.0 MB, 0 objects/s");
});

Deno.test("ProgressTeller draws a bar that fits the terminal, in colour only where it is wanted", () => {
  const teller = new ProgressTeller();
  teller.add(sample(0, 250));
  assertEquals(
    teller.bar({ width: 200, colour: false }),
    "[#####---------------] 25% 250 of 1,000 objects, 2,500 events, 2.0 MB",
  );
  assertEquals(teller.bar({ width: 30, colour: false }).length, 29);
  assertEquals(teller.bar({ width: 30, colour: true }).startsWith("\x1b[36m[#"), true);
  teller.add(sample(1000, 1200));
  assertEquals(teller.bar({ width: 27, colour: false }), "[####################]100%");
});

Deno.test("sampleProgress() counts what all replicas settled, and guesses until all is listed", () => {
  const report = new RunReport();
  const backfill = {
    ranges: 4,
    rangesListed: 1,
    objectsFound: 100,
    bytesFound: 0,
    objectsPlanned: 100,
    objectsSettled: 30,
  };
  report.backfill = backfill;
  report.objects.listed = 100;
  report.objects.done = 10;
  assertEquals(sampleProgress(report, 0), {
    atMs: 0,
    objects: 30,
    total: 400,
    isGuess: true,
    events: 0,
    bytes: 0,
  });
  backfill.rangesListed = 4;
  backfill.objectsSettled = 100;
  const { objects, total, isGuess } = sampleProgress(report, 0);
  assertEquals([objects, total, isGuess], [100, 100, false]);
});

Deno.test("formatDuration() chooses a unit", () => {
  const cases: [number, string][] = [
    [0.2, "1 s"],
    [89, "89 s"],
    [90, "2 min"],
    [5400, "1 h 30 min"],
    [7200, "2 h"],
    [86_400 * 4, "4 days"],
  ];
  for (const [seconds, text] of cases) assertEquals(formatDuration(seconds), text);
});
