import { EVENT_COLUMNS } from "./columns.ts";
import { type EncodedChunk, TableWriter } from "./encode.ts";
import type { TableFile } from "./read.ts";
import { Rollup } from "./rollup.ts";

/** A file of merged rows; `conflicts` are its rows whose event id an earlier row of the hour has. */
export interface MergedFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rows: number;
  readonly conflicts: number;
}

/** An hour after merging. */
export interface MergedHour {
  readonly hourMs: number;
  /** None where the standing files lack nothing. */
  readonly events: readonly MergedFile[];
  /** The rollup of all the hour's rows, those of standing files included. */
  readonly activity: { readonly bytes: Uint8Array<ArrayBuffer>; readonly rows: number };
}

/**
 * Whether rows of these files may take more than one file. If so, those of the file that is replaced come before all
 * others: it is replaced first, and where the others cannot be written then, they are still in their parts, but
 * nothing else holds the rows of the file that was there.
 */
export function mayNeedFurtherFiles(files: Iterable<TableFile>, fileBytesMax: number): boolean {
  let bytes = 0;
  for (const { byteLength } of new Set(files)) bytes += byteLength;
  // Encoded anew and in other company, rows may take somewhat more than they did.
  return bytes > fileBytesMax / 2;
}

/** Collects one hour's row groups into files of a bounded size. */
export class HourOutput {
  readonly rollup = new Rollup();
  readonly #fileBytesMax: number;
  readonly #roomBytes: number;
  #files: MergedFile[] = [];
  /** The file under way; null before its first row group. */
  #writer: TableWriter | null = null;
  #conflicts = 0;

  /** @param roomBytes room that is set aside for a file, which spares moving it as it grows */
  constructor(fileBytesMax: number, roomBytes: number) {
    this.#fileBytesMax = fileBytesMax;
    this.#roomBytes = Math.min(Math.ceil(roomBytes), fileBytesMax);
  }

  /** Files that are complete; they are the caller's then. */
  takeFiles(): MergedFile[] {
    const files = this.#files;
    this.#files = [];
    return files;
  }

  /** Appends a row group; `conflicts` as in `MergedFile`. */
  append(chunks: readonly EncodedChunk[], rowCount: number, conflicts: number): void {
    if (this.#writer !== null && this.#writer.byteLengthWith(chunks) > this.#fileBytesMax) {
      this.#closeFile();
    }
    this.#writer ??= new TableWriter(EVENT_COLUMNS, this.#roomBytes);
    this.#writer.appendRowGroup(chunks, rowCount);
    this.#conflicts += conflicts;
  }

  /** The hour's files and rollup. */
  finish(hourMs: number, rowGroupRowsMax: number): MergedHour {
    this.#closeFile();
    return { hourMs, events: this.takeFiles(), activity: this.rollup.finish(rowGroupRowsMax) };
  }

  #closeFile(): void {
    if (this.#writer === null) return;
    const rows = this.#writer.rowCount;
    this.#files.push({ bytes: this.#writer.finish(), rows, conflicts: this.#conflicts });
    this.#writer = null;
    this.#conflicts = 0;
  }
}
