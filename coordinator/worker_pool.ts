import { TrailsieveError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { logOf } from "../core/log.ts";
import type { RuleProblem } from "../detection/mod.ts";
import {
  PROGRESS,
  type ReadyMessage,
  type ResultMessage,
  type ShardMessage,
} from "../workers/mod.ts";
import { LargeTurns } from "./large_turns.ts";
import { type IsolateLeave, ShardWorker, WorkerLost, type WorkerSetup } from "./shard_worker.ts";

const WATCH_MS = 250;
/** Isolates that die while starting, one after the other, before the pool gives up. */
const START_DEATHS_MAX = 3;

const log = logOf("workers");

/** Options of {@linkcode WorkerPool.start}. */
export interface PoolOptions {
  readonly size: number;
  readonly setup: WorkerSetup;
  readonly leave: IsolateLeave;
  /** Whether a rule whose module never ends is left out, or keeps the pool from starting. */
  readonly skipBadRules: boolean;
  /** Told when a rule was switched off because it did not come to an end on one event. */
  readonly onRuleSwitchedOff: (ruleId: string, reason: string) => void;
}

/**
 * The time between two looks. It counts at most twice the time that was meant: a process that was stopped, or got no
 * time on a busy machine, has not seen its isolates stand still for as long as the clock says.
 */
class WatchClock {
  #lookedAt = performance.now();

  passedMs(): number {
    const now = performance.now();
    const passedMs = Math.min(now - this.#lookedAt, 2 * WATCH_MS);
    this.#lookedAt = now;
    return passedMs;
  }
}

/** What stood still where, and for how long. */
interface Watch {
  readonly beat: number;
  stoodMs: number;
}

/**
 * A fixed number of isolates. A dead, silent or looping one is terminated and replaced. A rule that loops has its
 * shard read again, and is switched off for the run if it loops on that shard once more: the first time it may have
 * been a collector's pause, or a machine that gave the isolate no time, and a rule that is switched off finds nothing.
 */
export class WorkerPool implements Disposable {
  /** Ids of the rules that were loaded. */
  ruleIds: readonly string[] = [];
  /** Rules that could not be loaded. */
  problems: readonly RuleProblem[] = [];
  readonly #options: PoolOptions;
  #setup: WorkerSetup;
  readonly #stuckModules: RuleProblem[] = [];
  readonly #workers = new Set<ShardWorker>();
  readonly #free: ShardWorker[] = [];
  readonly #waiting: PromiseWithResolvers<ShardWorker>[] = [];
  readonly #disabled = new Set<string>();
  readonly #largeTurns = new LargeTurns();
  /** Rules that looped on a shard that is not ended yet, by the shard's id. */
  readonly #looped = new Map<string, Set<string>>();
  readonly #watches = new Map<ShardWorker, Watch>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #clock = new WatchClock();
  #closed = false;
  /** Why an isolate could not be replaced: then the run cannot go on. */
  #broken: { readonly error: unknown } | null = null;

  private constructor(options: PoolOptions) {
    this.#options = options;
    this.#setup = options.setup;
    this.#timer = setInterval(() => this.#watch(), WATCH_MS);
  }

  /** Starts every isolate and waits until all are ready. Rejects with TrailsieveError `bug` if they die. */
  static async start(options: PoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await Promise.all(Array.from({ length: options.size }, () => pool.#add()));
      return pool;
    } catch (error) {
      pool[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Has a shard read by the next free isolate. Rejects with WorkerLost if the isolate is lost for another reason
   * than a rule, and like `start` if one that was lost could not be replaced. Whatever the end, `endShard` must follow it once nothing of the shard is held any more.
   */
  async run(shard: ShardMessage): Promise<ResultMessage> {
    while (true) {
      const worker = await this.#acquire();
      try {
        return await worker.run(shard, (grant) => this.#largeTurns.ask(shard.shardId, grant));
      } catch (error) {
        if (!(error instanceof RuleStuck)) throw error;
      } finally {
        if (worker.isLost) await this.#replace(worker);
        else this.#release(worker);
      }
    }
  }

  /** Says that what was read of a shard is committed or given up, so that others may hold large objects. */
  endShard(shardId: string): void {
    this.#largeTurns.end(shardId);
    this.#looped.delete(shardId);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const worker of this.#workers) worker[Symbol.dispose]();
  }

  #acquire(): Promise<ShardWorker> {
    const worker = this.#free.pop();
    if (worker !== undefined) return Promise.resolve(worker);
    if (this.#broken !== null) return Promise.reject(this.#broken.error);
    const waiting = Promise.withResolvers<ShardWorker>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  #release(worker: ShardWorker): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next.resolve(worker);
    else this.#free.push(worker);
  }

  async #replace(worker: ShardWorker): Promise<void> {
    this.#workers.delete(worker);
    this.#watches.delete(worker);
    if (this.#closed) return;
    try {
      await this.#add();
    } catch (error) {
      // Whoever waits would wait for ever if this was the last one.
      this.#broken ??= { error };
      for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
      throw error;
    }
  }

  async #add(): Promise<void> {
    for (let deaths = 0;;) {
      const worker = new ShardWorker(this.#setup, [...this.#disabled], this.#options.leave);
      this.#workers.add(worker);
      try {
        const ready = await this.#readyInTime(worker);
        this.ruleIds = ready.ruleIds;
        this.problems = [...ready.problems, ...this.#stuckModules];
        return this.#release(worker);
      } catch (error) {
        this.#workers.delete(worker);
        if (this.#closed) return;
        if (error instanceof TrailsieveError) throw error;
        if (error instanceof ModuleStuck) continue;
        if (++deaths === START_DEATHS_MAX) {
          throw new TrailsieveError("bug", `Cannot start a worker: ${(error as Error).message}`, {
            cause: error,
          });
        }
      }
    }
  }

  /** Rejects with ModuleStuck, or where bad rules are not to be skipped with TrailsieveError `usage`. */
  async #readyInTime(worker: ShardWorker): Promise<ReadyMessage> {
    const { rules } = this.#setup;
    const clock = new WatchClock();
    let module = -1;
    let stoodMs = 0;
    const timer = setInterval(() => {
      const now = worker.progress[PROGRESS.object];
      stoodMs = now === module ? stoodMs + clock.passedMs() : 0;
      module = now;
      const mostMs = module === -1 ? LIMITS.workerStartMs : LIMITS.moduleLoadMs;
      if (stoodMs > mostMs) worker.lose(new ModuleStuck("it did not start", module));
    }, WATCH_MS);
    try {
      return await worker.ready;
    } catch (error) {
      const stuck = error instanceof ModuleStuck ? rules[error.objectIndex] : undefined;
      if (stuck === undefined) throw new WorkerLost((error as Error).message, -1);
      const reason = `Cannot load rule: its module took more than ${LIMITS.moduleLoadMs} ms`;
      if (!this.#options.skipBadRules) {
        throw new TrailsieveError(
          "usage",
          `Cannot start with malformed rules:\n${stuck.file}: ${reason}`,
          {
            hint: "Mend it, or go on without it by --skip-bad-rules",
          },
        );
      }
      if (this.#setup.rules.includes(stuck)) {
        this.#setup = { ...this.#setup, rules: this.#setup.rules.filter((rule) => rule !== stuck) };
        this.#stuckModules.push({ file: stuck.file, line: 0, reason });
      }
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /** Looks where each running isolate stands. */
  #watch(): void {
    const passedMs = this.#clock.passedMs();
    for (const worker of this.#workers) {
      const beat = worker.progress[PROGRESS.beat];
      const watch = this.#watches.get(worker);
      if (!worker.isRunning || watch === undefined || watch.beat !== beat) {
        this.#watches.set(worker, { beat, stoodMs: 0 });
        continue;
      }
      const stoodMs = watch.stoodMs += passedMs;
      const rule = this.ruleIds[worker.progress[PROGRESS.rule]];
      const ruleMs = LIMITS.ruleEventMs +
        LIMITS.ruleEventMsPerMb * worker.progress[PROGRESS.recordBytes] / 1e6;
      if (rule !== undefined && stoodMs > ruleMs) this.#cutOff(worker, rule, ruleMs);
      else if (stoodMs > LIMITS.workerSilenceMs) {
        log.error(`A worker reports nothing for ${Math.round(stoodMs / 1000)} s and is replaced`);
        worker.lose(new WorkerLost("it fell silent", worker.progress[PROGRESS.object]));
      }
    }
  }

  #cutOff(stuck: ShardWorker, ruleId: string, ruleMs: number): void {
    const reason = `rule ${ruleId} took more than ${Math.round(ruleMs)} ms on one event`;
    const looped = this.#looped.get(stuck.shardId!) ?? new Set();
    if (looped.has(ruleId)) {
      this.#disabled.add(ruleId);
      this.#options.onRuleSwitchedOff(ruleId, reason);
      for (const worker of this.#workers) if (worker !== stuck) worker.disableRule(ruleId);
    } else {
      this.#looped.set(stuck.shardId!, looped.add(ruleId));
      log.warn(`Reading a shard again: ${reason}`);
    }
    stuck.lose(new RuleStuck(reason, stuck.progress[PROGRESS.object]));
  }
}

class RuleStuck extends WorkerLost {}

class ModuleStuck extends WorkerLost {}
