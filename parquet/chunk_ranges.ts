import { parquetMetadataAsync } from "hyparquet";
import { asyncBuffer, readable, type TableFile } from "./table_file.ts";

/** Bytes of a file, from `start` to `end` (exclusive). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the chunks of some columns lie in a Parquet file, in order and without overlap. Reads the footer alone:
 * the file's last 512 KB at once, and more only where the footer is longer.
 * @param gapBytesMax ranges no further apart are one: fewer requests for a few bytes more
 * Throws TrailsieveError `corrupt` unless the file is Parquet; what reading the file throws passes.
 */
export async function chunkRanges(
  file: TableFile,
  columns: readonly string[],
  gapBytesMax: number,
): Promise<ByteRange[]> {
  const metadata = await readable(() => parquetMetadataAsync(asyncBuffer(file)));
  const wanted = new Set(columns);
  const ranges: { start: number; end: number }[] = [];
  const chunks = metadata.row_groups.flatMap((group) => group.columns)
    .flatMap(({ meta_data: data }) =>
      data === undefined || !wanted.has(data.path_in_schema[0]) ? [] : [data]
    )
    .map((data) => {
      const start = Number(data.dictionary_page_offset ?? data.data_page_offset);
      return { start, end: start + Number(data.total_compressed_size) };
    })
    .sort((a, b) => a.start - b.start);
  for (const { start, end } of chunks) {
    const last = ranges.at(-1);
    if (last !== undefined && start - last.end <= gapBytesMax) last.end = Math.max(last.end, end);
    else ranges.push({ start, end });
  }
  return ranges;
}
