import { setTimeout as delay } from "node:timers/promises";
import { describeError, TrailsieveError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { logOf } from "../core/log.ts";
import type { ListingNode, ListingPass, NodeChange } from "../store/mod.ts";
import { chooses, type ObjectChoice } from "./choose_objects.ts";
import { listRetryMs } from "./list_schedule.ts";
import { PlanBuffer, type PlanOptions } from "./plan_buffer.ts";
import type { VisitContext } from "./visit_context.ts";
import { KeyVisit } from "./visit_keys.ts";
import { visitLevel } from "./visit_level.ts";

/** How long a pass waits at most for a prefix that failed for now. */
const RETRY_WAIT_MS = 20_000;
/** How often a pass looks whether what waits is ripe, or what others hold has become free. */
const LOOK_MS = 500;

const log = logOf("list");

/** What a pass over a source in a bucket works with. */
export interface ListPassOptions
  extends Omit<PlanOptions, "source" | "holdsBack" | "now" | "onDays"> {
  readonly choice: ObjectChoice;
  /** Whether everything is listed, due or not. */
  readonly full: boolean;
  readonly lookbackMs: number;
  /** Prefixes that another replica has listed within this time before the pass are left to it. */
  readonly sharedMs: number;
  /** Whether the run ends with this pass: it then waits for what a dead replica may have held. */
  readonly once: boolean;
  /**
   * How long the pass goes on, ms, when it has looked at all that was listed before; default for ever. What is left, as
   * of an old bucket's first listing, is the next pass's, which begins with what is followed again.
   */
  readonly firstListingsMs?: number;
  /** Nodes whose objects this run has counted already; grows with each pass. */
  readonly counted: Set<number>;
  /** The clock that decides what is due, ms since the epoch; default the database's. */
  readonly now?: () => number;
}

/**
 * Visits what is due of a source's schedule, up to 16 prefixes at once and beside other replicas, and plans every
 * object version that neither the ledger nor an open shard knows. A prefix that cannot be listed is put off and
 * told; the others go on. What is followed comes first, then what was never listed to its end.
 * @returns whether nothing that is due is left. Rejects with the source's TrailsieveError if its root, or nothing at all, could be listed,
 * with the store's, and with the signal's reason; what it held is free then.
 */
export async function listPass(
  source: PlanOptions["source"],
  options: ListPassOptions,
): Promise<boolean> {
  options.report.firstListingAt ??= Date.now();
  const now = options.now ?? await databaseClock(options);
  const startedAt = now();
  const pass: ListingPass = {
    scope: source.scope,
    prefix: source.prefix,
    accounts: options.choice.accounts,
    regions: options.choice.regions,
    sinceMs: options.choice.fromMs,
    full: options.full,
    freshMs: startedAt - options.sharedMs,
  };
  const { isFirst } = await options.store.listing.begin(pass, startedAt);
  const round = new Round({
    store: options.store,
    source,
    pass,
    buffer: new PlanBuffer({
      ...options,
      source,
      holdsBack: isFirst,
      now,
      onDays: (ids) => ids.forEach((id) => options.counted.add(id)),
    }),
    accept: (key) => chooses(options.choice, key),
    lookbackMs: options.lookbackMs,
    now,
    signal: options.signal,
    counted: options.counted,
    skip: new Set(),
  }, {
    once: options.once,
    isFirst,
    firstListingsMs: options.full ? Infinity : options.firstListingsMs ?? Infinity,
  });
  const isDone = await round.run();
  const failing = await options.store.listing.failing(pass, 5);
  options.report.failingPrefixes.set(source.url, failing.count);
  if (failing.count > 0) {
    const names = failing.nodes.map((node) => source.uri(node.prefix)).join(", ");
    log.warn(`${failing.count} prefixes cannot be listed and are tried again later: ${names}`);
  }
  return isDone;
}

/** The database's clock, read once and carried on by this machine's steady one. */
async function databaseClock({ store }: Pick<ListPassOptions, "store">): Promise<() => number> {
  const base = await store.listing.now() - performance.now();
  return () => base + performance.now();
}

/** The visits of one pass. */
class Round {
  readonly #context: VisitContext;
  readonly #once: boolean;
  readonly #isFirst: boolean;
  readonly #firstListingsMs: number;
  #endsAt = Infinity;
  /** Whether nodes that were listed before are claimed yet; then come the others too. */
  #isFollowing: boolean;
  readonly #active = new Set<Promise<void>>();
  readonly #held = new Map<number, ListingNode>();
  readonly #errors = new Map<number, unknown>();
  #visits = 0;
  #rootError: unknown = null;
  /** What the pass cannot go on after. */
  #fatal: { readonly error: unknown } | null = null;

  constructor(
    context: VisitContext,
    run: { readonly once: boolean; readonly isFirst: boolean; readonly firstListingsMs: number },
  ) {
    this.#context = context;
    this.#once = run.once;
    this.#isFirst = run.isFirst;
    this.#firstListingsMs = run.firstListingsMs;
    this.#isFollowing = !context.pass.full;
  }

  /** @returns whether nothing that is due is left */
  async run(): Promise<boolean> {
    const { signal } = this.#context;
    try {
      while (await this.#step()) signal.throwIfAborted();
    } catch (error) {
      await Promise.allSettled(this.#active);
      await this.#release();
      throw error;
    }
    if (this.#rootError !== null) throw this.#rootError;
    if (this.#visits > 0 && this.#errors.size === this.#visits) {
      throw [...this.#errors.values()][0];
    }
    return !this.#isOver || !await this.#isDue();
  }

  /** Whether the pass has lasted for long enough; not before it is known what a first one costs. */
  get #isOver(): boolean {
    const { buffer, now } = this.#context;
    return !buffer.holdsBack && now() >= this.#endsAt;
  }

  async #isDue(): Promise<boolean> {
    const { store, pass, now, skip } = this.#context;
    return (await store.listing.outlook(pass, now(), { silentSinceMs: 0, skip: [...skip] })).isDue;
  }

  /** Visits of each kind take a few pages at most, since what is longer is cut into ranges. */
  async #claim(limit: number): Promise<void> {
    const { store, pass, now, skip } = this.#context;
    let left = limit;
    if (this.#isFollowing) {
      const nodes = await store.listing.claim(pass, now(), {
        limit,
        skip: [...skip],
        followed: true,
      });
      for (const node of nodes) this.#start(node);
      left -= nodes.length;
      if (left === 0) return;
      this.#isFollowing = false;
      this.#endsAt = now() + this.#firstListingsMs;
    }
    const nodes = await store.listing.claim(pass, now(), { limit: left, skip: [...skip] });
    for (const node of nodes) this.#start(node);
  }

  /** @returns whether there may be more to do */
  async #step(): Promise<boolean> {
    const { buffer, signal } = this.#context;
    if (this.#fatal !== null) throw this.#fatal.error;
    const isOver = this.#isOver;
    // Claimed in batches: half of the visits end before the next ones are asked for.
    if (!isOver && this.#active.size <= LIMITS.listConcurrency / 2) {
      await this.#claim(LIMITS.listConcurrency - this.#active.size);
    }
    if (this.#active.size > 0) {
      const timer = new AbortController();
      await Promise.race([
        ...this.#active,
        delay(LOOK_MS, undefined, { signal: timer.signal }).catch(() => {}),
      ]).finally(() => timer.abort());
      if (buffer.isRipe) await buffer.flush();
      return true;
    }
    if (!buffer.isEmpty) {
      buffer.tellEnd({ isAll: !isOver });
      await buffer.flush();
      this.#held.clear();
      return true;
    }
    if (isOver) return false;
    const waitMs = await this.#waitMs();
    if (waitMs !== null) await delay(waitMs, undefined, { signal });
    return waitMs !== null;
  }

  /** How long to wait for more to come, or null where the pass is over. */
  async #waitMs(): Promise<number | null> {
    const { store, pass, now, skip } = this.#context;
    // A holder that lives shows it within two heartbeats; one that does not is dead after its lease.
    const silentSinceMs = await store.listing.now() - 2 * LIMITS.heartbeatMs;
    const { isDue, nextRetryAt, heldByOthers, heldSilently } = await store.listing.outlook(
      pass,
      now(),
      { silentSinceMs, skip: [...skip] },
    );
    if (isDue) return 0;
    // The first listing of a bucket is shared from its root on, which one replica begins with.
    if (this.#isFirst && heldByOthers > 0) return LOOK_MS;
    if (this.#once && heldSilently > 0) return LOOK_MS;
    const retryMs = nextRetryAt === null ? Infinity : nextRetryAt - now();
    return retryMs > RETRY_WAIT_MS ? null : Math.max(retryMs, 1);
  }

  #start(node: ListingNode): void {
    this.#held.set(node.id, node);
    const visit = this.#visit(node).catch((error) => {
      this.#fatal ??= { error };
    }).finally(() => this.#active.delete(visit));
    this.#active.add(visit);
  }

  async #visit(node: ListingNode): Promise<void> {
    const { buffer, source, now, signal } = this.#context;
    this.#visits++;
    try {
      if (node.kind === "folder") await visitLevel(node, this.#context);
      else await new KeyVisit(node, this.#context).run();
      this.#note(node, null);
    } catch (error) {
      const isListing = error instanceof TrailsieveError && error.stage === "list";
      if (signal.aborted || !isListing) throw error;
      this.#note(node, error);
      const where = node.prefix === source.prefix ? source.url : source.uri(node.prefix);
      log.error(`Cannot list ${where}: ${describeError(error)}`);
      const dueAt = now() + listRetryMs(error.code === "denied", node.failures + 1);
      await buffer.add({ change: { kind: "failed", node, error: describeError(error), dueAt } });
    }
  }

  #note(node: ListingNode, error: unknown): void {
    if (error === null) this.#errors.delete(node.id);
    else this.#errors.set(node.id, error);
    const { source } = this.#context;
    if (node.prefix === source.prefix && node.kind !== "range") this.#rootError = error;
  }

  /** Frees what was claimed; what has ended is free already and stays as it is. */
  async #release(): Promise<void> {
    const changes: NodeChange[] = [...this.#held.values()].map((node) => ({
      kind: "release",
      node,
    }));
    const { store, now } = this.#context;
    // The database may be what is gone; then the claims end with the heartbeat.
    await store.listing.apply(changes, now()).catch(() => {});
  }
}
