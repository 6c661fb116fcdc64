import { describeError, TrailsieveError } from "../core/errors.ts";
import { placeOfKey, skipReason } from "../core/keys.ts";
import { logOf } from "../core/log.ts";
import { namesProxy } from "../core/names_proxy.ts";
import type { BacktestSettings } from "../core/rules_config.ts";
import type { ObjectRef } from "../core/types.ts";
import { type LakeStore, openLake, openSource, type Source } from "../objects/mod.ts";
import type { ShardObject } from "../workers/mod.ts";
import { type BacktestResult, BacktestTally } from "./backtest_tally.ts";
import { chooses, dayOf, type ObjectChoice } from "./choose_objects.ts";
import { type LoadedRules, loadRules } from "./load_rules.ts";
import type { ProcessAccess } from "./open_run.ts";
import { ShardPlanner } from "./plan_shards.ts";
import { type EventChoice, replayLake } from "./replay_lake.ts";
import { type Trial, tryShards } from "./try_shards.ts";
import { WorkerPool } from "./worker_pool.ts";

/** Small shards: their matches cross to this thread whole, and a rule on trial may match everything. */
const SHARD_OBJECTS_MAX = 100;
const SHARD_BYTES_MAX = 2 * 1024 * 1024;
const DAY_MS = 86_400_000;

const log = logOf("backtest");

/**
 * Runs rules over what a source or a lake holds, in the isolates of a run, and counts what they match. Writes to no
 * database, no lake and no sink. Throws TrailsieveError where rules are malformed, or a source or the lake cannot
 * be listed.
 */
export async function backtest(
  settings: BacktestSettings,
  access: Pick<ProcessAccess, "env" | "cpuCount">,
  signal: AbortSignal,
): Promise<BacktestResult> {
  const { from, to } = settings;
  if (from !== null && to !== null && from >= to) {
    throw new TrailsieveError("usage", "--to: it is not after --from");
  }
  const alone = settings.rules.length > 0 && !settings["with-bundled-rules"];
  const rules = await loadRules({ ...settings, "no-bundled-rules": alone });
  const tally = new BacktestTally({ fromMs: from, toMs: to });
  await using stack = new AsyncDisposableStack();
  const options = { env: access.env, requests: { list: 0, get: 0, put: 0 } };
  const sources: Source[] = [];
  for (const url of settings.source) {
    const source = await openSource(url, options);
    stack.defer(() => source.close());
    sources.push(source);
  }
  const size = settings.workers ?? access.cpuCount;
  const pool = stack.use(await startPool(size, access.env, sources, rules, tally));
  refuseProblems(pool, settings["skip-bad-rules"]);
  tally.ruleIds = pool.ruleIds;
  const reader: Reader = { pool, size, tally, signal };
  const { accounts, regions } = settings;
  if (settings.lake !== null) {
    const lake = await openLake(settings.lake, options);
    stack.defer(() => lake.close());
    await readLake(lake, { accounts, regions, fromMs: from, toMs: to }, reader);
  }
  const choice: ObjectChoice = {
    accounts,
    regions,
    fromMs: from === null ? null : dayOf(from),
    // CloudTrail delivers an event up to hours after it, so into the next day's folder too.
    toMs: to === null ? null : dayOf(to - 1) + 2 * DAY_MS,
  };
  for (const source of sources) await readSource(source, choice, reader);
  return tally.result();
}

/** What reading a source or a lake takes. */
type Reader = Omit<Trial, "onRead" | "onUnread">;

async function readSource(source: Source, choice: ObjectChoice, reader: Reader): Promise<void> {
  const { tally, signal } = reader;
  const onUnread = ({ uri }: Pick<ShardObject, "uri">, reason: string) => {
    log.error(`Cannot read ${uri}: ${reason}`);
    tally.unreadObjects++;
  };
  await tryShards(sourceShards(source, choice, signal, onUnread), {
    ...reader,
    onRead({ key }, eventCount) {
      tally.objects++;
      tally.events += eventCount;
      const place = placeOfKey(key);
      if (place !== null && eventCount > 0) tally.addDay(place.dayMs);
    },
    onUnread,
  });
}

/** The chosen objects of a source with leave to read them; those without are told of and left out. */
async function* sourceShards(
  source: Source,
  choice: ObjectChoice,
  signal: AbortSignal,
  onUnread: (object: Pick<ShardObject, "uri">, reason: string) => void,
): AsyncGenerator<readonly ShardObject[]> {
  const planner = new ShardPlanner({ objectsMax: SHARD_OBJECTS_MAX, bytesMax: SHARD_BYTES_MAX });
  const isMeant = (ref: ObjectRef) => {
    const key = ref.key.slice(source.prefix.length);
    return skipReason(key) === null && chooses(choice, key);
  };
  const grant = async (refs: readonly ObjectRef[]) => {
    const objects: ShardObject[] = [];
    for (const ref of refs) {
      const { key, etag, size } = ref;
      const uri = source.uri(key);
      try {
        objects.push({ key, etag, size, uri, grant: await source.grant(ref, { signal }) });
      } catch (error) {
        if (!(error instanceof TrailsieveError) || error.advice === "stop") throw error;
        onUnread({ uri }, describeError(error));
      }
    }
    return objects;
  };
  for await (const page of source.list(source.prefix, { signal })) {
    for (const refs of planner.add(page.filter(isMeant))) yield await grant(refs);
  }
  for (const refs of planner.take()) yield await grant(refs);
}

async function readLake(lake: LakeStore, choice: EventChoice, reader: Reader): Promise<void> {
  const { tally, signal } = reader;
  let fileCount = 0;
  const unread = new Set<string>();
  const onUnread = (uri: string, reason: string) => {
    log.error(`Cannot read all of ${uri}: ${reason}`);
    unread.add(uri);
  };
  const shards = replayLake(lake, choice, {
    onFile: () => void fileCount++,
    onHour: (hourMs) => tally.addDay(dayOf(hourMs)),
    onUnread: (uri, error) => onUnread(uri, describeError(error)),
  }, signal);
  await tryShards(shards, {
    ...reader,
    onRead: (_, eventCount) => void (tally.events += eventCount),
    onUnread: ({ uri }, reason) => onUnread(uri, reason),
  });
  tally.unreadObjects += unread.size;
  tally.objects += fileCount - unread.size;
}

async function startPool(
  size: number,
  env: ProcessAccess["env"],
  sources: readonly Source[],
  rules: LoadedRules,
  tally: BacktestTally,
): Promise<WorkerPool> {
  const hosts = sources.map((source) => source.host).filter((host) => host !== null);
  const folders = sources.filter(({ kind }) => kind === "file").map(({ prefix }) => prefix);
  return await WorkerPool.start({
    size,
    setup: { rules: rules.specs, lake: false, proxied: namesProxy(env) },
    skipBadRules: false,
    leave: { hosts: [...new Set(hosts)], readFolders: [...rules.folders, ...folders] },
    onRuleSwitchedOff: (ruleId, reason) => {
      log.error(`Switched off rule ${ruleId}: ${reason}`);
      tally.switchOff(ruleId, reason);
    },
  });
}

function refuseProblems({ problems }: WorkerPool, skip: boolean): void {
  for (const { file, reason } of problems) log.error(`Rule ${file}: ${reason}`);
  if (problems.length === 0 || skip) return;
  const list = problems.map(({ file, reason }) => `${file}: ${reason}`).join("\n");
  throw new TrailsieveError("usage", `Cannot try malformed rules:\n${list}`, {
    hint: "Mend them, or go on without them by --skip-bad-rules",
  });
}
