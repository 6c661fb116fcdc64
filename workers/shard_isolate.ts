/**
 * The isolate that reads shards. It has no credentials, environment, database or file writes, and network only to
 * the source's host: it parses bytes that an attacker can influence and runs rules that a user wrote.
 */
// Loaded here, so that a rule's import of it needs no permission to read this project.
import "trailsieve/rule";
import { relieveMemory } from "../core/collect_garbage.ts";
import { LIMITS } from "../core/limits.ts";
import { compileRules, type Detector } from "../detection/mod.ts";
import { DirectGets } from "./direct_gets.ts";
import { ShardProcessor } from "./process_shard.ts";
import {
  type FromWorker,
  type InitMessage,
  PROGRESS,
  type ShardMessage,
  type ToWorker,
  type TurnMessage,
} from "./protocol.ts";

/** What a dedicated worker's global scope offers beside the usual. */
const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
};

const never = new AbortController().signal;
let detector: Detector | null = null;
let processor: ShardProcessor | null = null;
/** Shards are read one after the other; a second one that was handed over early waits here. */
let turn: Promise<void> = Promise.resolve();

/** What waits for leave to hold a large object. */
let largeTurn = Promise.withResolvers<void>();

function askForLargeTurn(): Promise<void> {
  largeTurn = Promise.withResolvers();
  scope.postMessage({ kind: "ask" });
  return largeTurn.promise;
}

scope.onmessage = ({ data }) => {
  if (data.kind === "turn") return largeTurn.resolve();
  turn = turn.then(() => receive(data)).catch((error) => {
    scope.postMessage({
      kind: "fatal",
      message: error instanceof Error ? error.stack ?? error.message : String(error),
    });
  });
};

async function receive(message: Exclude<ToWorker, TurnMessage>): Promise<void> {
  switch (message.kind) {
    case "init":
      return await init(message);
    case "shard":
      // Once the result is out of reach too.
      if (await readShard(message) > 1) relieveMemory(LIMITS.relievedWaitingBytes);
      return;
    case "disable":
      detector?.disable(message.ruleId);
      return;
    default:
      message satisfies never;
  }
}

/** Shows that the isolate is alive while it waits for the network; a loop stops it. */
const BEAT_MS = 1000;

async function init(message: InitMessage): Promise<void> {
  const progress = new Int32Array(message.progress);
  setInterval(() => progress[PROGRESS.beat]++, BEAT_MS);
  // Noted before each import, so that a module that never ends can be named.
  const importModule = (url: string) => {
    progress[PROGRESS.object] = message.rules.findIndex((rule) =>
      rule.kind === "module" && rule.url === url
    );
    return import(url);
  };
  detector = await compileRules(message.rules, { importModule });
  progress[PROGRESS.object] = -1;
  for (const ruleId of message.disabledRules) detector.disable(ruleId);
  processor = new ShardProcessor({
    detector,
    lake: message.lake,
    progress,
    largeTurn: askForLargeTurn,
    direct: message.proxied ? undefined : new DirectGets(),
  });
  scope.postMessage({
    kind: "ready",
    ruleIds: detector.rules.map((rule) => rule.id),
    problems: detector.problems,
  });
}

/** @returns the number of packs of alerts */
async function readShard(message: ShardMessage): Promise<number> {
  const result = await processor!.process(message, never);
  const buffers = new Set(result.parts.map((part) => part.bytes.buffer));
  for (const { alerts, payloads } of result.alerts) {
    buffers.add(payloads.buffer);
    for (const { eventPieces = [] } of alerts) {
      for (const piece of eventPieces) buffers.add(piece.buffer);
    }
  }
  scope.postMessage(result, [...buffers] as ArrayBuffer[]);
  return result.alerts.length;
}
