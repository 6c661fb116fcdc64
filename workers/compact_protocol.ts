/**
 * The messages between the coordinator and the isolate that merges hours: bytes in, bytes out. Of a large hour the
 * isolate asks for ranges of files and hands over each file before it begins the next one.
 */
import type { LakeFormat } from "../core/lake_paths.ts";

/** A file that stays where it is and is read by ranges. */
export interface RemoteFile {
  readonly byteLength: number;
}

/** Hours to merge; parts and files are places in `files`. */
export interface MergeMessage {
  readonly kind: "merge";
  /** Of the files that are replaced or stay, and of the merged ones; parts are always Parquet. */
  readonly format: LakeFormat;
  readonly files: readonly (Uint8Array | RemoteFile)[];
  readonly hours: readonly {
    readonly hourMs: number;
    /** Whether it is merged in runs, from remote files, instead of being sorted as a whole. */
    readonly isLarge: boolean;
    readonly parts: readonly {
      readonly file: number;
      readonly rowStart: number;
      readonly rowCount: number;
    }[];
    /** Files that the merged ones replace. */
    readonly existing: readonly number[];
    /** Files that stay: the merged ones hold only what these lack. */
    readonly standing: readonly number[];
    /** The rollup of the files that stay; null where it must be counted again. */
    readonly standingActivity: number | null;
  }[];
}

/** Asks for bytes of a remote file. */
export interface ReadMessage {
  readonly kind: "read";
  readonly id: number;
  readonly file: number;
  readonly offset: number;
  readonly length: number;
}

/** Answers a ReadMessage; null if the bytes could not be read, which ends the merge. */
export interface RangeMessage {
  readonly kind: "range";
  readonly id: number;
  readonly bytes: Uint8Array | null;
}

/** A merged file of events. */
export interface MergedEvents {
  readonly bytes: Uint8Array;
  readonly rows: number;
  readonly conflicts: number;
}

/** One finished file of a large hour. The isolate goes on when it is written. */
export interface FileMessage extends MergedEvents {
  readonly kind: "file";
  readonly hourMs: number;
}

/** Answers a FileMessage; false ends the merge. */
export interface WrittenMessage {
  readonly kind: "written";
  readonly isWritten: boolean;
}

/** One merged hour. */
export interface MergedMessage {
  readonly kind: "merged";
  readonly hourMs: number;
  /** Its files; those of a large hour went before. */
  readonly events: readonly MergedEvents[];
  readonly activity: { readonly bytes: Uint8Array; readonly rows: number };
}

/** All hours of the message are merged, or merging failed. */
export interface MergeEndMessage {
  readonly kind: "end";
  readonly error: string | null;
}

export type ToMerger = MergeMessage | RangeMessage | WrittenMessage;
export type FromMerger = ReadMessage | FileMessage | MergedMessage | MergeEndMessage;
