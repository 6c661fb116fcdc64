import { describeError, TrailsieveError } from "../core/errors.ts";
import { hourName } from "../core/hours.ts";
import type { LakeFormat } from "../core/lake_paths.ts";
import { logOf } from "../core/log.ts";
import type { LakeStore } from "../objects/mod.ts";
import type { Store } from "../store/mod.ts";
import type { RoundChoice } from "./choose_round.ts";
import { setAsideDamaged } from "./damaged_parts.ts";
import { isLakeTrouble } from "./lake_gate.ts";
import { readRound } from "./merge_round.ts";
import type { MergeWorker } from "./merge_worker.ts";
import type { RunReport } from "./run_report.ts";
import { HourWriter } from "./write_hour.ts";

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

/** What a round works with. */
export interface CompactRoundOptions extends CompactorOptions {
  /** Whether this replica may write at all; asked before each file. */
  readonly mayWrite: () => Promise<boolean>;
  /** Told what of the lake's store kept the round from its end. */
  readonly onTrouble: (trouble: TrailsieveError) => void;
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

/**
 * Merges the hours of a round, writes them and gives up the claims of those that were not. What fails is logged, and
 * every hour that is sound is tried without what is not. @returns whether nothing else kept the round from its end
 */
export async function compactRound(
  worker: MergeWorker,
  round: RoundChoice,
  options: CompactRoundOptions,
): Promise<boolean> {
  const { store, lake, format, done, signal } = options;
  const { works } = round;
  const unfinished = new Set(works.map((work) => work.hourMs));
  try {
    const { message, hours, read } = await readRound(round, lake, format, signal);
    const writers = new Map(
      hours.map((hour) => [
        hour.work.hourMs,
        new HourWriter(hour, options),
      ]),
    );
    // One after the other: a merged hour holds memory until it is written.
    let writing: Promise<void> = Promise.resolve();
    await worker.merge(message, {
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
      options.onTrouble(error);
      return false;
    }
    if (isOfFile(error)) {
      const left = works.filter(({ hourMs }) => unfinished.has(hourMs));
      return await goAround(worker, { ...round, works: left }, error, options);
    }
    const names = works.map((work) => hourName(work.hourMs)).join(", ");
    log.error(`Cannot compact ${names}: ${describeError(error)}`);
    return false;
  } finally {
    await store.releaseHours(works.filter(({ hourMs }) => unfinished.has(hourMs)));
  }
}

/**
 * After a file could not be read: without its damaged parts the round is tried again at once; where no part is to
 * blame, each hour by itself.
 */
async function goAround(
  worker: MergeWorker,
  round: RoundChoice,
  error: TrailsieveError,
  options: CompactRoundOptions,
): Promise<boolean> {
  const { signal, failed } = options;
  const { works } = round;
  if (await setAsideDamaged(works, { ...options, worker })) return true;
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
  for (const work of works) {
    const alone = { ...round, works: [work], leftOut: [] };
    good = !signal.aborted && await compactRound(worker, alone, options) && good;
  }
  return good;
}
