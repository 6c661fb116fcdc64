import {
  type FromWorker,
  type InitMessage,
  PROGRESS,
  PROGRESS_BYTES,
  type ReadyMessage,
  type ResultMessage,
  SHARD_ISOLATE_URL,
  type ShardMessage,
  type ToWorker,
} from "../workers/mod.ts";

/** What an isolate may reach: nothing else, and never more than this. */
export interface IsolateLeave {
  /** `host:port` of each source on the network. */
  readonly hosts: readonly string[];
  /** Folders of rules and of local sources. */
  readonly readFolders: readonly string[];
}

/** A worker that died, or fell silent, with the place of the object that it was at (-1: none). */
export class WorkerLost extends Error {
  override readonly name = "WorkerLost";
  constructor(message: string, readonly objectIndex: number) {
    super(message);
  }
}

/** What a worker is started with, apart from its own progress note. */
export type WorkerSetup = Omit<InitMessage, "kind" | "progress" | "disabledRules">;

/** One isolate. It holds one shard at a time; once lost it is good for nothing any more. */
export class ShardWorker implements Disposable {
  /** The isolate's note, read to tell where it stands. */
  readonly progress: Int32Array;
  readonly ready: Promise<ReadyMessage>;
  readonly #worker: Worker;
  readonly #becameReady = Promise.withResolvers<ReadyMessage>();
  #running: PromiseWithResolvers<ResultMessage> | null = null;
  #shardId: string | null = null;
  #onLarge: (grant: () => void) => void = () => {};
  #lost: WorkerLost | null = null;

  constructor(setup: WorkerSetup, disabledRules: readonly string[], leave: IsolateLeave) {
    const note = new SharedArrayBuffer(PROGRESS_BYTES);
    this.progress = new Int32Array(note);
    // No rule is being loaded or run, and no object read, before the isolate says so.
    for (const place of [PROGRESS.object, PROGRESS.record, PROGRESS.rule]) {
      this.progress[place] = -1;
    }
    this.ready = this.#becameReady.promise;
    // Nobody may be waiting when a worker is lost.
    this.ready.catch(() => {});
    this.#worker = new Worker(SHARD_ISOLATE_URL, {
      type: "module",
      deno: {
        permissions: {
          net: leave.hosts.length > 0 ? [...leave.hosts] : false,
          read: leave.readFolders.length > 0 ? [...leave.readFolders] : false,
          env: false,
          ffi: false,
          import: false,
          run: false,
          sys: false,
          write: false,
        },
      },
    });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      // Unprevented, an error in an isolate ends the whole process.
      event.preventDefault();
      this.#loseFor(event.message || "it ended without a word");
    };
    this.#worker.onmessageerror = () => this.#loseFor("its message cannot be read");
    this.#send({ kind: "init", ...setup, disabledRules, progress: note });
  }

  /**
   * Hands over a shard. Rejects with WorkerLost.
   * @param onLarge told when the isolate waits for leave to hold a large object
   */
  run(shard: ShardMessage, onLarge: (grant: () => void) => void): Promise<ResultMessage> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    this.#onLarge = onLarge;
    this.#shardId = shard.shardId;
    this.#running = Promise.withResolvers();
    this.#send(shard);
    return this.#running.promise;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** The shard that was last handed over. */
  get shardId(): string | null {
    return this.#shardId;
  }

  disableRule(ruleId: string): void {
    if (this.#lost === null) this.#send({ kind: "disable", ruleId });
  }

  /** Terminates the isolate; whoever waits for it gets the reason. */
  lose(reason: WorkerLost): void {
    if (this.#lost !== null) return;
    this.#lost = reason;
    this.#worker.terminate();
    this.#becameReady.reject(reason);
    this.#running?.reject(reason);
    this.#running = null;
  }

  #loseFor(message: string): void {
    this.lose(new WorkerLost(message, this.progress[PROGRESS.object]));
  }

  get isLost(): boolean {
    return this.#lost !== null;
  }

  [Symbol.dispose](): void {
    this.#loseFor("it is not needed any more");
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        return this.#becameReady.resolve(message);
      case "result":
        this.#running?.resolve(message);
        this.#running = null;
        return;
      case "ask":
        return this.#onLarge(() => {
          if (this.#lost === null) this.#send({ kind: "turn" });
        });
      case "fatal":
        return this.#loseFor(message.message);
      default:
        message satisfies never;
    }
  }
}
