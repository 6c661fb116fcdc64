import { describeError, TrailsieveError } from "../core/errors.ts";
import { hourName } from "../core/hours.ts";
import { type Dataset, lakeFilePath, type LakeFormat } from "../core/lake_paths.ts";
import { logOf } from "../core/log.ts";
import type { LakeStore, PutCondition } from "../objects/mod.ts";
import type { LakeFile, LakeWrite, Store } from "../store/mod.ts";
import type { MergedEvents, MergedMessage } from "../workers/mod.ts";
import type { RoundHour } from "./merge_round.ts";
import type { RunReport } from "./run_report.ts";

const log = logOf("compact");

/** What an hour is written with. */
export interface WriteHourOptions {
  readonly store: Store;
  readonly lake: LakeStore;
  readonly format: LakeFormat;
  /** Whether the lake's store honours conditional writes. */
  readonly conditionalWrites: boolean;
  /** Whether this replica may write at all; asked before each file. */
  readonly mayWrite: () => Promise<boolean>;
  readonly report: RunReport;
  readonly signal: AbortSignal;
}

/**
 * Puts an hour's files, then names them. A crash in between leaves a newer version than the row names, or a
 * file without a row: the next round reads the former, and replaces the latter, whose rows all stem from
 * parts that still wait.
 */
export class HourWriter {
  readonly #hour: RoundHour;
  readonly #options: WriteHourOptions;
  readonly #named: LakeFile[];
  readonly #writes: LakeWrite[] = [];
  readonly #startedAt = performance.now();

  constructor(hour: RoundHour, options: WriteHourOptions) {
    this.#hour = hour;
    this.#options = options;
    this.#named = [...hour.standing];
  }

  /** Puts the next file of events. */
  async writeEvents({ bytes, rows, conflicts }: MergedEvents): Promise<void> {
    await this.#write("events", this.#named.length, bytes, { rows, conflicts });
  }

  /** Puts what is left and commits the hour. */
  async finish({ events, activity }: MergedMessage): Promise<void> {
    const { store, report } = this.#options;
    const { work } = this.#hour;
    for (const file of events) await this.writeEvents(file);
    await this.#write("activity", 0, activity.bytes, { rows: activity.rows, conflicts: 0 });
    const counts = await store.commitHour(work, this.#named, this.#writes);
    report.addHour(counts);
    await this.#removeLeftovers();
    log.debug(
      `Compacted ${hourName(work.hourMs)}: ${counts.rowsAdded} rows added, ` +
        `${counts.duplicates} duplicates, ${work.parts.length} parts, ` +
        `${Math.round(performance.now() - this.#startedAt)} ms`,
    );
  }

  /** Removes files that an attempt put which was never committed, and that this one did not replace. */
  async #removeLeftovers(): Promise<void> {
    const { lake, signal } = this.#options;
    const files = this.#named.filter(({ dataset }) => dataset === "events").length;
    for (let index = files;; index++) {
      const path = this.#path("events", index);
      const etag = this.#hour.etags.get(path);
      if (etag === undefined) return;
      try {
        await lake.delete(path, { etag, signal });
      } catch (error) {
        // The hour is anybody's again: what another replica has put there meanwhile is a file of its own.
        if (error instanceof TrailsieveError && error.code === "condition") return;
        throw error;
      }
    }
  }

  #path(dataset: Dataset, index: number): string {
    const { hourMs: startMs, period } = this.#hour.work;
    return lakeFilePath({ dataset, format: this.#options.format, period, startMs, index });
  }

  async #write(
    dataset: Dataset,
    index: number,
    bytes: Uint8Array,
    counts: { readonly rows: number; readonly conflicts: number },
  ): Promise<void> {
    const { hourMs } = this.#hour.work;
    const path = this.#path(dataset, index);
    const etag = await this.#put(dataset, path, bytes);
    this.#named.push({ dataset, hourMs, index, path, etag, ...counts, bytes: bytes.length });
  }

  /** Writes a file in place of the version that the round found there, or where it found none. */
  async #put(dataset: Dataset, path: string, bytes: Uint8Array): Promise<string> {
    const { store, lake, conditionalWrites, mayWrite, signal } = this.#options;
    const found = this.#hour.etags.get(path);
    const condition: PutCondition = !conditionalWrites
      ? { kind: "always" }
      : found === undefined
      ? { kind: "create" }
      : { kind: "replace", etag: found };
    const startedAt = performance.now();
    const durationMs = () => performance.now() - startedAt;
    try {
      if (!await mayWrite()) {
        throw new TrailsieveError(
          "fenced",
          `Cannot write ${lake.url}${path}: another replica does`,
        );
      }
      const etag = await lake.put(path, bytes, { condition, signal });
      this.#writes.push({ path, durationMs: durationMs() });
      return etag;
    } catch (error) {
      if (!signal.aborted) {
        const failed = { dataset, path, durationMs: durationMs(), error: describeError(error) };
        await store.noteFailedWrite(this.#hour.work, failed).catch(() => {});
      }
      throw error;
    }
  }
}
