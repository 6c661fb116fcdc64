import { describeError, TrailsieveError } from "../core/errors.ts";
import { skipReason } from "../core/keys.ts";
import { LIMITS } from "../core/limits.ts";
import { logOf } from "../core/log.ts";
import type { Source } from "../objects/mod.ts";
import type { LeasedShard, PlannedRef } from "../store/mod.ts";
import type { ResultMessage, ShardObject } from "../workers/mod.ts";
import { commitShard, type Report } from "./commit_shard.ts";
import { isLakeTrouble } from "./lake_gate.ts";
import type { RunContext } from "./run_context.ts";
import { prefixOf, readerOf } from "./shard_source.ts";
import { ShardTurns } from "./shard_turns.ts";
import { WorkerLost } from "./shard_worker.ts";
import { Wake } from "./wake.ts";
import type { WorkerPool } from "./worker_pool.ts";

/** How often a replica asks for shards that others have planned. */
const ASK_MS = 500;
/** A run that ends by itself waits at most this long for objects that failed for now. */
const RETRY_WAIT_MS = 20_000;
/** GETs of a source that must all be denied before it counts as closed. */
const DENIED_GETS = 20;
const GRANTS_AT_ONCE = 16;

const NOTHING = { alerts: [], parts: [], rejected: [], ruleErrors: [], gets: 0 } as const;

const log = logOf("shards");

/** What dispatching tells its owner. */
export interface DispatchEvents {
  readonly onCommit: (shard: LeasedShard) => void;
}

/** Takes shards while workers are free, has them read, and commits them. */
export class Dispatcher {
  readonly #wake = new Wake();
  /** Until when nobody asks for shards, since there was none; ms as `performance.now()` tells it. */
  #noneUntil = -Infinity;
  readonly #context: RunContext;
  readonly #pool: WorkerPool;
  readonly #lanes: number;
  readonly #events: DispatchEvents;
  readonly #ours: { readonly sourceUrls: readonly string[] };
  readonly #turns: ShardTurns;
  readonly #gets = new Map<string, { denied: number; other: number }>();
  /** Ends waiting for a lake in trouble. */
  #giveUp: AbortSignal = AbortSignal.abort();
  #active = 0;

