import { relieveMemory } from "../core/collect_garbage.ts";
import { describeError, TrailsieveError } from "../core/errors.ts";
import { hourName } from "../core/hours.ts";
import type { LakeFormat } from "../core/lake_paths.ts";
import { logOf } from "../core/log.ts";
import type { LakeStore } from "../objects/mod.ts";
import type { HourWork, Store } from "../store/mod.ts";
import { setAsideDamaged } from "./damaged_parts.ts";
import { isLakeTrouble } from "./lake_gate.ts";
import { readRound } from "./merge_round.ts";
import { MergeWorker } from "./merge_worker.ts";
import type { RunReport } from "./run_report.ts";
import { Wake } from "./wake.ts";
import { HourWriter } from "./write_hour.ts";

/** Hours taken at a time: neighbouring hours share part files, which are then read once. */
const HOURS_AT_ONCE = 16;
const SPARED_AT_ONCE = 500;
/** How often, and how long, a run that must see every hour compacted waits for other replicas. */
const HELD_ASK_MS = 500;
const HELD_MS_MAX = 10 * 60_000;

const log = logOf("compact");

/** What compaction works with. */
export interface CompactorOptions {
  readonly store: Store;
  readonly lake: LakeStore;
  readonly format: LakeFormat;
  /** Whether the lake's store honours conditional writes. */
  readonly conditionalWrites: boolean;
  readonly report: RunReport;
}

/** One call of `compactDue`. */
interface CompactRun {
  /** Hours of which no part was left for another round. */
  readonly done: Set<number>;
  /** Hours whose own files cannot be read. */
  readonly failed: Set<number>;
  readonly signal: AbortSignal;
}

/** Whether an error says that a file is damaged or gone. */
function isOfFile(error: unknown): error is TrailsieveError {
  return error instanceof TrailsieveError && (error.code === "corrupt" || error.code === "missing");
}

/** Merges due hours into their files and rollups. */
export class Compactor implements Disposable {
  readonly #options: CompactorOptions;
  readonly #worker = new MergeWorker();
  readonly #wake = new Wake();
  #trouble: TrailsieveError | null = null;
  #isWriterTold = false;

  constructor(options: CompactorOptions) {
    this.#options = options;
  }

  /** What of the lake's store kept the last round from its end; null if nothing did. */
  get trouble(): TrailsieveError | null {
    return this.#trouble;
  }

  /**
   * Compacts until no hour is due, or with `all` until none has parts. A round that fails is logged and left
   * for later; an hour whose own files cannot be read costs the others nothing. Stops between rounds when the signal
   * aborts. @returns whether every hour taken was compacted.
   */
  async compactDue(
    options: { readonly all: boolean; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const { store } = this.#options;
    let good = true;
    const done = new Set<number>();
    const failed = new Set<number>();
    this.#trouble = null;
    let heldSince = performance.now();
    while (good && !options.signal.aborted) {
      const works = await this.#mayWrite()
        ? await store.takeDueHours({ all: options.all, limit: HOURS_AT_ONCE, except: [...failed] })
        : [];
      if (works.length > 0) {
        relieveMemory();
        // Beside a replica that keeps reading, parts never end: what came after an hour was done is its own.
        const isRepeated = works.every((work) => done.has(work.hourMs));
        good = await this.#compact(works, { done, failed, signal: options.signal });
        if (isRepeated) break;
        heldSince = performance.now();
      } else if (!options.all || failed.size > 0 || await store.openHours() === 0) {
        break;
      } else {
        // Another replica holds what is left: it finishes, or dies and its claim lapses.
        good = performance.now() - heldSince < HELD_MS_MAX;
        await this.#wake.wait(HELD_ASK_MS, options.signal);
      }
    }
    await this.#removeSpared(options.signal);
    return good && failed.size === 0;
  }

  [Symbol.dispose](): void {
    this.#worker[Symbol.dispose]();
  }

  /** Where the lake does not heed conditions, one replica alone replaces its files. */
  async #mayWrite(): Promise<boolean> {
    const { store, lake, conditionalWrites } = this.#options;
    if (conditionalWrites || await store.claimLakeWriter()) return true;
    if (!this.#isWriterTold) {
      log.warn(`Another replica alone writes the files of ${lake.url}: it is left to that one`);
      this.#isWriterTold = true;
    }
    return false;
  }

  async #compact(works: readonly HourWork[], run: CompactRun): Promise<boolean> {
    const { store, lake, format } = this.#options;
    const { done, signal } = run;
    const unfinished = new Set(works.map((work) => work.hourMs));
    try {
      const { message, hours, read } = await readRound(works, lake, format, signal);
      const writers = new Map(
        hours.map((hour) => [
          hour.work.hourMs,
          new HourWriter(hour, { ...this.#options, mayWrite: () => this.#mayWrite(), signal }),
        ]),
      );
      // One after the other: a merged hour holds memory until it is written.
      let writing: Promise<void> = Promise.resolve();
      await this.#worker.merge(message, {
        read,
        write: (file) => writers.get(file.hourMs)!.writeEvents(file),
        onMerged: (merged) => {
          writing = writing.then(() => writers.get(merged.hourMs)!.finish(merged)).then(() => {
            unfinished.delete(merged.hourMs);
          });
          writing.catch(() => {});
        },
      });
      await writing;
      for (const { work, isWhole } of hours) if (isWhole) done.add(work.hourMs);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      // Whoever runs the rounds says what it does about it.
      if (isLakeTrouble(error)) {
        this.#trouble = error;
        return false;
      }
      if (isOfFile(error)) {
        return await this.#goAround(
          works.filter(({ hourMs }) => unfinished.has(hourMs)),
          error,
          run,
        );
      }
      const names = works.map((work) => hourName(work.hourMs)).join(", ");
      log.error(`Cannot compact ${names}: ${describeError(error)}`);
      return false;
    } finally {
      for (const work of works) {
        if (unfinished.has(work.hourMs)) await store.releaseHour(work);
      }
    }
  }

  /**
   * After a file could not be read: without its damaged parts the round is tried again at once; where no part is to
   * blame, each hour by itself.
   */
  async #goAround(
    works: readonly HourWork[],
    error: TrailsieveError,
    run: CompactRun,
  ): Promise<boolean> {
    const { signal, failed } = run;
    if (await setAsideDamaged(works, { ...this.#options, worker: this.#worker, signal })) {
      return true;
    }
    if (works.length === 1) {
      const [{ hourMs, files }] = works;
      const paths = files.filter(({ dataset }) => dataset === "events").map(({ path }) => path);
      log.error(
        `Cannot compact ${hourName(hourMs)}: ${
          describeError(error)
        }. Its parts are sound and wait; look at ` +
          `${paths.join(", ")}`,
      );
      failed.add(hourMs);
      return true;
    }
    let good = true;
    for (const work of works) good = !signal.aborted && await this.#compact([work], run) && good;
    return good;
  }

  /** Removes files that nobody needs; what cannot be removed now is removed another time. */
  async #removeSpared(signal: AbortSignal): Promise<void> {
    const { store, lake } = this.#options;
    while (!signal.aborted) {
      const paths = await store.sparedParts(SPARED_AT_ONCE);
      if (paths.length === 0) return;
      try {
        for (const path of paths) await lake.delete(path, { signal });
      } catch (error) {
        if (!signal.aborted) {
          log.warn(`Parts that are merged stay for now: ${describeError(error)}`);
        }
        return;
      }
      await store.forgetParts(paths);
    }
  }
}
