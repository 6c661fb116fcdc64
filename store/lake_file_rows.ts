import type { LakeFile } from "./types.ts";

/** A row of `lake_files`, with its hour in milliseconds. */
export interface FileRow {
  readonly dataset: "events" | "activity";
  readonly hour_ms: number;
  readonly file_index: number;
  readonly path: string;
  readonly etag: string;
  readonly row_count: number | string;
  readonly conflicts: number | string;
  readonly bytes: number | string;
}

/** The file that a row names. */
export function toLakeFile(row: FileRow): LakeFile {
  return {
    dataset: row.dataset,
    hourMs: row.hour_ms,
    index: row.file_index,
    path: row.path,
    etag: row.etag,
    rows: Number(row.row_count),
    conflicts: Number(row.conflicts),
    bytes: Number(row.bytes),
  };
}
