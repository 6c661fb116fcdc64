import { LIMITS } from "../core/limits.ts";
import { logOf } from "../core/log.ts";
import type { ObjectRef } from "../core/types.ts";
import type { Source } from "../objects/mod.ts";
import type { Lane, NodeChange, Store, Suppression } from "../store/mod.ts";
import { describeCost } from "./describe_cost.ts";
import { whenRoom } from "./plan_room.ts";
import { ShardPlanner } from "./plan_shards.ts";
import type { RunReport } from "./run_report.ts";

/** Changes of nodes that wait at most; each may stand for a page without anything new. */
const CHANGES_MAX = 2000;

const log = logOf("list");

/** What planning works with. */
export interface PlanOptions {
  readonly store: Store;
  readonly source: Source;
  readonly report: RunReport;
  readonly lane: Lane;
  readonly suppress: Suppression;
  /** Told whenever a shard was enqueued. */
  readonly onPlanned: () => void;
  readonly signal: AbortSignal;
  /** How many workers share the work: a small trail is spread over them. */
  readonly workers: number;
  /**
   * Whether nothing is planned until the listing ends or 100,001 objects are found, so that a pass over an old
   * bucket can say what it costs before the first object is read.
   */
  readonly holdsBack: boolean;
  /** Objects that are held back at most; default 100,000. */
  readonly heldObjectsMax?: number;
  /** The clock of changes, ms since the epoch. */
  readonly now: () => number;
  /** Told the ids of days that got nodes of their own: they were counted with their base. */
  readonly onDays?: (ids: readonly number[]) => void;
}

/** What one page of a listing, or the end of a visit, has to do with planning. */
export interface PlanNote {
  /** Refs that neither the ledger nor an open shard knows. */
  readonly refs?: readonly ObjectRef[];
  /** Objects of the page that the ledger knew and that this run has not counted yet. */
  readonly known?: number;
  /** Applied once the refs of this note, and of all before it, are planned. */
  readonly change?: NodeChange;
}

/**
 * Where listings that run side by side hand over what they found. Refs wait until there are enough of them for
 * shards of about the same time, or a few seconds have passed; marks of listings move behind them, never before.
 */
export class PlanBuffer {
  readonly #options: PlanOptions;
  readonly #planner: ShardPlanner;
  readonly #found = { objects: 0, bytes: 0 };
  #changes: NodeChange[] = [];
  #known = 0;
  #refs = 0;
  #oldestAt = Infinity;
  #holdsBack: boolean;
  /** Objects found when that was told last. */
  #toldObjects = 0;
  #flushing: Promise<void> = Promise.resolve();
  /** What kept refs from being planned. */
  #broken: { readonly error: unknown } | null = null;

  constructor(options: PlanOptions) {
    this.#options = options;
    this.#holdsBack = options.holdsBack;
    this.#planner = new ShardPlanner({
      workers: options.workers,
      sortedRefsMax: Infinity,
    });
  }

  /** Takes a note; waits while too much waits to be planned. Rejects like `flush`. */
  async add({ refs = [], known = 0, change }: PlanNote): Promise<void> {
    if (refs.length > 0) {
      this.#planner.add(refs);
      this.#refs += refs.length;
      this.#note(refs);
    }
    this.#known += known;
    if (change !== undefined) this.#changes.push(change);
    this.#oldestAt = Math.min(this.#oldestAt, performance.now());
    if (this.#refs >= this.#refsMax) {
      if (this.#holdsBack) this.#tell("so far; listing goes on");
      this.#holdsBack = false;
      await this.flush();
    } else if (this.#changes.length >= CHANGES_MAX) await this.#applyEarly();
  }

  /**
   * Plans refs at once, however few they are and whatever is held back, in shards of at most so many objects. Rejects
   * with the store's TrailsieveError or the signal's reason.
   */
  async planNow(refs: readonly ObjectRef[], objectsMax: number): Promise<void> {
    const planner = new ShardPlanner({ objectsMax });
    this.#note(refs);
    for (const shard of [...planner.add(refs), ...planner.take()]) await this.#enqueue(shard);
  }

  /** Whether something has waited for long enough. */
  get isRipe(): boolean {
    return !this.#holdsBack && performance.now() - this.#oldestAt > LIMITS.listPlanAfterMs;
  }

  /** Whether nothing may be planned until more is known. */
  get holdsBack(): boolean {
    return this.#holdsBack;
  }

  get isEmpty(): boolean {
    return this.#oldestAt === Infinity;
  }

  /** Says what the whole pass found, where that is much, before what is left of it is planned. */
  tellEnd({ isAll }: { readonly isAll: boolean }): void {
    if (this.#found.objects === this.#toldObjects) return;
    if (this.#options.holdsBack && this.#found.objects > this.#heldObjectsMax) {
      this.#tell(isAll ? "in all" : "so far; listing goes on");
    }
  }

  /**
   * Plans everything that waits, in the order in which it came, then applies the changes. Waits while open shards
   * hold as many refs as they may. Rejects with the store's TrailsieveError or the signal's reason, from then on
   * whenever it is called.
   */
  flush(): Promise<void> {
    const flushed = this.#flushing.then(() => {
      // Refs that could not be planned are lost to this buffer: no mark may move behind them any more.
      if (this.#broken !== null) throw this.#broken.error;
      return this.#flushNow();
    });
    this.#flushing = flushed.catch((error) => {
      this.#broken ??= { error };
    });
    return flushed;
  }

  get #refsMax(): number {
    return this.#holdsBack ? this.#heldObjectsMax + 1 : LIMITS.sortedRefsMax;
  }

  get #heldObjectsMax(): number {
    return this.#options.heldObjectsMax ?? LIMITS.firstPassObjectsMax;
  }

  async #flushNow(): Promise<void> {
    const { store, source, lane, report, signal } = this.#options;
    const shards = this.#planner.take();
    const [changes, known] = [this.#changes, this.#known];
    this.#changes = [];
    this.#known = 0;
    this.#refs = 0;
    this.#oldestAt = Infinity;
    for (const refs of shards) await this.#enqueue(refs);
    if (changes.length > 0) {
      this.#options.onDays?.(await store.listing.apply(changes, this.#options.now()));
    }
    report.objects.listed += known;
    report.objects.unchanged += known;
    await whenRoom(store, { sourceUrl: source.url, lane, signal });
  }

  async #enqueue(refs: readonly ObjectRef[]): Promise<void> {
    const { store, source, lane, suppress, report, signal } = this.#options;
    signal.throwIfAborted();
    const { scope, url: sourceUrl } = source;
    const planned = await store.enqueueShard({ scope, sourceUrl, lane, suppress, refs });
    report.objects.listed += planned;
    this.#options.onPlanned();
  }

  /** While nothing may be planned yet, marks can still move where nothing new was found. */
  async #applyEarly(): Promise<void> {
    if (this.#refs === 0 || !this.#holdsBack) await this.flush();
  }

  #note(refs: readonly ObjectRef[]): void {
    this.#found.objects += refs.length;
    for (const { size } of refs) this.#found.bytes += size;
  }

  #tell(which: string): void {
    this.#toldObjects = this.#found.objects;
    log.info(
      `${this.#options.source.url} has ${
        describeCost(this.#found, this.#options)
      } to read ${which}`,
    );
  }
}
