/** A bucket, a database and passes over them, without workers: what was planned is settled at once. */
import { assert } from "@std/assert";
import type { ObjectChoice } from "../../coordinator/choose_objects.ts";
import { listPass, type ListPassOptions } from "../../coordinator/list_pass.ts";
import { RunReport } from "../../coordinator/run_report.ts";
import { DAY_MS, HOUR_MS } from "../../core/hours.ts";
import { dayFolder } from "../../core/key_places.ts";
import { openSource, type Source } from "../../objects/mod.ts";
import type { Store } from "../../store/mod.ts";
import type { RequestCounts } from "../../core/types.ts";
import { type S3Emulator, startS3Emulator } from "../../emulator/mod.ts";
import { environment, KEYS } from "../objects/s3_world.ts";
import { resultOf } from "../store/_samples.ts";

export const A = "111122223333";
export const B = "444455556666";
/** Noon, so that the day before has been closed for long. */
export const NOON = Date.UTC(2026, 10, 21, 12);
export const EVERYTHING: ObjectChoice = { accounts: [], regions: [], fromMs: null, toMs: null };

/** A log file's key; `name` makes it unique. */
export function keyAt(atMs: number, name: string | number, account = A, region = "us-east-1") {
  const stamp = new Date(atMs).toISOString().slice(0, 16).replaceAll("-", "").replace(":", "");
  return `AWSLogs/o-abc/${account}/CloudTrail/${region}/${dayFolder(atMs)}` +
    `${account}_CloudTrail_${region}_${stamp}Z_${name}.json.gz`;
}

/** What one pass did. */
export interface PassResult {
  /** LIST requests. */
  readonly requests: number;
  /** Prefixes that were listed, one for each request. */
  readonly prefixes: readonly string[];
  /** Keys of the objects that were planned. */
  readonly planned: readonly string[];
  readonly report: RunReport;
  /** Whether nothing that is due was left to the next pass. */
  readonly isDone: boolean;
}

/** Options of a pass that a test may set. */
export type PassChanges = Partial<
  Pick<
    ListPassOptions,
    | "full"
    | "lookbackMs"
    | "sharedMs"
    | "once"
    | "signal"
    | "choice"
    | "heldObjectsMax"
    | "firstListingsMs"
  >
>;

/** See the top of this file. */
export class ListingWorld implements AsyncDisposable {
  /** The clock that passes see. */
  nowMs = NOON;
  /** Whether nobody else settles what this one plans, so that its report adds up alone. */
  isAlone = true;
  readonly s3: S3Emulator;
  readonly store: Store;
  readonly source: Source;
  readonly #counts: RequestCounts;
  readonly #ownsS3: boolean;
  readonly #prefixes: string[] = [];

  private constructor(
    s3: S3Emulator,
    store: Store,
    source: Source,
    counts: RequestCounts,
    ownsS3: boolean,
  ) {
    this.#ownsS3 = ownsS3;
    this.s3 = s3;
    this.store = store;
    this.source = source;
    this.#counts = counts;
    // A predicate that no request fits: it only looks on.
    s3.faults.add({
      operation: "ListObjectsV2",
      key: (prefix) => this.#prefixes.push(prefix) < 0,
      action: { kind: "deny" },
    });
  }

  /** @param store stays open; @param s3 one of another world, which closes it */
  static async open(store: Store, url = "s3://trail/", s3?: S3Emulator): Promise<ListingWorld> {
    const emulator = s3 ?? await startS3Emulator({ ...KEYS, buckets: ["trail"] });
    const counts = { list: 0, get: 0, put: 0 };
    const source = await openSource(url, { env: environment(emulator), requests: counts });
    return new ListingWorld(emulator, store, source, counts, s3 === undefined);
  }

  put(...keys: readonly string[]): void {
    for (const key of keys) this.s3.put("trail", key, new Uint8Array([1]));
  }

  /** One pass; what it planned is committed as done, so that the ledger knows it. */
  async pass(changes: PassChanges = {}): Promise<PassResult> {
    this.#counts.list = 0;
    this.#prefixes.length = 0;
    const report = new RunReport();
    const planned: string[] = [];
    let isDone = false;
    const settling = new AbortController();
    const settle = async () => {
      for (let shard; (shard = await this.store.takeShard()) !== null;) {
        planned.push(...shard.refs.map((ref) => ref.key));
        await this.store.commitShard(shard, resultOf(shard));
        report.objects.done += shard.refs.length;
      }
    };
    const settled = (async () => {
      while (!settling.signal.aborted) {
        await settle();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    try {
      isDone = await listPass(this.source, {
        store: this.store,
        report,
        lane: "live",
        suppress: { all: false, beforeMs: null },
        onPlanned: () => {},
        signal: new AbortController().signal,
        workers: 2,
        choice: EVERYTHING,
        full: false,
        lookbackMs: 6 * HOUR_MS,
        sharedMs: 0,
        once: true,
        counted: new Set(),
        // It moves on, so that what was visited is older than the next pass.
        now: () => this.nowMs += 1,
        ...changes,
      });
    } finally {
      settling.abort();
      await settled;
    }
    await settle();
    if (this.isAlone) {
      assert(report.objects.listed === report.objects.unchanged + report.objects.done);
    }
    return {
      requests: this.#counts.list,
      prefixes: [...this.#prefixes],
      planned: planned.sort(),
      report,
      isDone,
    };
  }

  /** Lets time go by. */
  wait(ms: number): void {
    this.nowMs += ms;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.close();
    if (this.#ownsS3) await this.s3[Symbol.asyncDispose]();
  }
}

export { DAY_MS, HOUR_MS };
