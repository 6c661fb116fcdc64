import { setTimeout as delay } from "node:timers/promises";
import type { BackfillSettings } from "../core/backfill_config.ts";
import { describeError, TrailsieveError } from "../core/errors.ts";
import { logOf } from "../core/log.ts";
import { backfillKey, daysOf, type NewRange, planRanges, type TimeRange } from "./backfill_plan.ts";
import type { BackfillState } from "../store/mod.ts";
import { checkTrail } from "./check_accounts.ts";
import { BackfillLister, type BackfillListing } from "./list_backfill.ts";
import type { OpenRun } from "./open_run.ts";
import { Pace } from "./pace.ts";
import { type RunCall, runOver } from "./run_over.ts";
import type { BackfillProgress, RunReport } from "./run_report.ts";
import type { Planning } from "./run_trail.ts";

/** Ranges that are stored at once. */
const RANGES_AT_ONCE = 1000;
/** How often the database is asked what is open, for the progress. */
const ASK_MS = 2000;
/** How often it is asked whether another process has planned the range. */
const PLAN_WAIT_MS = 500;

const log = logOf("backfill");

/** What a backfill is given by its command. */
export interface BackfillCall extends RunCall {
  readonly settings: BackfillSettings;
}

/**
 * Reads the objects of a past range once: those of the day prefixes from its first day to one day after its last,
 * since CloudTrail delivers late. Its plan stands in the database: interrupted and run again, it goes on where it
 * was. @returns the numbers of the run. Rejects like `poll`.
 */
export async function backfill(call: BackfillCall, range: TimeRange): Promise<RunReport> {
  const { settings } = call;
  const { accounts, regions, again } = settings;
  const choice = { accounts, regions, ...daysOf(range) };
  await checkTrail(settings, call.access, call.signals.drain);
  const ids: string[] = [];
  return await runOver(call, "backfill", daysOf(range), async (trail, run) => {
    const { sources, store, report } = run.context;
    report.firstListingAt ??= Date.now();
    const progress: BackfillProgress = {
      ranges: 0,
      rangesListed: 0,
      objectsFound: 0,
      bytesFound: 0,
      objectsPlanned: 0,
      objectsSettled: 0,
    };
    report.backfill = progress;
    const keys = new Map(
      [...sources.values()].map((source) => [source, backfillKey(source, choice, again)]),
    );
    for (const { id } of keys.values()) ids.push(id);
    const perSecond = settings["objects-per-second"];
    const openRefs = async () => (await store.openWork({ backfillIds: ids })).refs;
    const shared = {
      store,
      report,
      progress,
      choice,
      suppress: run.context.suppress,
      pace: perSecond === null
        ? null
        : new Pace(perSecond, () => store.openWork({ backfillIds: ids })),
      workers: run.workers,
    };
    using _watch = watch(progress, openRefs);
    const planning: Planning = {
      backfillIds: ids,
      async plan({ signal, onPlanned }) {
        await store.adoptShards(shared.suppress, { backfillIds: ids });
        const left = await openRefs();
        progress.objectsFound += left;
        progress.objectsPlanned += left;
        const leftOver = await store.leftOver({ sourceUrls: [...sources.keys()] });
        report.objects.listed += leftOver;
        const ends = await Promise.allSettled(
          [...keys].map(async ([source, backfill]) => {
            const listing = { ...shared, source, backfill, onPlanned, signal };
            await planSource(listing, backfill.what);
            await new BackfillLister(listing).run();
            report.addListing(source.url, true);
          }),
        );
        const failed = ends.find((end) => end.status === "rejected");
        if (failed !== undefined) throw failed.reason;
      },
    };
    try {
      await trail.once(planning);
    } finally {
      await finish(run, ids, settings["alert-mode"] === "summary");
    }
  }, ids);
}

/** Finds the ranges of a source, unless an earlier run has, and says which of them are left. */
async function planSource(listing: BackfillListing, what: string): Promise<void> {
  const { source, store, backfill, progress } = listing;
  const state = await planOnce(listing, what);
  if (state.kind === "repeated") {
    const at = new Date(state.finishedAt ?? 0).toISOString();
    log.info(
      `${source.url}: this range was finished at ${at}; ` +
        (backfill.again ? "reading it again" : "listing it again for files that came since"),
    );
  }
  const { all, listed } = await store.countRanges(backfill.id);
  progress.ranges += all;
  progress.rangesListed += listed;
  if (all === 0) log.warn(`There is nothing below ${source.url}: is the prefix right?`);
  if (state.kind === "resumed" && state.isPlanned) {
    log.info(`${source.url}: going on; ${listed} of ${all} key ranges were listed before`);
  }
}

/** Finds the ranges, unless they are known. @returns the backfill as it was found */
async function planOnce(listing: BackfillListing, what: string): Promise<BackfillState> {
  const { source, store, backfill, choice, signal } = listing;
  let isTold = false;
  while (true) {
    const state = await store.beginBackfill({ ...backfill, what });
    if (state.isPlanned) return state;
    if (state.kind === "planned by another") {
      if (!isTold) log.info(`${source.url}: another process plans this range; waiting for it`);
      isTold = true;
      await delay(PLAN_WAIT_MS, undefined, { signal });
      continue;
    }
    try {
      let found: NewRange[] = [];
      for await (const range of planRanges(source, choice, signal)) {
        found.push(range);
        if (found.length < RANGES_AT_ONCE) continue;
        await store.addRanges(backfill.id, found, { complete: false });
        found = [];
      }
      signal.throwIfAborted();
      await store.addRanges(backfill.id, found, { complete: true });
      return state;
    } catch (error) {
      // Another one took this process for dead.
      if (!(error instanceof TrailsieveError && error.code === "fenced")) throw error;
    }
  }
}

/** Keeps the number of settled objects current until it is disposed of. */
function watch(progress: BackfillProgress, openRefs: () => Promise<number>): Disposable {
  const ask = async () => {
    // What is planned meanwhile is open too, so that this is never too high.
    const planned = progress.objectsPlanned;
    const settled = planned - await openRefs();
    progress.objectsSettled = Math.max(progress.objectsSettled, settled);
  };
  const timer = setInterval(() => {
    // A question that fails is asked again; the run's own calls report what is wrong.
    ask().catch(() => {});
  }, ASK_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Notes which backfills are finished, and sums up their alerts where that is asked for. */
async function finish(run: OpenRun, ids: readonly string[], sumsUp: boolean): Promise<void> {
  const { store, report } = run.context;
  try {
    for (const id of ids) await store.finishBackfill(id);
    if (sumsUp) report.alertSummary = await store.alertsOfBackfills(ids);
  } catch (error) {
    log.error(`Cannot note how far the backfill is: ${describeError(error)}`);
  }
}
