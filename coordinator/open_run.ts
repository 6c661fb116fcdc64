import { openSinks, type Sink } from "../alerts/mod.ts";
import { noteHeldMemory } from "../core/collect_garbage.ts";
import type { RunSettings } from "../core/config.ts";
import { TrailsieveError } from "../core/errors.ts";
import { logOf } from "../core/log.ts";
import { namesProxy } from "../core/names_proxy.ts";
import {
  type LakeOptions,
  type LakeStore,
  openLake,
  type OpenOptions,
  openSource,
  type Source,
} from "../objects/mod.ts";
import { openStore, type Store } from "../store/mod.ts";
import { findLakeFiles } from "./find_lake_files.ts";
import { LakeGate } from "./lake_gate.ts";
import { type LoadedRules, loadRules } from "./load_rules.ts";
import { RunReport } from "./run_report.ts";
import type { RunContext } from "./run_context.ts";
import { WorkerPool } from "./worker_pool.ts";

const log = logOf("run");

/** What a run needs of the process; only the entry point has it. */
export interface ProcessAccess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: WritableStream<Uint8Array>;
  /** CPU cores that the process may use. */
  readonly cpuCount: number;
}

/** Everything a run works with, opened and checked. */
export interface OpenRun extends AsyncDisposable {
  readonly context: RunContext;
  readonly pool: WorkerPool;
  readonly sinks: readonly Sink[];
  readonly workers: number;
}

/**
 * Opens database, sources, lake, rules, sinks and workers, all at the same time, and checks that each can be used.
 * Throws TrailsieveError that says what cannot be reached and what to do; then nothing stays open.
 */
