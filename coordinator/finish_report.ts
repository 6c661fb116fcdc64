import { describeError } from "../core/errors.ts";
import { logOf } from "../core/log.ts";
import type { RunContext } from "./run_context.ts";

const log = logOf("run");

/**
 * Asks the database what is left over, for the report: pending objects, alerts that are still open, and alerts for
 * sinks that this run does not have. A database that is gone is logged: the run has failed by then.
 */
export async function finishReport({ store, report, sinkNames }: RunContext): Promise<void> {
  try {
    report.objects.pending = (await store.openWork()).refs;
    report.alerts.undelivered += await store.openAlerts();
    const nextAt = await store.nextDeliveryAt(sinkNames);
    if (nextAt !== null) {
      log.warn(
        `Alerts wait to be delivered; the next attempt is due at ${new Date(nextAt).toISOString()}`,
      );
    }
    for (const [sink, count] of await store.waitingSinks()) {
      if (!sinkNames.includes(sink)) {
        log.warn(`${count} alerts wait for ${sink}, which this run does not deliver to`);
      }
    }
  } catch (error) {
    log.error(`Cannot tell what is left over: ${describeError(error)}`);
  }
}
