import { dollarsOf } from "../core/prices.ts";
import type { RequestCounts } from "../core/types.ts";
import type { BackfillEstimate } from "./estimate_backfill.ts";
import type { CommitCounts, HourCounts, RuleAlerts } from "../store/mod.ts";

/** The rules that a run works with, for its report. */
export interface RuleCounts {
  readonly loaded: number;
  readonly refused: number;
  /** Of those refused, the malformed ones that `--skip-bad-rules` went on without. */
  readonly skipped: number;
  readonly notApplicable: number;
  readonly hash: string;
}

/** How the listing of a source went so far. */
export interface SourceListing {
  /** End of the last listing of the whole source that succeeded, ms since the epoch. */
  listedAt: number | null;
  failures: number;
}

/** How far a backfill is; what its replicas have done together. */
export interface BackfillProgress {
  /** Key ranges of its plan, and those that are listed. */
  ranges: number;
  rangesListed: number;
  /** Objects and bytes that this run found to read, or found left over from an interrupted one. */
  objectsFound: number;
  bytesFound: number;
  /** Of those found, the ones in shards, and the ones that are settled, as the database last told. */
  objectsPlanned: number;
  objectsSettled: number;
}

/** The numbers of one run. Counts are raised where something is committed: a lost attempt counts nothing. */
export class RunReport {
  readonly objects = { listed: 0, unchanged: 0, done: 0, skipped: 0, dead: 0, pending: 0 };
  readonly events = { read: 0, rejected: 0, duplicates: 0, conflicts: 0, added: 0 };
  readonly alerts = { raised: 0, carried: 0, suppressed: 0, delivered: 0, undelivered: 0 };
  readonly bytes = { compressed: 0, uncompressed: 0 };
  readonly requests: RequestCounts = { list: 0, get: 0, put: 0 };
  /** Rules that threw or were switched off, by id, with the last message. */
  readonly failedRules = new Map<string, string>();
  readonly switchedOffRules = new Set<string>();
  rules: RuleCounts = { loaded: 0, refused: 0, skipped: 0, notApplicable: 0, hash: "" };
  /** By the source's URL. */
  readonly listings = new Map<string, SourceListing>();
  /** Parts of the lake that could not be read and are dead letters now. */
  damagedParts = 0;
  /** Prefixes whose last listing failed, by their source's URL. */
  readonly failingPrefixes = new Map<string, number>();
  workers = 0;
  /** Whether a lake is written: without one nobody looks for duplicates. */
  lake = true;
  /** Only of a backfill. */
  backfill: BackfillProgress | null = null;
  /** What a backfill would do; null unless only that was asked for. */
  estimate: BackfillEstimate | null = null;
  /** What a backfill whose alerts are summed up found; null for any other run. */
  alertSummary: readonly RuleAlerts[] | null = null;
  /** Whether a run that ends by itself left hours behind that it should have compacted. */
  leftHours = false;
  rssBytesMax = 0;
  readonly startedAt = new Date();
  /** First listing and last write, ms since the epoch. */
  firstListingAt: number | null = null;
  lastWriteAt: number | null = null;

  addCommit(counts: CommitCounts): void {
    this.objects.done += counts.done;
    this.objects.skipped += counts.skipped;
    this.objects.dead += counts.dead;
    this.events.read += counts.eventsRead;
    this.events.rejected += counts.eventsRejected;
    this.alerts.raised += counts.alertsRaised;
    this.alerts.suppressed += counts.alertsSuppressed;
    this.bytes.compressed += counts.compressedBytes;
    this.bytes.uncompressed += counts.inflatedBytes;
    this.wrote();
  }

  addHour(counts: HourCounts): void {
    this.events.added += counts.rowsAdded;
    this.events.duplicates += counts.duplicates;
    this.events.conflicts += counts.conflictsAdded;
    this.wrote();
  }

  /** Notes the end of a listing of a whole source. */
  addListing(sourceUrl: string, succeeded: boolean): void {
    const listing = this.listings.get(sourceUrl) ?? { listedAt: null, failures: 0 };
    if (succeeded) listing.listedAt = Date.now();
    else listing.failures++;
    this.listings.set(sourceUrl, listing);
  }

  wrote(): void {
    this.lastWriteAt = Date.now();
  }

  /** Looks at the process's memory now; its peak is reported. */
  sampleMemory(): void {
    this.rssBytesMax = Math.max(this.rssBytesMax, Deno.memoryUsage().rss);
  }

  /** Prefixes that could not be listed when they were tried last. */
  get prefixesFailing(): number {
    return [...this.failingPrefixes.values()].reduce((sum, count) => sum + count, 0);
  }

  /** What the requests so far cost. */
  get dollars(): number {
    return dollarsOf(this.requests);
  }

  /** Whether nothing was given up on, is still pending, undelivered, unlisted or switched off. */
  get isClean(): boolean {
    return this.objects.dead === 0 && this.objects.pending === 0 && this.events.rejected === 0 &&
      this.alerts.undelivered === 0 && this.switchedOffRules.size === 0 &&
      this.damagedParts === 0 &&
      !this.leftHours &&
      this.prefixesFailing === 0;
  }

  /** The report in CONTRACT's form. */
  toJson(command: string, processStartedAt: number): Record<string, unknown> {
    this.sampleMemory();
    const endedAt = new Date();
    const from = this.firstListingAt ?? endedAt.getTime();
    const to = Math.max(this.lastWriteAt ?? from, from);
    const { read, rejected, duplicates, conflicts } = this.events;
    return {
      version: 1,
      command,
      started_at: new Date(processStartedAt).toISOString(),
      ended_at: endedAt.toISOString(),
      startup_ms: Math.max(0, Math.round(from - processStartedAt)),
      duration_ms: Math.round(to - from),
      objects: this.objects,
      events: { read, rejected, duplicates: this.lake ? duplicates : null, conflicts },
      alerts: this.alerts,
      rules: {
        loaded: this.rules.loaded,
        refused: this.rules.refused,
        skipped: this.rules.skipped,
        not_applicable: this.rules.notApplicable,
        failed: this.failedRules.size,
        hash: this.rules.hash,
      },
      bytes: this.bytes,
      prefixes: { failing: this.prefixesFailing },
      requests: this.requests,
      dollars: this.dollars,
      rss_bytes_max: this.rssBytesMax,
      workers: this.workers,
      ...(this.estimate === null ? {} : { dry_run: dryRunOf(this.estimate) }),
      ...(this.alertSummary === null ? {} : {
        alert_summary: this.alertSummary.map((rule) => ({
          rule_id: rule.ruleId,
          rule_title: rule.title,
          level: rule.level,
          count: rule.count,
          first_event_time: new Date(rule.firstEventAt).toISOString(),
          last_event_time: new Date(rule.lastEventAt).toISOString(),
        })),
      }),
    };
  }
}

function dryRunOf(estimate: BackfillEstimate) {
  const { objects, known, objectsToRead, bytesToRead, requests, dollars, seconds } = estimate;
  return {
    objects,
    known,
    objects_to_read: objectsToRead,
    bytes_to_read: bytesToRead,
    requests,
    dollars,
    seconds: Math.ceil(seconds),
  };
}