export async function openRun(
  settings: RunSettings,
  access: ProcessAccess,
  databaseUrl: string,
): Promise<OpenRun> {
  const report = new RunReport();
  const workers = settings.workers ?? access.cpuCount;
  report.workers = workers;
  await using stack = new AsyncDisposableStack();
  const objectOptions = { env: access.env, requests: report.requests };
  const ofLake = lakeOptions(settings, objectOptions);
  const opening = {
    store: held(stack, openStore({ url: databaseUrl }), (store) => store[Symbol.asyncDispose]()),
    sources: Promise.all(
      settings.source.map((url) =>
        held(stack, openSource(url, objectOptions), (source) => source.close())
      ),
    ),
    lake: settings.lake === "none"
      ? Promise.resolve(null)
      : held(stack, openLake(settings.lake, ofLake), (lake) => lake.close()),
    sinks: held(
      stack,
      openSinks(settings.alert, { env: (name) => access.env[name], stdout: access.stdout }),
      (sinks) => Promise.all(sinks.map((sink) => sink.close())).then(() => {}),
    ),
    rules: loadRules(settings),
  };
  const settled = await Promise.allSettled(Object.values(opening));
  throwFirst(settled);
  const [store, lake, sinks, rules] = await Promise.all([
    opening.store,
    opening.lake,
    opening.sinks,
    opening.rules,
  ]);
  const sources = await opening.sources;
  const [pool, conditionalWrites] = await Promise.all([
    held(
      stack,
      startPool(settings, access.env, workers, sources, rules, report),
      (pool) => pool[Symbol.dispose](),
    ),
    prepareStores(settings, store, lake),
  ]);
  report.lake = lake !== null;
  report.rules = ruleCounts(settings, rules, pool);
  const context: RunContext = {
    store,
    sources: new Map(sources.map((source) => [source.url, source])),
    lake,
    lakeGate: lake === null ? null : new LakeGate(lake),
    lakeFormat: settings["lake-format"],
    conditionalWrites,
    report,
    sinkNames: sinks.map((sink) => sink.name),
    retentionMs: settings["ledger-retention"],
    suppress: { all: settings["alert-mode"] !== "send", beforeMs: settings["alert-since"] },
  };
  noteHeldMemory();
  const owned = stack.move();
  return { context, pool, sinks, workers, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The lake's own options. Throws TrailsieveError `usage` where they are meant for a bucket and it is none. */
function lakeOptions(settings: RunSettings, options: OpenOptions): LakeOptions {
  const ofBuckets = ["lake-kms-key", "lake-bucket-owner", "lake-storage-class"] as const;
  const given = ofBuckets.filter((flag) => settings[flag] !== null);
  if (given.length > 0 && !settings.lake.startsWith("s3:")) {
    const flags = given.map((flag) => `--${flag}`).join(", ");
    throw new TrailsieveError("usage", `${flags}: the lake ${settings.lake} is no bucket`);
  }
  return {
    ...options,
    kmsKey: settings["lake-kms-key"] ?? undefined,
    bucketOwner: settings["lake-bucket-owner"] ?? undefined,
    storageClass: settings["lake-storage-class"] ?? undefined,
  };
}

/** Has the stack close what opens, also where something else fails to. */
function held<T>(
  stack: AsyncDisposableStack,
  opening: Promise<T>,
  close: (value: T) => void | PromiseLike<void>,
): Promise<T> {
  return opening.then((value) => {
    stack.defer(() => close(value) as Promise<void>);
    return value;
  });
}

function throwFirst(settled: readonly PromiseSettledResult<unknown>[]): void {
  const reasons = settled.filter((one) => one.status === "rejected").map((one) => one.reason);
  if (reasons.length === 0) return;
  // A mistake in the settings is told before what it may have caused.
  const usage = reasons.find((reason) =>
    reason instanceof TrailsieveError && reason.code === "usage"
  );
  throw usage ?? reasons[0];
}

async function startPool(
  settings: RunSettings,
  env: ProcessAccess["env"],
  workers: number,
  sources: readonly Source[],
  rules: LoadedRules,
  report: RunReport,
): Promise<WorkerPool> {
  const hosts = sources.map((source) => source.host).filter((host) => host !== null);
  const folders = sources.filter((source) => source.kind === "file").map((source) => source.prefix);
  return await WorkerPool.start({
    size: workers,
    setup: { rules: rules.specs, lake: settings.lake !== "none", proxied: namesProxy(env) },
    skipBadRules: settings["skip-bad-rules"],
    leave: { hosts: [...new Set(hosts)], readFolders: [...rules.folders, ...folders] },
    onRuleSwitchedOff: (ruleId, reason) => {
      log.error(`Switched off rule ${ruleId} for this run: ${reason}`);
      report.switchedOffRules.add(ruleId);
      report.failedRules.set(ruleId, reason);
    },
  });
}

/** @returns whether the lake honours conditional writes */
async function prepareStores(
  settings: RunSettings,
  store: Store,
  lake: LakeStore | null,
): Promise<boolean> {
  // A lake that cannot be used is found out before the database is tied to it.
  const probe = await lake?.probe() ?? { conditionalWrites: true };
  const { url, format, cadence } = {
    url: settings.lake,
    format: settings["lake-format"],
    cadence: settings["lake-cadence"],
  };
  const bound = await store.lakeBinding();
  const isOther = bound !== null && (bound.url !== url || bound.format !== format);
  const mayBind = bound === null || (isOther && settings["rebind-lake"]);
  await store.bindLake({ url, format, cadence }, {
    rebind: settings["rebind-lake"],
    changeCadence: settings["change-cadence"],
    found: lake !== null && mayBind ? await findLakeFiles(lake, format) : [],
  });
  if (!probe.conditionalWrites && store.kind === "postgres") {
    log.warn(
      `${settings.lake} does not honour conditional writes: one replica alone writes its files, and another ` +
        "takes over when that one ends or is silent for ten minutes",
    );
  }
  return probe.conditionalWrites;
}

function ruleCounts(settings: RunSettings, rules: LoadedRules, pool: WorkerPool) {
  for (const { file, reason } of pool.problems) log.error(`Rule ${file}: ${reason}`);
  if (pool.problems.length > 0 && !settings["skip-bad-rules"]) {
    const list = pool.problems.map(({ file, reason }) => `${file}: ${reason}`).join("\n");
    throw new TrailsieveError("usage", `Cannot start with malformed rules:\n${list}`, {
      hint: "Mend them, or go on without them by --skip-bad-rules",
    });
  }
  return {
    loaded: pool.ruleIds.length,
    refused: rules.refused + pool.problems.length,
    skipped: rules.skipped + pool.problems.length,
    notApplicable: rules.notApplicable,
    hash: rules.hash,
  };
}
