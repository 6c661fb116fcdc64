import { describeError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { logOf } from "../core/log.ts";
import { chooses, type ObjectChoice } from "./choose_objects.ts";
import { Compactor } from "./compact_hours.ts";
import { Deliverer } from "./deliver_alerts.ts";
import { Dispatcher } from "./dispatch.ts";
import { listPass } from "./list_pass.ts";
import { dropOld } from "./drop_old.ts";
import { listTrail } from "./list_trail.ts";
import { nameForeignFiles } from "./name_foreign_files.ts";
import { sweepParts } from "./sweep_parts.ts";
import type { OpenRun } from "./open_run.ts";
import type { Source } from "../objects/mod.ts";
import type { Lane } from "../store/mod.ts";

/** How often due hours are looked for while following a trail. */
const COMPACT_MS = 60_000;
/** Rounds of compaction of a run that ends by itself, of which all but the first are for what failed. */
const COMPACT_ROUNDS_MAX = 3;
/** How often a replica asks whether it is its turn to drop what is old. */
const RETENTION_MS = 10 * 60_000;
/** Orphaned parts are looked for once an hour. */
const SWEEP_ROUNDS = 60;

const log = logOf("run");

/** The sources without those that lie within another one, which lists their objects too. */
function outermost(sources: readonly Source[]): Source[] {
  return sources.filter((inner) =>
    !sources.some((outer) =>
      outer !== inner && outer.scope === inner.scope && inner.prefix.startsWith(outer.prefix) &&
      (inner.prefix !== outer.prefix || sources.indexOf(outer) < sources.indexOf(inner))
    )
  );
}

/** Leave to go on, from the process. */
export interface RunSignals {
  /** Finish what is held, take no more. */
  readonly drain: AbortSignal;
}

/** Planning of another kind than listing the sources as poll does. */
export interface Planning {
  /** Plans until nothing is left to plan; `onPlanned` is to be called whenever a shard was enqueued. */
  readonly plan: (options: {
    readonly signal: AbortSignal;
    readonly onPlanned: () => void;
  }) => Promise<void>;
  /** Whose shards it waits for while other replicas live; empty until they are known. */
  readonly backfillIds: readonly string[];
}

/** One way to go through sources: poll or backfill. */
export interface TrailOptions extends RunSignals {
  readonly choice: ObjectChoice;
  readonly lane: Lane;
  /** How sources in buckets are followed; left out, everything is listed. */
  readonly schedule?: {
    /** Whether each pass lists every prefix, due or not. */
    readonly full: boolean;
    readonly lookbackMs: number;
  };
}

/** The parts of a run at work: listing, shards, deliveries and compaction, each at its own pace. */
export class TrailRun implements Disposable {
  readonly #run: OpenRun;
  readonly #options: TrailOptions;
  readonly #dispatcher: Dispatcher;
  readonly #deliverer: Deliverer;
  readonly #compactor: Compactor | null;
  /** Aborts when something failed that the others cannot go on without. */
  readonly #failed = new AbortController();
  readonly #drain: AbortSignal;
  /** URLs of the sources that were gone over once. */
  readonly #passed = new Set<string>();
  #foreignNamed = false;
  /** What kept a source from being listed. */
  #listingError: unknown = null;
  /** Listing nodes whose objects are in the report already. */
  readonly #counted = new Set<number>();

  constructor(run: OpenRun, options: TrailOptions) {
    const { context } = run;
    this.#run = run;
    this.#options = options;
    this.#drain = AbortSignal.any([options.drain, this.#failed.signal]);
    this.#deliverer = new Deliverer(context.store, run.sinks, context.report);
    this.#dispatcher = new Dispatcher(context, run.pool, run.workers, {
      onCommit: () => this.#deliverer.wake.all(),
    });
    const { store, lake, lakeFormat: format, conditionalWrites, report } = context;
    this.#compactor = lake === null
      ? null
      : new Compactor({ store, lake, format, conditionalWrites, report });
  }

  /**
   * Goes through the sources once: lists, reads what is new, delivers, compacts every hour that has parts.
   * Rejects with TrailsieveError if something failed that no retry mends. A drain ends it early and compacts
   * nothing.
   * @param planning in place of a pass over the sources
   */
  async once(planning?: Planning): Promise<void> {
    const onPlanned = () => this.#dispatcher.look();
    const listed = planning?.plan({ signal: this.#drain, onPlanned })
      .catch((error) => {
        // A drain ends it early, which is no failure.
        if (!this.#drain.aborted) throw error;
      }) ?? this.#listAll();
    const shards = this.#dispatcher.run({
      drain: this.#drain,
      untilIdle: listed,
      backfillIds: planning?.backfillIds,
    });
    const settled = shards.catch(() => {});
    const delivered = this.#deliverer.run({
      drain: this.#drain,
      abort: this.#failed.signal,
      untilIdle: settled,
    });
    await this.#all([listed, shards, delivered]);
    // Nothing is left to read: what the isolates hold is better used by compaction.
    this.#run.pool[Symbol.dispose]();
    await this.#compactAll();
    await this.#sweep();
    await dropOld(this.#run.context, this.#drain);
    if (this.#listingError !== null) throw this.#listingError;
  }

  /** Reads, delivers and compacts what other replicas plan, until the drain. Rejects like `once`. */
  async assist(pause: (ms: number, signal: AbortSignal) => Promise<void>): Promise<void> {
    await this.#all(this.#continuously(pause));
  }

  /**
   * Follows the sources: of each a pass, then a pause, until the drain. A source whose pass takes long, as the first one
   * over an old bucket, keeps no other one waiting. Rejects like `once`.
   */
  async follow(
    intervalMs: number,
    pause: (ms: number, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const passes = async () => {
      await this.#countLeftOver();
      await Promise.all(this.#sources.map(async (source) => {
        while (!this.#drain.aborted) {
          // A pass that left something to the next one is followed by it at once.
          if (await this.#listOne(source, intervalMs)) await pause(intervalMs, this.#drain);
        }
      }));
    };
    await this.#all([passes(), ...this.#continuously(pause)]);
  }

  /** Everything but listing, until the drain. */
  #continuously(pause: (ms: number, signal: AbortSignal) => Promise<void>): Promise<void>[] {
    const { lakeGate } = this.#run.context;
    lakeGate?.waitOutTrouble(this.#drain);
    const compactions = async () => {
      for (let round = 0; !this.#drain.aborted; round++) {
        await lakeGate?.whenOpen(this.#drain);
        try {
          if (round % SWEEP_ROUNDS === 0) await this.#sweep();
          await this.#compactor?.compactDue({ all: false, signal: this.#drain });
        } catch (error) {
          if (!await lakeGate?.noteFiles(error)) throw error;
        }
        await lakeGate?.noteFiles(this.#compactor!.trouble);
        await pause(COMPACT_MS, this.#drain);
      }
    };
    const retention = async () => {
      while (!this.#drain.aborted) {
        await dropOld(this.#run.context, this.#drain);
        await pause(RETENTION_MS, this.#drain);
      }
    };
    return [
      this.#dispatcher.run({ drain: this.#drain }),
      this.#deliverer.run({ drain: this.#drain, abort: this.#failed.signal }),
      compactions(),
      retention(),
    ];
  }

  [Symbol.dispose](): void {
    this.#compactor?.[Symbol.dispose]();
  }

  async #compactAll(): Promise<void> {
    const compactor = this.#compactor;
    if (compactor === null || this.#drain.aborted) return;
    const { store, report } = this.#run.context;
    const isolates = Math.min(this.#run.workers, LIMITS.mergeIsolatesMax);
    for (let rounds = 0; rounds < COMPACT_ROUNDS_MAX; rounds++) {
      const isDone = await compactor.compactDue({ all: true, signal: this.#drain, isolates });
      if (compactor.trouble !== null) throw compactor.trouble;
      // What failed because another replica was first is done, or goes well when it is read anew.
      if (isDone || this.#drain.aborted || await store.openHours() === 0) return;
    }
    report.leftHours = true;
  }

  async #sweep(): Promise<void> {
    const { store, lake, lakeFormat } = this.#run.context;
    if (lake === null || this.#drain.aborted) return;
    try {
      await sweepParts(store, lake, { signal: this.#drain });
      if (!this.#foreignNamed) await nameForeignFiles(store, lake, lakeFormat, this.#drain);
      this.#foreignNamed = true;
    } catch (error) {
      // Nothing depends on it: it is due again in an hour, or at the next run.
      if (!this.#drain.aborted) log.warn(`Orphaned parts stay for now: ${describeError(error)}`);
    }
  }

  get #sources(): readonly Source[] {
    return outermost([...this.#run.context.sources.values()]);
  }

  async #countLeftOver(): Promise<void> {
    const { store, sources, report } = this.#run.context;
    const leftOver = await store.leftOver({ sourceUrls: [...sources.keys()] });
    report.objects.listed += leftOver;
  }

  /** One pass over every source. */
  async #listAll(): Promise<void> {
    await this.#countLeftOver();
    await Promise.all(this.#sources.map((source) => this.#listOne(source, null)));
  }

  /**
   * A pass over a source, of several at an interval or the only one. One that fails is noted: others go on.
   * @returns whether it is over for now
   */
  async #listOne(source: Source, intervalMs: number | null): Promise<boolean> {
    const { report } = this.#run.context;
    let isDone = true;
    try {
      isDone = await this.#pass(source, intervalMs);
      if (isDone) report.addListing(source.url, true);
    } catch (error) {
      if (this.#drain.aborted) return true;
      log.error(describeError(error));
      report.addListing(source.url, false);
      this.#listingError = error;
    }
    this.#passed.add(source.url);
    return isDone;
  }

  /** @returns whether nothing that is due was left to the next pass */
  async #pass(source: Source, intervalMs: number | null): Promise<boolean> {
    const { context, workers } = this.#run;
    const { choice, lane, schedule } = this.#options;
    const common = {
      store: context.store,
      report: context.report,
      lane,
      suppress: context.suppress,
      onPlanned: () => this.#dispatcher.look(),
      signal: this.#drain,
      workers,
    };
    // A folder is always listed whole: that costs nothing, and files appear in it anywhere.
    if (source.kind === "file" || schedule === undefined) {
      const accept = (key: string) => chooses(choice, key.slice(source.prefix.length));
      await listTrail(source, { ...common, accept, isFirst: !this.#passed.has(source.url) });
      return true;
    }
    return await listPass(source, {
      ...common,
      ...schedule,
      choice,
      once: intervalMs === null,
      firstListingsMs: intervalMs ?? undefined,
      // Of several replicas the first one lists what is due at every pass; another does when that one is late.
      sharedMs: (intervalMs ?? 0) / 2,
      counted: this.#counted,
    });
  }

  /** Waits for everything that was started; the first failure ends the rest and is what is thrown. */
  async #all(tasks: readonly Promise<void>[]): Promise<void> {
    let first: { readonly error: unknown } | null = null;
    await Promise.all(tasks.map((task) =>
      task.catch((error) => {
        first ??= { error };
        this.#failed.abort();
      })
    ));
    if (first !== null) throw (first as { readonly error: unknown }).error;
  }
}
