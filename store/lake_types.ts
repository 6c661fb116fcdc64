/** What the store says of the lake: its parts, its files, and what a compactor holds and leaves. */
import type { LakeFormat, LakePeriod } from "../core/lake_paths.ts";

/** A part, or a range of its rows, that waits to be compacted into its hour. */
export interface HourPart {
  readonly partId: string;
  /** The event hour of its rows. */
  readonly hourMs: number;
  readonly path: string;
  readonly bytes: number;
  readonly rowStart: number;
  readonly rowCount: number;
}

/** A file of the lake that a row names. `etag` is what the next conditional write compares. */
export interface LakeFile {
  readonly dataset: "events" | "activity";
  /** The start of its hour, or of its day. */
  readonly hourMs: number;
  /** 0 for the first file of the hour or day, n for `-000n`. */
  readonly index: number;
  readonly path: string;
  readonly etag: string;
  readonly rows: number;
  /** Rows whose event id stands in the hour with another content too, beyond the first of each id. */
  readonly conflicts: number;
  readonly bytes: number;
}

/**
 * An event hour with parts waiting, or a day of them where its files are daily, held by this replica until
 * `commitHour` or `releaseHours`.
 */
export interface HourWork {
  /** The start of the hour or day. */
  readonly hourMs: number;
  readonly period: LakePeriod;
  readonly generation: number;
  /** 1, and one more for each attempt since its last commit that was noted as failed. */
  readonly attempt: number;
  readonly parts: readonly HourPart[];
  /** The hour's files as the database names them. */
  readonly files: readonly LakeFile[];
}

/** Options of {@linkcode Store.takeDueHours}. */
export interface TakeHoursOptions {
  /** Whether hours are taken that are not due yet. */
  readonly all: boolean;
  readonly limit: number;
  /** Starts of hours and days that are left out, in ms since the epoch; default none. */
  readonly except?: readonly number[];
}

/** What a compacted hour changed. */
export interface HourCounts {
  /** Rows of the hour's events files now, less the rows that were named before. */
  readonly rowsAdded: number;
  /** Rows of the parts, less `rowsAdded`: right also where a crash had left a newer file behind. */
  readonly duplicates: number;
  readonly conflictsAdded: number;
  /** Parts that no hour needs any more: their files may be removed now. */
  readonly sparedPartPaths: readonly string[];
}

/** How one of the files that a commit names was written. */
export interface LakeWrite {
  readonly path: string;
  readonly durationMs: number;
}

/** A file of the lake that could not be written. */
export interface FailedLakeWrite {
  readonly dataset: LakeFile["dataset"];
  readonly path: string;
  readonly durationMs: number;
  readonly error: string;
}

/** A row of the lake's delivery log. `error` is null where the file was written and named. */
export interface LakeLogEntry {
  readonly atMs: number;
  readonly period: LakePeriod;
  readonly periodStartMs: number;
  readonly dataset: LakeFile["dataset"];
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly attempt: number;
  readonly error: string | null;
}

/** The lake that a database belongs to. */
export interface LakeBinding {
  /** The lake's URL, or `none`. */
  readonly url: string;
  readonly format: LakeFormat;
  readonly cadence: "hourly" | "daily";
}

/** Options of {@linkcode Store.bindLake}. */
export interface BindOptions {
  readonly rebind?: boolean;
  readonly changeCadence?: boolean;
  /**
   * Files of events that the lake has already, of each day those of one cadence: they become the database's own if
   * it knew nothing of this lake before.
   */
  readonly found?: readonly LakeFile[];
}
