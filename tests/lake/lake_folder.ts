/** Small lakes of every layout, written as the lake's files are. */
import {
  lakeFilePath,
  type LakeFormat,
  type LakePeriod,
  PERIOD_MS,
} from "../../core/lake_paths.ts";
import {
  ACTIVITY_COLUMNS,
  encodeJsonl,
  EVENT_COLUMNS,
  type EventRow,
  mergeHour,
  recordFromRow,
} from "../../parquet/mod.ts";
import { writeRows } from "../../parquet/testing.ts";

/** How the files of a lake lie and what they hold. */
export interface Layout {
  readonly period: LakePeriod;
  readonly format: LakeFormat;
}

/** The files of a lake by path: events and their rollup. */
export async function lakeFiles(
  rows: readonly EventRow[],
  { period, format }: Layout,
): Promise<Map<string, Uint8Array>> {
  const startOf = (row: EventRow) =>
    Math.floor(row.event_time as number / PERIOD_MS[period]) * PERIOD_MS[period];
  const files = new Map<string, Uint8Array>();
  for (const [startMs, own] of Map.groupBy(rows, startOf)) {
    const part = { file: writeRows(own), rowStart: 0, rowCount: own.length };
    const merged = await mergeHour({ hourMs: startMs, parts: [part], existing: [] });
    const bytes = { events: merged.events[0].bytes, activity: merged.activity.bytes };
    for (const dataset of ["events", "activity"] as const) {
      const columns = dataset === "events" ? EVENT_COLUMNS : ACTIVITY_COLUMNS;
      files.set(
        lakeFilePath({ dataset, period, startMs, format, index: 0 }),
        format === "parquet" ? bytes[dataset] : await encodeJsonl(bytes[dataset], columns),
      );
    }
  }
  return files;
}

/** Writes files below a folder. */
export async function writeFiles(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  for (const [path, bytes] of files) {
    const target = `${folder}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(target, bytes);
  }
}

/** Rows at the given times, with ids from `prefix` and `record` rebuilt to say that they are whole. */
export function rowsAt(prefix: string, timesMs: readonly number[]): EventRow[] {
  return timesMs.map((event_time, i) => {
    const row: EventRow = {
      event_time,
      event_id: `${prefix}-${i}`,
      event_source: i % 2 === 0 ? "s3.amazonaws.com" : "iam.amazonaws.com",
      event_name: i % 3 === 0 ? "PutObject" : "GetObject",
      user_arn: `arn:aws:iam::000000000012:user/u${i % 5}`,
      error_code: i % 7 === 0 ? "AccessDenied" : i % 7 === 1 ? "" : null,
      read_only: i % 3 !== 0,
      bucket_name: i % 2 === 0 ? `b${i % 4}` : null,
      object_key: i % 2 === 0 ? `k/${i}` : null,
      request_parameters: `{"bucketName":"b${i % 4}","key":"k/${i}","n":${i}.0}`,
    };
    JSON.parse(recordFromRow(row));
    return row;
  });
}
