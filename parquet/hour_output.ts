import { EVENT_COLUMNS } from "./columns.ts";
import { type EncodedChunk, TableWriter } from "./encode.ts";
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

/** Collects one hour's row groups into files of a bounded size. */
export class HourOutput {
  readonly rollup = new Rollup();
  readonly #fileBytesMax: number;
  readonly #files: MergedFile[] = [];
  #writer = new TableWriter(EVENT_COLUMNS);
  #conflicts = 0;

  constructor(fileBytesMax: number) {
    this.#fileBytesMax = fileBytesMax;
  }

  /** Appends a row group; `conflicts` as in `MergedFile`. */
  append(chunks: readonly EncodedChunk[], rowCount: number, conflicts: number): void {
    if (this.#writer.byteLengthWith(chunks) > this.#fileBytesMax) this.#closeFile();
    this.#writer.appendRowGroup(chunks, rowCount);
    this.#conflicts += conflicts;
  }

  /** The hour's files and rollup. */
  finish(hourMs: number, rowGroupRowsMax: number): MergedHour {
    this.#closeFile();
    return { hourMs, events: this.#files, activity: this.rollup.finish(rowGroupRowsMax) };
  }

  #closeFile(): void {
    const rows = this.#writer.rowCount;
    if (rows === 0) return;
    this.#files.push({ bytes: this.#writer.finish(), rows, conflicts: this.#conflicts });
    this.#writer = new TableWriter(EVENT_COLUMNS);
    this.#conflicts = 0;
  }
}
