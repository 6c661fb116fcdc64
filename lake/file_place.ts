import type { Dataset } from "../core/lake_paths.ts";
import type { LakeFile } from "./lake_files.ts";
import type { DatasetFiles } from "./views.ts";

/** Where a lake's files are, and how DuckDB comes to read them. */
export interface FilePlace extends AsyncDisposable {
  /** The folder, ending in `/`, below which DuckDB may read. */
  readonly root: string;
  /** Whether listing asks nobody but this machine. */
  readonly isCheap: boolean;
  /** Bytes fetched so far. */
  readonly bytesFetched: number;
  /** Files of a dataset, those alone that the lake's layout knows. Throws TrailsieveError. */
  list(dataset: Dataset, signal?: AbortSignal): Promise<readonly LakeFile[]>;
  /**
   * Makes files readable as local ones, for Parquet at least the named columns of them.
   * Throws TrailsieveError; what was begun has ended when it does.
   */
  bring(
    files: readonly LakeFile[],
    columns: readonly string[],
    signal?: AbortSignal,
  ): Promise<DatasetFiles>;
}

/** Paths of files, by format. */
export function byFormat(root: string, files: readonly LakeFile[]): DatasetFiles {
  const paths = (format: LakeFile["format"]) =>
    files.filter((file) => file.format === format).map(({ path }) => root + path);
  return { parquet: paths("parquet"), jsonl: paths("jsonl") };
}
