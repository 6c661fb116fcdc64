/** Where the lake's files are, relative to the lake's URL and with `/` (CONTRACT.md, "Lake"). */
import { hourFolder, hourName } from "./hours.ts";

/** The tables of the lake. */
export type Dataset = "events" | "activity";

/** Everything unfinished; no glob over a dataset's folder sees it. */
export const WORK_FOLDER = "_work";

/** Parts, until their hours are compacted. */
export const PARTS_FOLDER = `${WORK_FOLDER}/parts`;

/** The folder of one event hour, ending in `/`. */
export function hourFolderPath(dataset: Dataset, hourMs: number): string {
  return `${dataset}/${hourFolder(hourMs)}/`;
}

/**
 * The path of a file of one event hour.
 * @param hourMs the hour's start
 * @param index 0 for the hour's first file, n for its `-000n`
 */
export function hourFilePath(dataset: Dataset, hourMs: number, index = 0): string {
  const suffix = index === 0 ? "" : `-${String(index).padStart(4, "0")}`;
  return `${hourFolderPath(dataset, hourMs)}${dataset}-${hourName(hourMs)}-00-00${suffix}.parquet`;
}

const HOUR_FILE =
  /^(events|activity)\/\d{4}\/\d\d\/\d\d\/\d\d\/\1-(\d{4}-\d\d-\d\dT\d\d)-00-00(?:-(\d{4,}))?\.parquet$/;

/** The start of the event hour whose file has this path; null for a path that no hour's file has. */
export function hourOfFilePath(dataset: Dataset, path: string): number | null {
  const match = HOUR_FILE.exec(path);
  if (match === null) return null;
  const hourMs = Date.parse(`${match[2]}:00:00Z`);
  const isOurs = !Number.isNaN(hourMs) &&
    path === hourFilePath(dataset, hourMs, Number(match[3] ?? 0));
  return isOurs ? hourMs : null;
}

/** The path of a part. @param name unique for ever, of letters, digits and `-` */
export function partPath(name: string): string {
  return `${PARTS_FOLDER}/${name}.parquet`;
}