  constructor(context: RunContext, pool: WorkerPool, workers: number, events: DispatchEvents) {
    this.#context = context;
    this.#pool = pool;
    // While a worker reads one shard, the next one is taken and its URLs signed.
    this.#lanes = workers * 2;
    this.#events = events;
    // Shards of sources that only other replicas know are left to them.
    this.#ours = { sourceUrls: [...context.sources.keys()] };
    const { store } = context;
    this.#turns = new ShardTurns({
      take: () => this.#take(),
      giveBack: async (shard) => void await store.releaseShard(shard, { died: false }),
    });
  }

  /** Shards were planned: whoever waits for one looks again. */
  look(): void {
    this.#noneUntil = -Infinity;
    this.#wake.all();
  }

  /** The next shard. Where there was none, all lanes together ask twice a second. */
  async #take(): Promise<LeasedShard | null> {
    if (performance.now() < this.#noneUntil) return null;
    const askedAt = performance.now();
    this.#noneUntil = askedAt;
    const shard = await this.#context.store.takeShard(this.#ours);
    // What was planned meanwhile may have come too late for this answer.
    if (shard === null && this.#noneUntil === askedAt) this.#noneUntil = askedAt + ASK_MS;
    return shard;
  }

  /**
   * Works until `drain` aborts: what is held is finished, nothing more is taken. With `untilIdle`, also until
   * that promise is fulfilled and nothing is left to do: of all that it can read, or, while other replicas live,
   * of these backfills. Rejects with what cannot be survived.
   */
  async run(
    options: {
      readonly drain: AbortSignal;
      readonly untilIdle?: Promise<void>;
      readonly backfillIds?: readonly string[];
    },
  ): Promise<void> {
    let planned = false;
    options.untilIdle?.then(() => {
      planned = true;
      this.look();
    }, () => {});
    const stop = new AbortController();
    const ends = AbortSignal.any([options.drain, stop.signal]);
    this.#giveUp = ends;
    const lane = async () => {
      while (!ends.aborted) {
        await this.#context.lakeGate?.whenOpen(ends);
        if (ends.aborted) break;
        const shard = await this.#turns.take(ends);
        if (shard !== null) {
          this.#active++;
          await this.#process(shard).finally(() => {
            this.#active--;
            this.#turns.end();
          });
          // Something of it may be ready to be read again.
          this.look();
        } else if (planned && await this.#isIdle(options.backfillIds)) {
          return;
        } else {
          await this.#wake.wait(ASK_MS, options.drain);
        }
      }
    };
    const lanes = Array.from({ length: this.#lanes }, () =>
      lane().catch((error) => {
        stop.abort();
        this.#wake.all();
        throw error;
      }));
    const settled = await Promise.allSettled(lanes);
    const failed = settled.find((end) => end.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** Whether no shard is held or ready, and none becomes ready soon. */
  async #isIdle(backfillIds: readonly string[] | undefined): Promise<boolean> {
    if (this.#active > 0) return false;
    const { store } = this.#context;
    const isShared = backfillIds !== undefined && await store.hasCompany();
    const open = await store.openWork(isShared ? { ...this.#ours, backfillIds } : this.#ours);
    if (open.shards === 0) return true;
    if (open.ready > 0 || open.held > 0) return false;
    return open.nextReadyMs !== null && open.nextReadyMs > RETRY_WAIT_MS;
  }

  async #process(shard: LeasedShard): Promise<void> {
    const { store, report } = this.#context;
    if (shard.refs.length === 1 && shard.deaths >= LIMITS.objectDeathsMax) {
      log.error(`Gave up on ${shard.refs[0].key}: ${shard.deaths} processes died on it`);
      const dead = await store.releaseShard(shard, { died: true });
      report.objects.dead += dead;
      return;
    }
    const lease = new AbortController();
    const heartbeat = setInterval(() => {
      store.heartbeat(shard).then((held) => held || lease.abort(), () => {});
    }, LIMITS.heartbeatMs);
    try {
      await this.#readAndCommit(shard, lease.signal);
      this.#events.onCommit(shard);
    } catch (error) {
      await this.#giveBack(shard, error, lease.signal.aborted);
    } finally {
      clearInterval(heartbeat);
      this.#pool.endShard(shard.id);
    }
  }

  async #readAndCommit(shard: LeasedShard, signal: AbortSignal): Promise<void> {
    const source = readerOf(shard.sourceUrl, this.#context.sources);
    const prefix = prefixOf(shard.sourceUrl, source);
    const reports: Report[] = new Array(shard.refs.length);
    const places: number[] = [];
    const objects: ShardObject[] = [];
    for (let i = 0; i < shard.refs.length; i += GRANTS_AT_ONCE) {
      await Promise.all(
        shard.refs.slice(i, i + GRANTS_AT_ONCE).map(async (ref, offset) => {
          const prepared = await prepare(source, { ref, prefix, signal });
          if ("status" in prepared) reports[i + offset] = prepared;
          else objects[i + offset] = prepared;
        }),
      );
    }
    objects.forEach((_, place) => places.push(place));
    let result: Omit<ResultMessage, "kind" | "shardId" | "objects"> = NOTHING;
    if (places.length > 0) {
      const message = {
        kind: "shard" as const,
        shardId: shard.id,
        objects: places.map((place) => objects[place]),
      };
      const full = await this.#pool.run(message);
      full.objects.forEach((report, i) => reports[places[i]] = report);
      result = {
        ...full,
        rejected: full.rejected.map((r) => ({ ...r, object: places[r.object] })),
      };
      this.#noteGets(shard, source, reports, full);
    }
    signal.throwIfAborted();
    await this.#planChanged(shard, source, reports, signal);
    const giveUp = this.#giveUp;
    await commitShard(this.#context, shard, reports, result, { signal, giveUp });
    this.#logTroubles(shard, source, reports);
  }

  /** A replaced object is planned as what it is now, in this run, before its old version is laid aside. */
  async #planChanged(
    shard: LeasedShard,
    source: Source,
    reports: readonly Report[],
    signal: AbortSignal,
  ): Promise<void> {
    const { store, report } = this.#context;
    for (const [index, { status }] of reports.entries()) {
      if (status !== "changed") continue;
      const ref = await source.head(shard.refs[index].key, { signal });
      if (ref === null || ref.etag === shard.refs[index].etag) continue;
      const { lane, scope, sourceUrl, suppress, backfillId } = shard;
      const backfill = backfillId === null ? undefined : { id: backfillId, again: false };
      const changed = { scope, sourceUrl, lane, suppress, backfill, refs: [ref] };
      if (await store.enqueueShard(changed) > 0) {
        report.objects.listed++;
      }
    }
  }

  #noteGets(
    shard: LeasedShard,
    source: Source,
    reports: readonly Report[],
    { gets, ruleErrors }: ResultMessage,
  ): void {
    const { report } = this.#context;
    if (source.kind === "s3") report.requests.get += gets;
    for (const { ruleId, message } of ruleErrors) {
      if (!report.failedRules.has(ruleId)) {
        log.error(`Rule ${ruleId} failed on an event: ${message}`);
      }
      report.failedRules.set(ruleId, message);
    }
    const seen = this.#gets.get(source.url) ?? { denied: 0, other: 0 };
    this.#gets.set(source.url, seen);
    for (const [index, { status }] of reports.entries()) {
      // What was denied before and waits among others says nothing of the source as a whole.
      if (status === "denied" && shard.refs[index].attempts === 0) seen.denied++;
      else if (status === "denied") continue;
      else if (status !== "not_read") seen.other++;
    }
    if (seen.other === 0 && seen.denied >= DENIED_GETS) {
      const example = reports.find((report) => report.status === "denied");
      const found = example !== undefined && "error" in example ? example.error?.message : "";
      throw new TrailsieveError(
        "denied",
        `Cannot read any object of ${source.url}: the first ${seen.denied} GETs were denied (${found})`,
        {
          stage: "fetch",
          object: source.url,
          advice: "stop",
          hint: "Allow s3:GetObject, and kms:Decrypt for SSE-KMS",
        },
      );
    }
  }

  #logTroubles(shard: LeasedShard, source: Source, reports: readonly Report[]): void {
    reports.forEach((report, index) => {
      if (report.status === "not_read" || report.error === null) return;
      const text = `${source.uri(shard.refs[index].key)}: ${report.error.message}`;
      if (report.status === "dead") log.error(`Gave up on ${text} (${report.error.stage})`);
      else if (report.status !== "done") {
        log.warn(`Cannot read ${text}; it is ${nextStep(report.status)}`);
      }
    });
  }

  /** A shard that was not committed goes back; why decides whether anyone is blamed. */
  async #giveBack(shard: LeasedShard, error: unknown, isLost: boolean): Promise<void> {
    const { store, report } = this.#context;
    if (isLost || error instanceof TrailsieveError && error.code === "fenced") {
      return log.warn(`Dropped the result of shard ${shard.id}: its lease was lost`);
    }
    if (error instanceof WorkerLost) {
      const suspect = shard.refs[error.objectIndex]?.key;
      log.error(`A worker died on ${suspect ?? `shard ${shard.id}`}: ${error.message}`);
      const reason = error.message;
      const dead = await store.releaseShard(shard, { died: true, suspect, reason });
      report.objects.dead += dead;
      return;
    }
    await store.releaseShard(shard, { died: false }).catch(() => {});
    // A shard whose lake is in trouble when the run is to end is the next run's.
    if (this.#giveUp.aborted && isLakeTrouble(error)) return;
    throw error instanceof Error ? error : new Error(describeError(error));
  }
}

