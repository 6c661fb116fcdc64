/** Every metric, declared once: `docs/metrics.md` is held against this table. */
import type { Backlog, RunReport } from "../coordinator/mod.ts";

/** A run as it is at one moment. */
export interface RunView {
  readonly report: RunReport;
  /** Null while the database is not open or does not answer. */
  readonly backlog: Backlog | null;
  /** ms since the epoch. */
  readonly processStartedAt: number;
}

/** One value, with the values of the metric's labels. */
export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** One metric. Names and units follow Prometheus' conventions; labels have few values. */
export interface Metric {
  readonly name: string;
  /** A counter starts at zero with each process and only grows. */
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly labels?: readonly string[];
  /** No sample where the value is not known. */
  readonly read: (run: RunView) => readonly Sample[];
}

type Read = (report: RunReport) => number;

function counter(name: string, help: string, read: Read): Metric {
  return { name, type: "counter", help, read: ({ report }) => [{ value: read(report) }] };
}

function gauge(name: string, help: string, read: Read): Metric {
  return { name, type: "gauge", help, read: ({ report }) => [{ value: read(report) }] };
}

/** A counter with one label; `read` gives its values by the label's. */
function counters(
  name: string,
  label: string,
  help: string,
  read: (report: RunReport) => Readonly<Record<string, number>>,
): Metric {
  const samples = (report: RunReport) =>
    Object.entries(read(report)).map(([key, value]) => ({ value, labels: { [label]: key } }));
  return { name, type: "counter", help, labels: [label], read: ({ report }) => samples(report) };
}

function backlogGauge(name: string, help: string, read: (backlog: Backlog) => number): Metric {
  return {
    name,
    type: "gauge",
    help,
    read: ({ backlog }) => backlog === null ? [] : [{ value: read(backlog) }],
  };
}

const OBJECTS: readonly Metric[] = [
  counter(
    "trailsieve_objects_listed_total",
    "Object versions that listing met, each once a run",
    (report) => report.objects.listed,
  ),
  counter(
    "trailsieve_objects_unchanged_total",
    "Listed object versions that the ledger knew before",
    (report) => report.objects.unchanged,
  ),
  counters(
    "trailsieve_objects_total",
    "outcome",
    "Objects that this process settled, by outcome",
    ({ objects: { done, skipped, dead } }) => ({ done, skipped, dead }),
  ),
  counter(
    "trailsieve_compressed_bytes_total",
    "Bytes of the objects that were read",
    (report) => report.bytes.compressed,
  ),
  counter(
    "trailsieve_uncompressed_bytes_total",
    "Bytes of the objects that were read, inflated",
    (report) => report.bytes.uncompressed,
  ),
];

const EVENTS: readonly Metric[] = [
  counter(
    "trailsieve_events_read_total",
    "Elements of Records in the objects that were read",
    (report) => report.events.read,
  ),
  counter(
    "trailsieve_events_rejected_total",
    "Events that were rejected alone and dead-lettered",
    (report) => report.events.rejected,
  ),
  counter(
    "trailsieve_events_added_total",
    "Rows that compaction added to the lake",
    (report) => report.events.added,
  ),
  counter(
    "trailsieve_events_duplicate_total",
    "Events that compaction found in the lake already",
    (report) => report.events.duplicates,
  ),
  counter(
    "trailsieve_events_conflicting_total",
    "Rows added whose event id stands in its hour with another content",
    (report) => report.events.conflicts,
  ),
];

const ALERTS: readonly Metric[] = [
  counter(
    "trailsieve_alerts_raised_total",
    "Alerts stored for the first time",
    (report) => report.alerts.raised,
  ),
  counter(
    "trailsieve_alerts_suppressed_total",
    "Alerts stored without being sent",
    (report) => report.alerts.suppressed,
  ),
  counter(
    "trailsieve_alerts_delivered_total",
    "Alerts that every sink took",
    (report) => report.alerts.delivered,
  ),
  counter(
    "trailsieve_alerts_undelivered_total",
    "Alerts that a sink was given up for; when a run ends, also those still open",
    (report) => report.alerts.undelivered,
  ),
  gauge(
    "trailsieve_alerts_carried",
    "Alerts of earlier runs that were open when this one started",
    (report) => report.alerts.carried,
  ),
];

