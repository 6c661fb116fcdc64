import { describeError } from "../core/errors.ts";
import { logOf } from "../core/log.ts";
import type { RunContext } from "./run_context.ts";

const log = logOf("run");

/**
 * Asks the database what is left over, for the report: pending objects, alerts that are still open, and alerts for
 * sinks that this run does not have. Beside other replicas a backfill's pending objects are its own. A database that is gone is logged: the run has failed by then.
 */
export async function finishReport(
  { store, report, sinkNames }: RunContext,
  backfillIds?: readonly string[],
): Promise<void> {
  try {
    const isShared = backfillIds !== undefined && await store.hasCompany();
    report.objects.pending = (await store.openWork(isShared ? { backfillIds } : {})).refs;
    const open = await store.openAlerts();
    report.alerts.undelivered += open;
    const nextMs = await store.nextDeliveryMs(sinkNames);
    if (nextMs !== null) {
      const nextAt = new Date(Date.now() + nextMs).toISOString();
      log.warn(
        `Alerts wait to be delivered; the next attempt is due at ${nextAt}`,
      );
    }
    for (const [sink, count] of await store.waitingSinks()) {
      if (!sinkNames.includes(sink)) {
        log.warn(
          `${count} alerts wait for ${sink}, which this run does not deliver to: give it by --alert, or give them up ` +
            `by deadletters drop --all --sink ${sink}`,
        );
      }
    }
  } catch (error) {
    log.error(`Cannot tell what is left over: ${describeError(error)}`);
  }
}
