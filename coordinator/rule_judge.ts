import { LIMITS } from "../core/limits.ts";
import type { RuleSpec } from "../detection/mod.ts";
import {
  type Judgement,
  type LoadAnswer,
  RULE_ISOLATE_URL,
  RULE_PROGRESS,
  RULE_PROGRESS_BYTES,
  type RuleAnswer,
  type RuleRequest,
  type Trace,
} from "../workers/mod.ts";

/** A module's loading, and compiling rules, may take this long; an event no longer than in a run. */
const LOAD_MS = 10_000;
const WATCH_MS = 100;

/** Why a request has no answer. */
class Unanswered extends Error {
  constructor(message: string, readonly event: number) {
    super(message);
  }
}

/**
 * Runs rules for the tools in an isolate that may read the rules' folders alone. A rule that does not come to an
 * end is cut off together with its isolate, and a new one goes on. One call at a time.
 */
export class RuleJudge implements Disposable {
  readonly #folders: readonly string[];
  #worker: Worker | null = null;
  #progress = new Int32Array(new SharedArrayBuffer(RULE_PROGRESS_BYTES));

  /** @param folders that hold the rules, as absolute paths */
  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /** The metadata of a TypeScript rule, or why there is none. */
  async load(url: string): Promise<LoadAnswer> {
    try {
      const message = await this.#ask({ kind: "load", url });
      if (message.kind === "load") return message.answer;
    } catch (error) {
      return { rule: null, problem: `Cannot load rule ${url}: ${reasonOf(error)}` };
    }
    throw new TypeError("The isolate answered something else");
  }

  /** What rules say of each event; one that makes them loop is told as an error of that event alone. */
  async judge(specs: readonly RuleSpec[], events: readonly string[]): Promise<Judgement[]> {
    const judgements: Judgement[] = [];
    while (judgements.length < events.length) {
      const rest = events.slice(judgements.length);
      try {
        const message = await this.#ask({ kind: "judge", specs, events: rest });
        if (message.kind === "judge") judgements.push(...message.answer);
      } catch (error) {
        const failed = { matched: [], errors: [reasonOf(error)] };
        const place = error instanceof Unanswered ? error.event : -1;
        if (place === -1) judgements.push(...rest.map(() => failed));
        else {
          // What was found out before is lost with the isolate.
          judgements.push(...await this.judge(specs, rest.slice(0, place)), failed);
        }
      }
    }
    return judgements;
  }

  /** How a TypeScript rule comes to its answer on one event. */
  async trace(url: string, event: string): Promise<Trace> {
    try {
      const message = await this.#ask({ kind: "trace", url, event });
      if (message.kind === "trace") return message.answer;
    } catch (error) {
      return { excludedBy: null, matched: false, reads: [], error: reasonOf(error) };
    }
    throw new TypeError("The isolate answered something else");
  }

  [Symbol.dispose](): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  async #ask(request: RuleRequest): Promise<RuleAnswer> {
    const worker = this.#worker ??= this.#start();
    // Taken after the start, which makes a note of its own.
    const progress = this.#progress;
    Atomics.store(progress, RULE_PROGRESS.event, -1);
    const { promise, resolve, reject } = Promise.withResolvers<RuleAnswer>();
    const lose = (reason: string, event: number) => {
      this[Symbol.dispose]();
      reject(new Unanswered(reason, event));
    };
    worker.onmessage = ({ data }: MessageEvent<RuleAnswer>) => resolve(data);
    worker.onmessageerror = () => lose("its answer cannot be read", -1);
    worker.onerror = (event) => {
      // Unprevented, an error in an isolate ends the whole process.
      event.preventDefault();
      lose(event.message || "it ended its isolate", Atomics.load(progress, RULE_PROGRESS.event));
    };
    let place = -1;
    let since = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      const current = Atomics.load(progress, RULE_PROGRESS.event);
      if (current !== place) [place, since] = [current, now];
      const mostMs = place === -1 ? LOAD_MS : LIMITS.ruleEventMs;
      if (now - since > mostMs) {
        const what = place === -1 ? "to load" : "on one event";
        lose(`it took more than ${mostMs} ms ${what} and was cut off`, place);
      }
    }, WATCH_MS);
    worker.postMessage(request);
    return await promise.finally(() => clearInterval(timer));
  }

  #start(): Worker {
    const worker = new Worker(RULE_ISOLATE_URL, {
      type: "module",
      deno: {
        permissions: {
          net: false,
          read: this.#folders.length > 0 ? [...this.#folders] : false,
          env: false,
          ffi: false,
          import: false,
          run: false,
          sys: false,
          write: false,
        },
      },
    });
    this.#progress = new Int32Array(new SharedArrayBuffer(RULE_PROGRESS_BYTES));
    worker.postMessage({ kind: "init", progress: this.#progress.buffer });
    return worker;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
