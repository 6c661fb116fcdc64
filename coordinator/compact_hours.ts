import { relieveMemory } from "../core/collect_garbage.ts";
import { describeError, type TrailsieveError } from "../core/errors.ts";
import { logOf } from "../core/log.ts";
import type { HourWork } from "../store/mod.ts";
import { chooseRound, type RoundChoice } from "./choose_round.ts";
import { type CompactorOptions, compactRound } from "./compact_round.ts";
import { MergeWorker } from "./merge_worker.ts";
import { Wake } from "./wake.ts";

/** Hours taken at a time: neighbouring hours share part files, which are then read once. */
const HOURS_AT_ONCE = 32;
const SPARED_AT_ONCE = 500;
/** How often, and how long, a run that must see every hour compacted waits for other replicas. */
const HELD_ASK_MS = 500;
const HELD_MS_MAX = 10 * 60_000;

const log = logOf("compact");

/** Options of {@linkcode Compactor.compactDue}. */
export interface CompactOptions {
  /** Whether hours are compacted that are not due yet. */
  readonly all: boolean;
  readonly signal: AbortSignal;
  /** Isolates that merge at the same time, each other hours; default 1. Each takes as much memory as a shard's. */
  readonly isolates?: number;
}

/** One call of `compactDue`, in which each isolate has rounds of its own. */
interface CompactRun extends Required<CompactOptions> {
  /** Hours of which no part was left for another round. */
  readonly done: Set<number>;
  /** Hours whose own files cannot be read. */
  readonly failed: Set<number>;
  /** Isolates that have a round now. */
  busy: number;
  /** Whether that is one which nothing is merged beside. */
  isAloneBusy: boolean;
  isGood: boolean;
  isOver: boolean;
}

/** Merges due hours into their files and rollups. */
export class Compactor implements Disposable {
  readonly #options: CompactorOptions;
  readonly #workers: MergeWorker[] = [];
  /** Woken when another replica may have let go of an hour, and when a round ends. */
  readonly #wake = new Wake();
  /** The choice of a round that was begun last: one at a time, so that what one leaves the next one finds. */
  #choosing: Promise<unknown> = Promise.resolve();
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
  async compactDue({ all, signal, isolates = 1 }: CompactOptions): Promise<boolean> {
    const run: CompactRun = {
      all,
      signal,
      isolates,
      done: new Set(),
      failed: new Set(),
      busy: 0,
      isAloneBusy: false,
      isGood: true,
      isOver: false,
    };
    this.#trouble = null;
    while (this.#workers.length < isolates) this.#workers.push(new MergeWorker());
    const lanes = this.#workers.slice(0, isolates).map(async (worker) => {
      try {
        await this.#rounds(worker, run);
      } finally {
        // Ends the others, also after an error, which is the first one's to tell.
        run.isOver = true;
        this.#wake.all();
      }
    });
    const failure = (await Promise.allSettled(lanes)).find((lane) => lane.status === "rejected");
    if (failure !== undefined) throw failure.reason;
    await this.#removeSpared(signal);
    return run.isGood && run.failed.size === 0;
  }

  /** One round after the other in one isolate, until nothing is left to it or another one. */
  async #rounds(worker: MergeWorker, run: CompactRun): Promise<void> {
    const { store } = this.#options;
    const { all, failed, signal } = run;
    let heldSince = performance.now();
    while (run.isGood && !run.isOver && !signal.aborted) {
      const round = await this.#takeRound(run);
      if (round !== null) {
        relieveMemory();
        // Beside a replica that keeps reading, parts never end: what came after an hour was done is its own.
        const isRepeated = [...round.works, ...round.leftOut]
          .every((work) => run.done.has(work.hourMs));
        try {
          const isGood = await compactRound(worker, round, {
            ...this.#options,
            ...run,
            mayWrite: () => this.#mayWrite(),
            onTrouble: (trouble) => this.#trouble = trouble,
          });
          if (!isGood) run.isGood = false;
        } finally {
          run.busy--;
          run.isAloneBusy = false;
          this.#wake.all();
        }
        if (isRepeated) return;
        heldSince = performance.now();
      } else if (run.busy > 0) {
        // What another isolate leaves, or what waits until it is alone, may be had then.
        await this.#wake.wait(HELD_MS_MAX, signal);
        heldSince = performance.now();
      } else if (!all || failed.size > 0 || await store.openHours() === 0) {
        return;
      } else {
        // Another replica holds what is left: it finishes, or dies and its claim lapses.
        if (performance.now() - heldSince >= HELD_MS_MAX) run.isGood = false;
        else await this.#wake.wait(HELD_ASK_MS, signal);
      }
    }
  }

  /** Takes the hours of a round; null if there are none that can be merged now. */
  async #takeRound(run: CompactRun): Promise<RoundChoice | null> {
    const choosing = this.#choosing.then(() => this.#chooseRound(run));
    this.#choosing = choosing.catch(() => {});
    return await choosing;
  }

  async #chooseRound(run: CompactRun): Promise<RoundChoice | null> {
    const { store, format } = this.#options;
    if (run.isAloneBusy || run.isOver || !await this.#mayWrite()) return null;
    const taken = await store.takeDueHours({
      all: run.all,
      limit: HOURS_AT_ONCE,
      except: [...run.failed],
    });
    if (taken.length === 0) return null;
    const isDone = (work: HourWork) => run.done.has(work.hourMs) ? 1 : 0;
    const choice = chooseRound(
      taken.toSorted((a, b) => isDone(a) - isDone(b)),
      format,
      run.isolates,
    );
    const mustWait = choice.isAlone && run.busy > 0;
    const released = mustWait ? taken : choice.leftOut;
    if (released.length > 0) await store.releaseHours(released);
    if (mustWait) return null;
    run.busy++;
    run.isAloneBusy = choice.isAlone;
    return choice;
  }

  [Symbol.dispose](): void {
    for (const worker of this.#workers) worker[Symbol.dispose]();
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
