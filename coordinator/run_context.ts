import type { LakeStore, Source } from "../objects/mod.ts";
import type { Store } from "../store/mod.ts";
import type { RunReport } from "./run_report.ts";

/** Which alerts are stored as suppressed. */
export interface Suppression {
  readonly all: boolean;
  /** Alerts of events before this instant, ms since the epoch. */
  readonly beforeMs: number | null;
}

/** What the parts of a run share. */
export interface RunContext {
  readonly store: Store;
  /** By URL. */
  readonly sources: ReadonlyMap<string, Source>;
  /** Null with `--lake none`. */
  readonly lake: LakeStore | null;
  readonly conditionalWrites: boolean;
  readonly report: RunReport;
  /** Names of the sinks that alerts go to. */
  readonly sinkNames: readonly string[];
  readonly suppress: Suppression;
}
