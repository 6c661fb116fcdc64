import { describeError } from "../core/errors.ts";
import { logOf } from "../core/log.ts";
import type { ListenAddress } from "../core/setting_values.ts";
import { type RunObserver, RunReport } from "../coordinator/mod.ts";
import type { MetricsServer, WatchedRun } from "../metrics/mod.ts";
import type { CommandIo } from "./command.ts";
import { EXIT, exitCodeOf } from "./exit_codes.ts";
import { formatAlertSummary } from "./format_alert_summary.ts";
import { formatEstimate } from "./format_estimate.ts";
import { formatSummary } from "./format_summary.ts";
import { writeReport } from "./report_file.ts";
import { tellProgress } from "./tell_progress.ts";
import { writeText } from "./write_text.ts";

const SAMPLE_MS = 200;

const log = logOf("run");

/** What is told of a run. */
export interface ObserveOptions {
  readonly command: string;
  /** Where the report goes; null for nowhere. */
  readonly reportPath: string | null;
  readonly lake: string;
  /** Where metrics are served while the run lasts; null for nowhere. */
  readonly metrics: ListenAddress | null;
}

/**
 * Lets a run go on under observation: progress while it lasts, memory sampled, summary and report at its end,
 * also where it fails. @returns the exit code
 */
export async function observeRun(
  options: ObserveOptions,
  io: CommandIo,
  run: (onOpen: RunObserver["onOpen"]) => Promise<RunReport>,
): Promise<number> {
  let report = new RunReport();
  let backlog: WatchedRun["backlog"] = null;
  let metrics: MetricsServer | null = null;
  const timer = setInterval(() => report.sampleMemory(), SAMPLE_MS);
  using progress = tellProgress(() => report, io);
  let code: number;
  try {
    if (options.metrics !== null) {
      // Loaded only when asked for.
      const { serveMetrics } = await import("../metrics/mod.ts");
      const { processStartedAt } = io;
      metrics = serveMetrics(options.metrics, () => ({ report, backlog, processStartedAt }));
    }
    report = await run((openReport, openBacklog) => {
      report = openReport;
      backlog = openBacklog;
    });
    code = report.isClean || report.estimate !== null ? EXIT.done : EXIT.incomplete;
  } catch (error) {
    code = exitCodeOf(error);
    // A usage error has no run to tell of.
    if (code === EXIT.usage) throw error;
    log.error(describeError(error));
  } finally {
    clearInterval(timer);
    progress.end();
    await metrics?.[Symbol.asyncDispose]();
  }
  if (report.estimate !== null) await writeText(io.stdout, formatEstimate(report.estimate));
  else if (report.firstListingAt !== null) io.writeError(formatSummary(report, options.lake));
  if (report.alertSummary !== null) io.writeError(formatAlertSummary(report.alertSummary));
  if (options.reportPath !== null) {
    await writeReport(options.reportPath, report.toJson(options.command, io.processStartedAt));
  }
  return code;
}
