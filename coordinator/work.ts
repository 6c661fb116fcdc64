import type { WorkSettings } from "../core/backfill_config.ts";
import { TrailsieveError } from "../core/errors.ts";
import { type RunCall, runOver } from "./run_over.ts";
import type { RunReport } from "./run_report.ts";
import { Wake } from "./wake.ts";

/** What `work` is given by its command. */
export interface WorkCall extends Omit<RunCall, "settings"> {
  readonly settings: WorkSettings;
}

/**
 * Joins the cluster: takes shards that others plan, of the sources it is given, delivers and compacts, until the
 * drain. @returns the numbers of the run. Throws `usage` on the embedded database, where nobody else could plan;
 * else rejects like `poll`.
 */
export async function work(call: WorkCall): Promise<RunReport> {
  if (call.databaseUrl.startsWith("pglite:")) {
    throw new TrailsieveError(
      "usage",
      "Cannot work alone: `work` reads what other processes plan, and the embedded database serves one process",
      {
        hint:
          "Name a Postgres by --database (DATABASE_URL) that poll or backfill use too, or run poll instead",
      },
    );
  }
  // Whoever plans chooses objects and which alerts are suppressed.
  const settings = {
    ...call.settings,
    accounts: [],
    regions: [],
    "alert-mode": "send" as const,
    "alert-since": null,
  };
  const everything = { fromMs: null, toMs: null };
  return await runOver(
    { ...call, settings, joins: true },
    "live",
    everything,
    async (trail, run) => {
      run.context.report.firstListingAt ??= Date.now();
      const wake = new Wake();
      await trail.assist((ms, signal) => wake.wait(ms, signal));
    },
  );
}
