/** Where the lake's files are, relative to the lake's URL and with `/` (CONTRACT.md, "Lake"). */
import { DAY_MS, HOUR_MS, hourFolder, hourName } from "./hours.ts";

/** The tables of the lake. */
export type Dataset = "events" | "activity";

/** How rows are written: Parquet, or gzipped JSON with a row a line. */
export type LakeFormat = "parquet" | "jsonl";

/** How long the time is that a file is of. */
export type LakePeriod = "hour" | "day";

/** Everything unfinished; no glob over a dataset's folder sees it. */
export const WORK_FOLDER = "_work";

/** Parts, until their hours are compacted. */
export const PARTS_FOLDER = `${WORK_FOLDER}/parts`;

/** What the ends of the files' names are. */
export const LAKE_FILE_ENDS: Readonly<Record<LakeFormat, string>> = {
  parquet: ".parquet",
  jsonl: ".jsonl.gz",
};

/** How long each period is. */
export const PERIOD_MS: Readonly<Record<LakePeriod, number>> = { hour: HOUR_MS, day: DAY_MS };

/** An hour or a day that has files: its start in ms since the epoch. */
export interface LakeTime {
  readonly period: LakePeriod;
  readonly startMs: number;
}

/** What a file's path says. */
export interface LakeFileName extends LakeTime {
  readonly dataset: Dataset;
  readonly format: LakeFormat;
  /** 0 for the first file of the hour or day, n for its `-000n`. */
  readonly index: number;
}

/** What the paths of all files of one hour or day, in either format, begin with, and no other's do. */
export function lakeFilePrefix(dataset: Dataset, { period, startMs }: LakeTime): string {
  const hour = hourFolder(startMs);
  const name = hourName(startMs);
  // A day's folder holds those of its hours too, where there are some.
  return period === "hour"
    ? `${dataset}/${hour}/${dataset}-${name}-00-00`
    : `${dataset}/${hour.slice(0, -3)}/${dataset}-${name.slice(0, 10)}`;
}

/** The path of a file of one hour or day. */
export function lakeFilePath({ dataset, format, index, ...time }: LakeFileName): string {
  const suffix = index === 0 ? "" : `-${String(index).padStart(4, "0")}`;
  return `${lakeFilePrefix(dataset, time)}${suffix}${LAKE_FILE_ENDS[format]}`;
}

const FILE =
  /^(events|activity)\/\d{4}\/\d\d\/\d\d\/(?:(\d\d)\/)?\1-(\d{4}-\d\d-\d\d)(?:T(\d\d)-00-00)?(?:-(\d{4,}))?\.(parquet|jsonl\.gz)$/;

/** What the path of one of the lake's files says; null for a path that none of them has. */
export function parseLakeFilePath(path: string): LakeFileName | null {
  const match = FILE.exec(path);
  if (match === null) return null;
  const [, dataset, , date, hour, index = "0", end] = match;
  const file: LakeFileName = {
    dataset: dataset as Dataset,
    format: end === "parquet" ? "parquet" : "jsonl",
    period: hour === undefined ? "day" : "hour",
    startMs: Date.parse(`${date}T${hour ?? "00"}:00:00Z`),
    index: Number(index),
  };
  return !Number.isNaN(file.startMs) && lakeFilePath(file) === path ? file : null;
}

/** The path of a part. @param name unique for ever, of letters, digits and `-` */
export function partPath(name: string): string {
  return `${PARTS_FOLDER}/${name}.parquet`;
}
