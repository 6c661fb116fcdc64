import { DAY_MS, HOUR_MS } from "../core/hours.ts";
import type { Dataset } from "../core/lake_paths.ts";

/** A file of a dataset, of one event hour or of one day. */
export interface LakeFile {
  /** Relative to the lake, with `/`. */
  readonly path: string;
  readonly format: "parquet" | "jsonl";
  /** Its rows' times, in ms since the epoch; the end is excluded. */
  readonly startMs: number;
  readonly endMs: number;
}

const PATH = new RegExp(
  String.raw`^(events|activity)/(\d{4})/(\d\d)/(\d\d)(?:/(\d\d))?/\1-(\d{4}-\d\d-\d\d)` +
    String.raw`(?:T(\d\d)-00-00)?(?:-\d{4,})?\.(parquet|jsonl\.gz)$`,
);

/** The file that a path below the lake names (CONTRACT.md, "Lake"); null for a path that is none of ours. */
export function lakeFileOf(dataset: Dataset, path: string): LakeFile | null {
  const match = PATH.exec(path);
  if (match === null || match[1] !== dataset) return null;
  const [, , year, month, day, folderHour, date, hour, suffix] = match;
  if (`${year}-${month}-${day}` !== date || folderHour !== hour) return null;
  const startMs = Date.parse(`${date}T${hour ?? "00"}:00:00Z`);
  if (Number.isNaN(startMs)) return null;
  return {
    path,
    format: suffix === "parquet" ? "parquet" : "jsonl",
    startMs,
    endMs: startMs + (hour === undefined ? DAY_MS : HOUR_MS),
  };
}

/** The end of the last hour or day that has a file, ms since the epoch; null where there is none. */
export function lastEndMs(files: readonly LakeFile[]): number | null {
  return files.reduce<number | null>((last, { endMs }) => Math.max(last ?? endMs, endMs), null);
}
