/** Small lakes of every layout, written as the lake's files are. */
import { gzipSync } from "node:zlib";
import { DAY_MS, hourName, hourOf } from "../../core/hours.ts";
import { EVENT_COLUMNS, type EventRow, mergeHour, recordFromRow } from "../../parquet/mod.ts";
import { writeRows } from "../../parquet/testing.ts";

/** How the files of a lake lie and what they hold. */
export interface Layout {
  readonly cadence: "hourly" | "daily";
  readonly format: "parquet" | "jsonl";
}

/** The files of a lake by path: events and their rollup. */
export async function lakeFiles(
  rows: readonly EventRow[],
  { cadence, format }: Layout,
): Promise<Map<string, Uint8Array>> {
  const startOf = (row: EventRow) => {
    const timeMs = row.event_time as number;
    return cadence === "hourly" ? hourOf(timeMs) : Math.floor(timeMs / DAY_MS) * DAY_MS;
  };
  const files = new Map<string, Uint8Array>();
  for (const [startMs, own] of Map.groupBy(rows, startOf)) {
    const path = (dataset: string) => {
      const day = hourName(startMs).slice(0, 10);
      const hour = hourName(startMs).slice(11);
      const suffix = format === "parquet" ? ".parquet" : ".jsonl.gz";
      const folder = `${dataset}/${day.replaceAll("-", "/")}/`;
      return cadence === "daily"
        ? `${folder}${dataset}-${day}${suffix}`
        : `${folder}${hour}/${dataset}-${day}T${hour}-00-00${suffix}`;
    };
    const part = { file: writeRows(own), rowStart: 0, rowCount: own.length };
    const merged = await mergeHour({ hourMs: startMs, parts: [part], existing: [] });
    if (format === "parquet") {
      files.set(path("events"), merged.events[0].bytes);
      files.set(path("activity"), merged.activity.bytes);
    } else files.set(path("events"), jsonLines(own));
  }
  return files;
}

/** Rows as `jsonl`: a row a line, absent left out, JSON columns as JSON (CONTRACT.md, "Lake"). */
export function jsonLines(rows: readonly EventRow[]): Uint8Array {
  const line = (row: EventRow) => {
    const members = EVENT_COLUMNS.flatMap(({ name, type }) => {
      const value = row[name];
      if (value === null || value === undefined) return [];
      const text = type === "json"
        ? value
        : JSON.stringify(type === "timestamp" ? new Date(value as number).toISOString() : value);
      return [`${JSON.stringify(name)}:${text}`];
    });
    return `{${members.join(",")}}\n`;
  };
  return gzipSync(rows.map(line).join(""));
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
