import type { LakeFormat } from "../core/lake_paths.ts";
import type { LakeStore, Source } from "../objects/mod.ts";
import type { Store, Suppression } from "../store/mod.ts";
import type { LakeGate } from "./lake_gate.ts";
import type { RunReport } from "./run_report.ts";

/** What the parts of a run share. */
export interface RunContext {
  readonly store: Store;
  /** By URL. */
  readonly sources: ReadonlyMap<string, Source>;
  /** Null with `--lake none`. */
  readonly lake: LakeStore | null;
  /** Stands before the lake; null with `--lake none`. */
  readonly lakeGate: LakeGate | null;
  readonly lakeFormat: LakeFormat;
  readonly conditionalWrites: boolean;
  readonly report: RunReport;
  /** Names of the sinks that alerts go to. */
  readonly sinkNames: readonly string[];
  /** Of what this run plans. */
  readonly suppress: Suppression;
  /** How long rows are kept that only tell what was done; null for ever. */
  readonly retentionMs: number | null;
}
