import type { RunSettings } from "../core/config.ts";
import { logOf } from "../core/log.ts";
import type { Backlog, Lane } from "../store/mod.ts";
import type { ObjectChoice } from "./choose_objects.ts";
import { finishReport } from "./finish_report.ts";
import { type OpenRun, openRun, type ProcessAccess } from "./open_run.ts";
import type { RunReport } from "./run_report.ts";
import { type RunSignals, type TrailOptions, TrailRun } from "./run_trail.ts";

const log = logOf("run");

/** Told while a run goes on. */
export interface RunObserver {
  /** The run is open; its report changes from now on, and `backlog` can be asked until the run ends. */
  readonly onOpen: (report: RunReport, backlog: () => Promise<Backlog>) => void;
}

/** What every run over a trail is given by its command. */
export interface RunCall {
  readonly settings: RunSettings;
  readonly databaseUrl: string;
  readonly access: ProcessAccess;
  readonly signals: RunSignals;
  readonly observer: RunObserver;
  /** Whether it only joins others: what was left over is theirs. */
  readonly joins?: boolean;
}

/**
 * Opens a run over some days of its sources, lets `go` have it, and closes it. @returns the numbers of the run.
 * Rejects with TrailsieveError, after closing everything, where the run cannot go on.
 * @param backfillIds the backfills that it works for, where it does; they may be filled in by `go`
 */
export async function runOver(
  { settings, databaseUrl, access, signals, observer, joins = false }: RunCall,
  lane: Lane,
  { schedule, ...days }: Pick<ObjectChoice, "fromMs" | "toMs"> & Pick<TrailOptions, "schedule">,
  go: (trail: TrailRun, run: OpenRun) => Promise<void>,
  backfillIds?: readonly string[],
): Promise<RunReport> {
  await using run = await openRun(settings, access, databaseUrl);
  const { store, report } = run.context;
  observer.onOpen(report, () => store.backlog());
  log.info(
    `Reading ${[...run.context.sources.keys()].join(", ")} with ${report.rules.loaded} rules ` +
      `and ${run.workers} workers; the lake: ${settings.lake}`,
  );
  report.alerts.carried = await store.openAlerts();
  const { accounts, regions } = settings;
  const ours = { sourceUrls: [...run.context.sources.keys()] };
  // What an interrupted run left behind, while no other replica lives whose work it may be.
  if (!joins && await store.leftOver(ours) > 0) await store.adoptShards(run.context.suppress, ours);
  using trail = new TrailRun(run, {
    drain: signals.drain,
    lane,
    choice: { accounts, regions, ...days },
    schedule,
  });
  try {
    await go(trail, run);
  } finally {
    await finishReport(run.context, backfillIds);
  }
  return report;
}
