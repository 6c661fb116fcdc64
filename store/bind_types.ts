import type { LakeFile } from "./types.ts";

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