const RULES: readonly Metric[] = [
  gauge("trailsieve_rules_loaded", "Rules that judge events", (report) => report.rules.loaded),
  gauge(
    "trailsieve_rules_refused",
    "Rules that were not loaded: malformed ones and correlations",
    (report) => report.rules.refused,
  ),
  gauge(
    "trailsieve_rules_skipped",
    "Malformed rules that the run goes on without (--skip-bad-rules)",
    (report) => report.rules.skipped,
  ),
  gauge(
    "trailsieve_rules_not_applicable",
    "Rules for other products than CloudTrail",
    (report) => report.rules.notApplicable,
  ),
  gauge(
    "trailsieve_rules_failed",
    "Rules that threw on an event, or were switched off",
    (report) => report.failedRules.size,
  ),
  gauge(
    "trailsieve_rules_switched_off",
    "Rules that were switched off for the run because they took too long",
    (report) => report.switchedOffRules.size,
  ),
  {
    name: "trailsieve_rules_info",
    type: "gauge",
    help: "1; the label tells which rules these are, so that replicas can be compared",
    labels: ["hash"],
    read: ({ report: { rules } }) =>
      rules.hash === "" ? [] : [{ value: 1, labels: { hash: rules.hash } }],
  },
];

const SOURCES: readonly Metric[] = [
  {
    name: "trailsieve_last_listing_timestamp_seconds",
    type: "gauge",
    help: "When what was due of the source was last listed to its end; absent before that",
    labels: ["source"],
    read: ({ report }) =>
      [...report.listings].flatMap(([source, { listedAt }]) =>
        listedAt === null ? [] : [{ value: listedAt / 1000, labels: { source } }]
      ),
  },
  counters(
    "trailsieve_listing_failures_total",
    "source",
    "Listings of the source that failed",
    ({ listings }) =>
      Object.fromEntries([...listings].map(([source, { failures }]) => [source, failures])),
  ),
  {
    name: "trailsieve_listing_prefixes_failing",
    type: "gauge",
    help: "Prefixes of the source whose last listing failed, as the last pass left them",
    labels: ["source"],
    read: ({ report }) =>
      [...report.failingPrefixes].map(([source, value]) => ({ value, labels: { source } })),
  },
  counters(
    "trailsieve_s3_requests_total",
    "kind",
    "Requests to S3",
    ({ requests: { list, get, put } }) => ({ list, get, put }),
  ),
  counter(
    "trailsieve_s3_request_dollars_total",
    "What the requests to S3 cost, at the prices of us-east-1",
    (report) => report.dollars,
  ),
];

const BACKLOG: readonly Metric[] = [
  {
    name: "trailsieve_database_up",
    type: "gauge",
    help: "Whether the database answered this scrape; the backlog is absent where it did not",
    read: ({ backlog }) => [{ value: backlog === null ? 0 : 1 }],
  },
  backlogGauge(
    "trailsieve_backlog_objects",
    "Objects that are planned and not settled, in the database",
    (backlog) => backlog.refs,
  ),
  backlogGauge(
    "trailsieve_backlog_shards",
    "Open shards, held or waiting, in the database",
    (backlog) => backlog.shards,
  ),
  backlogGauge(
    "trailsieve_backlog_oldest_shard_age_seconds",
    "Time since the oldest open shard was planned; 0 where none is open",
    (backlog) => backlog.oldestShardSeconds ?? 0,
  ),
  backlogGauge(
    "trailsieve_backlog_alerts",
    "Alerts that wait for a sink, in the database",
    (backlog) => backlog.alerts,
  ),
  backlogGauge(
    "trailsieve_backlog_hours",
    "Event hours with parts that wait to be compacted, in the database",
    (backlog) => backlog.hours,
  ),
];

const PROCESS: readonly Metric[] = [
  gauge("trailsieve_workers", "Workers of this process", (report) => report.workers),
  gauge("trailsieve_rss_bytes_max", "The most memory that the process held", (report) => {
    report.sampleMemory();
    return report.rssBytesMax;
  }),
  gauge(
    "process_resident_memory_bytes",
    "Memory that the process holds",
    () => Deno.memoryUsage().rss,
  ),
  {
    name: "process_start_time_seconds",
    type: "gauge",
    help: "When the process started",
    read: ({ processStartedAt }) => [{ value: processStartedAt / 1000 }],
  },
];

/** All metrics, in the order in which they are shown. */
export const METRICS: readonly Metric[] = [
  ...OBJECTS,
  ...EVENTS,
  ...ALERTS,
  ...RULES,
  ...SOURCES,
  ...BACKLOG,
  ...PROCESS,
];
