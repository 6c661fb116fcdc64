/** The messages between the coordinator and the isolate that merges hours: bytes in, bytes out. */
import type { LakeFormat } from "../core/lake_paths.ts";

/** Hours to merge; parts and files are places in `files`. */
export interface MergeMessage {
  readonly kind: "merge";
  /** Of the files that are replaced or stay, and of the merged ones; parts are always Parquet. */
  readonly format: LakeFormat;
  readonly files: readonly Uint8Array[];
  readonly hours: readonly {
    readonly hourMs: number;
    readonly parts: readonly {
      readonly file: number;
      readonly rowStart: number;
      readonly rowCount: number;
    }[];
    /** Files that the merged ones replace. */
    readonly existing: readonly number[];
    /** Files that stay: the merged ones hold only what these lack. */
    readonly standing: readonly number[];
  }[];
}

/** One merged hour. */
export interface MergedMessage {
  readonly kind: "merged";
  readonly hourMs: number;
  readonly events: readonly {
    readonly bytes: Uint8Array;
    readonly rows: number;
    readonly conflicts: number;
  }[];
  readonly activity: { readonly bytes: Uint8Array; readonly rows: number };
}

/** All hours of the message are merged, or merging failed. */
export interface MergeEndMessage {
  readonly kind: "end";
  readonly error: string | null;
}
