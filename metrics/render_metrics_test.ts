import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RunReport } from "../coordinator/mod.ts";
import { METRICS, type RunView } from "./metric_table.ts";
import { renderMetrics } from "./render_metrics.ts";

const BACKLOG = { refs: 7, shards: 2, oldestShardSeconds: 1.5, alerts: 3, hours: 4 };

function viewOf(report: RunReport, more: Partial<RunView> = {}): RunView {
  return { report, backlog: BACKLOG, processStartedAt: 1_000, ...more };
}

/** The samples of a text, by name and labels as they are written. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const space = line.lastIndexOf(" ");
    return [line.slice(0, space), Number(line.slice(space + 1))];
  }));
}

Deno.test("METRICS are named by Prometheus' conventions, each once", () => {
  const names = METRICS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  for (const { name, type, help } of METRICS) {
    assertMatch(name, /^(trailsieve|process)_[a-z0-9_]+$/);
    assertEquals(name.endsWith("_total"), type === "counter", name);
    assert(help.length > 0 && !help.endsWith("."), name);
  }
});

Deno.test("renderMetrics() shows each metric with help and type, once a source is listed", async () => {
  const report = new RunReport();
  report.rules = { ...report.rules, hash: "ab" };
  report.failingPrefixes.set("s3://trail/", 0);
  report.addListing("s3://trail/", true);
  const text = await renderMetrics(viewOf(report));
  for (const { name, type, help } of METRICS) {
    assertStringIncludes(text, `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name}`);
  }
});

Deno.test("renderMetrics() gives the report's own numbers", async () => {
  const report = new RunReport();
  Object.assign(report.objects, { listed: 9, unchanged: 1, done: 5, skipped: 2, dead: 1 });
  report.requests.get = 1000;
  report.requests.list = 200;
  report.failedRules.set("slow", "took too long");
  report.failingPrefixes.set("s3://trail/", 3);
  report.addListing("s3://trail/", false);
  report.addListing("s3://trail/", false);
  const samples = samplesOf(await renderMetrics(viewOf(report)));
  assertEquals(samples.get("trailsieve_objects_listed_total"), 9);
  assertEquals(samples.get('trailsieve_objects_total{outcome="done"}'), 5);
  assertEquals(samples.get('trailsieve_objects_total{outcome="dead"}'), 1);
  assertEquals(samples.get("trailsieve_s3_request_dollars_total"), report.dollars);
  assertEquals(samples.get("trailsieve_rules_failed"), 1);
  assertEquals(samples.get('trailsieve_listing_failures_total{source="s3://trail/"}'), 2);
  assertEquals(samples.get('trailsieve_listing_prefixes_failing{source="s3://trail/"}'), 3);
  assertEquals(samples.get("trailsieve_backlog_objects"), 7);
  assertEquals(samples.get("trailsieve_backlog_oldest_shard_age_seconds"), 1.5);
  assertEquals(samples.get("process_start_time_seconds"), 1);
});

Deno.test("renderMetrics() leaves out what is not known instead of showing 0", async () => {
  const text = await renderMetrics(viewOf(new RunReport(), { backlog: null }));
  const samples = samplesOf(text);
  assertEquals(samples.get("trailsieve_database_up"), 0);
  for (const name of ["backlog_", "last_listing", "rules_info"]) {
    assert(![...samples.keys()].some((key) => key.startsWith(`trailsieve_${name}`)), name);
  }
});

Deno.test("renderMetrics() escapes labels, and one value that cannot be does not cost the others", async () => {
  const report = new RunReport();
  report.addListing('file:///a"b\\c/', true);
  report.events.duplicates = -1;
  const samples = samplesOf(await renderMetrics(viewOf(report)));
  assertEquals(samples.get('trailsieve_listing_failures_total{source="file:///a\\"b\\\\c/"}'), 0);
  assertEquals(samples.get("trailsieve_events_duplicate_total"), 0);
});