function nextStep(status: "later" | "denied" | "expired" | "changed" | "gone"): string {
  return status === "changed"
    ? "planned anew"
    : status === "gone"
    ? "skipped"
    : "tried again later";
}

async function prepare(
  source: Source,
  { ref, prefix, signal }: {
    readonly ref: PlannedRef;
    readonly prefix: string;
    readonly signal: AbortSignal;
  },
): Promise<ShardObject | Report> {
  const reason = skipReason(ref.key.slice(prefix.length));
  if (reason !== null) return { status: "not_read", reason };
  if (ref.size > LIMITS.objectInflatedBytesMax) {
    const message = `more than ${LIMITS.objectInflatedBytesMax / 1024 / 1024} MB stored`;
    return failed("dead", message);
  }
  try {
    const { key, etag, size } = ref;
    return { key, etag, size, uri: source.uri(key), grant: await source.grant(ref, { signal }) };
  } catch (error) {
    if (!(error instanceof TrailsieveError) || error.advice === "stop") throw error;
    return failed(
      error.advice === "give_up" ? "dead" : error.code === "denied" ? "denied" : "later",
      describeError(error),
    );
  }
}

function failed(status: "dead" | "denied" | "later", message: string): Report {
  return {
    status,
    inflatedBytes: 0,
    eventCount: 0,
    sha256: null,
    error: { stage: "fetch", message },
  };
}
