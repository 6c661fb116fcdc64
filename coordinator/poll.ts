import type { PollSettings } from "../core/config.ts";
import { checkFollowedTrail } from "./check_accounts.ts";
import { dayOf } from "./choose_objects.ts";
import type { ProcessAccess } from "./open_run.ts";
import { type RunObserver, runOver } from "./run_over.ts";
import type { RunReport } from "./run_report.ts";
import type { RunSignals } from "./run_trail.ts";
import { Wake } from "./wake.ts";

/**
 * Follows a trail, or with `once` goes through it a single time. @returns the numbers of the run; the caller
 * decides on the exit code. Rejects with TrailsieveError, after closing everything, where the run cannot go on.
 */
export async function poll(
  settings: PollSettings,
  databaseUrl: string,
  access: ProcessAccess,
  signals: RunSignals,
  observer: RunObserver,
): Promise<RunReport> {
  const call = { settings, databaseUrl, access, signals, observer };
  const { since, full, lookback: lookbackMs } = settings;
  const days = { fromMs: since === null ? null : dayOf(since), toMs: null };
  await checkFollowedTrail(settings, access, signals.drain);
  return await runOver(call, "live", { ...days, schedule: { full, lookbackMs } }, async (trail) => {
    if (settings.once) return await trail.once();
    const wake = new Wake();
    await trail.follow(settings.interval, (ms, signal) => wake.wait(ms, signal));
  });
}
