import { logOf } from "../core/log.ts";
import type { RunReport } from "../coordinator/mod.ts";
import type { CommandIo } from "./command.ts";
import { ProgressTeller, sampleProgress } from "./format_progress.ts";

/** How often the bar moves, and how often a line is logged where there is no terminal. */
const BAR_MS = 250;
const LINE_MS = 10_000;

const log = logOf("run");

/** The telling of a run's progress; ended by `end` or by disposing of it. */
export interface ProgressTelling extends Disposable {
  end(): void;
}

/**
 * Tells how far a run is while it lasts: on a terminal a bar for a backfill, elsewhere a log line every ten
 * seconds in which something was read.
 */
export function tellProgress(
  report: () => RunReport,
  io: Pick<CommandIo, "showStatus" | "stderrIsTerminal" | "width" | "colour">,
): ProgressTelling {
  const teller = new ProgressTeller();
  let toldAt = Date.now();
  let told = 0;
  const timer = setInterval(() => {
    const now = Date.now();
    const sample = sampleProgress(report(), now);
    teller.add(sample);
    if (io.stderrIsTerminal && report().backfill !== null) {
      return io.showStatus(teller.bar({ width: io.width, colour: io.colour }));
    }
    if (now - toldAt < LINE_MS || sample.events + sample.objects === told) return;
    toldAt = now;
    told = sample.events + sample.objects;
    log.info(`${teller.text()} so far`);
  }, BAR_MS);
  const end = () => {
    clearInterval(timer);
    io.showStatus("");
  };
  return { end, [Symbol.dispose]: end };
}
