import type { BackfillSettings } from "../core/backfill_config.ts";
import { TrailsieveError } from "../core/errors.ts";
import { DAY_MS } from "../core/hours.ts";
import { skipReason } from "../core/keys.ts";
import { LIMITS } from "../core/limits.ts";
import { logOf } from "../core/log.ts";
import { dollarsOf } from "../core/prices.ts";
import { secondsToRead } from "../core/speeds.ts";
import type { ObjectRef, RequestCounts } from "../core/types.ts";
import { openSource, type Source } from "../objects/mod.ts";
import { type LedgerView, viewLedger } from "../store/mod.ts";
import {
  type BackfillChoice,
  backfillKey,
  choosesKey,
  daysOf,
  listRange,
  type NewRange,
  planRanges,
  type TimeRange,
} from "./backfill_plan.ts";
import { checkAccounts } from "./check_accounts.ts";
import type { ProcessAccess } from "./open_run.ts";
import { RunReport } from "./run_report.ts";

/** Round trips of a LIST request, in seconds, for the expected time. */
const LIST_SECONDS = 0.1;
const HOURS_A_DAY = 24;

const log = logOf("backfill");

/** What a backfill would do. */
export interface BackfillEstimate {
  /** Chosen objects, and of them those that the ledger has; null where it cannot be asked. */
  objects: number;
  known: number | null;
  /** What would be read. */
  objectsToRead: number;
  bytesToRead: number;
  /** Requests that cost money; `put` is about. */
  requests: RequestCounts;
  dollars: number;
  seconds: number;
  workers: number;
}

/**
 * Lists what a backfill would read and reckons what that costs; touches neither database, lake nor sinks. Its report
 * has the estimate. Rejects with TrailsieveError where sources or the database cannot be used, and with the signal's
 * reason.
 */
export async function estimateBackfill(
  settings: BackfillSettings,
  range: TimeRange,
  databaseUrl: string,
  access: ProcessAccess,
  signal: AbortSignal,
): Promise<RunReport> {
  const report = new RunReport();
  report.firstListingAt = Date.now();
  const { accounts, regions, again } = settings;
  const choice = { accounts, regions, ...daysOf(range) };
  const workers = settings.workers ?? access.cpuCount;
  report.workers = workers;
  await using stack = new AsyncDisposableStack();
  const { requests } = report;
  const sources: Source[] = [];
  for (const url of settings.source) {
    const source = await openSource(url, { env: access.env, requests });
    stack.defer(() => source.close());
    sources.push(source);
  }
  await checkAccounts(sources, accounts, signal);
  const ledger = await openLedger(databaseUrl);
  if (ledger !== "in use") stack.use(ledger);
  const total = { objects: 0, known: 0, toRead: 0, toReadBytes: 0, gets: 0 };
  const seen = new Set<string>();
  const add = async (source: Source, refs: readonly ObjectRef[]) => {
    const { id } = backfillKey(source, choice, again);
    const known = ledger === "in use" || ledger === null
      ? new Set<ObjectRef>()
      : await ledger.known(source.scope, refs, { id, again });
    for (const ref of refs) {
      total.objects++;
      if (known.has(ref)) total.known++;
      else {
        total.toRead++;
        if (skipReason(ref.key.slice(source.prefix.length)) !== null) continue;
        total.toReadBytes += ref.size;
        if (source.kind === "s3") total.gets++;
      }
    }
  };
  for (const source of sources) {
    // The same source twice is listed once.
    if (seen.has(source.scope + source.prefix)) continue;
    seen.add(source.scope + source.prefix);
    await listAll(source, choice, signal, (refs) => add(source, refs));
  }
  const days = (choice.toMs - choice.fromMs) / DAY_MS;
  const shards = Math.ceil(total.toRead / Math.ceil(LIMITS.shardObjectsMax / workers));
  const puts = settings.lake.startsWith("s3:") && total.toRead > 0
    ? shards + 2 * HOURS_A_DAY * Math.min(days, total.toRead)
    : 0;
  const cost = { list: requests.list, get: total.gets, put: puts };
  const perSecond = settings["objects-per-second"] ?? Infinity;
  report.estimate = {
    objects: total.objects,
    known: ledger === "in use" ? null : total.known,
    objectsToRead: total.toRead,
    bytesToRead: total.toReadBytes,
    requests: cost,
    dollars: dollarsOf(cost),
    seconds: Math.max(
      secondsToRead(total.toRead, total.toReadBytes, workers) +
        requests.list * LIST_SECONDS / LIMITS.listConcurrency,
      total.toRead / perSecond,
    ),
    workers,
  };
  Object.assign(report.objects, {
    listed: total.objects,
    unchanged: total.known,
    pending: total.toRead,
  });
  return report;
}

async function listAll(
  source: Source,
  choice: BackfillChoice,
  signal: AbortSignal,
  onRefs: (refs: readonly ObjectRef[]) => Promise<void>,
): Promise<void> {
  const list = async (range: NewRange) => {
    for await (const page of listRange(source, range, signal)) {
      signal.throwIfAborted();
      await onRefs(page.filter((ref) => choosesKey(choice, source, ref.key)));
    }
  };
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const range of planRanges(source, choice, signal)) {
      if (underWay.size >= LIMITS.listConcurrency) await Promise.race(underWay);
      if (failures.length > 0) break;
      const listed: Promise<void> = list(range)
        .catch((error) => void failures.push(error))
        .finally(() => underWay.delete(listed));
      underWay.add(listed);
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failures.length > 0) throw failures[0];
}

async function openLedger(databaseUrl: string): Promise<LedgerView | null | "in use"> {
  try {
    return await viewLedger(databaseUrl);
  } catch (error) {
    if (!(error instanceof TrailsieveError) || error.code !== "locked") throw error;
    log.warn("Another process uses the embedded database: what was read before cannot be told");
    return "in use";
  }
}
