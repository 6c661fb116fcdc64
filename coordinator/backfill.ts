import type { RunSettings } from "../core/config.ts";
import { DAY_MS } from "../core/hours.ts";
import { dayOf } from "./choose_objects.ts";
import type { ProcessAccess } from "./open_run.ts";
import { type RunObserver, runOver } from "./run_over.ts";
import type { RunReport } from "./run_report.ts";
import type { RunSignals } from "./run_trail.ts";

/** A past range: instants in ms since the epoch, the end exclusive. */
export interface BackfillRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Reads the objects of a past range once: those of the day prefixes from its first day to one day after its last,
 * since CloudTrail delivers late. Interrupted and run again, it goes on where it was: the ledger knows what is
 * done. @returns the numbers of the run. Rejects like `poll`.
 */
export async function backfill(
  settings: RunSettings,
  range: BackfillRange,
  databaseUrl: string,
  access: ProcessAccess,
  signals: RunSignals,
  observer: RunObserver,
): Promise<RunReport> {
  const call = { settings, databaseUrl, access, signals, observer };
  const days = { fromMs: dayOf(range.fromMs), toMs: dayOf(range.toMs - 1) + 2 * DAY_MS };
  return await runOver(call, "backfill", days, (trail) => trail.once());
}
