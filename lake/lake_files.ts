import { type Dataset, type LakeFormat, parseLakeFilePath, PERIOD_MS } from "../core/lake_paths.ts";

/** A file of a dataset, of one event hour or of one day. */
export interface LakeFile {
  /** Relative to the lake, with `/`. */
  readonly path: string;
  readonly format: LakeFormat;
  /** Its rows' times, in ms since the epoch; the end is excluded. */
  readonly startMs: number;
  readonly endMs: number;
}

/** The file that a path below the lake names (CONTRACT.md, "Lake"); null for a path that is none of ours. */
export function lakeFileOf(dataset: Dataset, path: string): LakeFile | null {
  const file = parseLakeFilePath(path);
  if (file?.dataset !== dataset) return null;
  const { format, startMs, period } = file;
  return { path, format, startMs, endMs: startMs + PERIOD_MS[period] };
}

/** The end of the last hour or day that has a file, ms since the epoch; null where there is none. */
export function lastEndMs(files: readonly LakeFile[]): number | null {
  return files.reduce<number | null>((last, { endMs }) => Math.max(last ?? endMs, endMs), null);
}
