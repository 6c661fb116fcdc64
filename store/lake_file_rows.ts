import { sql } from "kysely";
import type { Trx } from "./database.ts";
import type { LakeFile } from "./lake_types.ts";

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

/** Names files of the lake. */
export async function insertLakeFiles(trx: Trx, files: readonly LakeFile[]): Promise<void> {
  await sql`
    insert into lake_files (dataset, hour, file_index, path, etag, row_count, conflicts, bytes)
    select r.dataset, to_timestamp(r.hour_ms / 1000), r.file_index, r.path, r.etag, r.row_count, r.conflicts,
      r.bytes
    from unnest(
      ${files.map((file) => file.dataset)}::text[],
      ${files.map((file) => file.hourMs)}::float8[],
      ${files.map((file) => file.index)}::int[],
      ${files.map((file) => file.path)}::text[],
      ${files.map((file) => file.etag)}::text[],
      ${files.map((file) => file.rows)}::bigint[],
      ${files.map((file) => file.conflicts)}::bigint[],
      ${files.map((file) => file.bytes)}::bigint[]
    ) as r(dataset, hour_ms, file_index, path, etag, row_count, conflicts, bytes)`.execute(trx);
}
