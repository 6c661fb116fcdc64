import type { LeasedShard } from "../store/mod.ts";

/** How shards are had and given back. */
export interface ShardQueue {
  /** The next shard, or null where none is ready. */
  take(): Promise<LeasedShard | null>;
  /** Gives a shard back that nothing happened to. */
  giveBack(shard: LeasedShard): Promise<void>;
}

/**
 * The shards that a replica holds at one time. A process that dies does not say which of them it died of, so all of
 * them count one death. A lone object that has cost a holder is therefore held by itself: its next deaths are its
 * own, and never those of a neighbour that was read beside it.
 */
export class ShardTurns {
  readonly #queue: ShardQueue;
  #held = 0;
  #holdsSuspect = false;
  /** Takes go one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #emptied = Promise.withResolvers<void>();

  constructor(queue: ShardQueue) {
    this.#queue = queue;
  }

  /**
   * Takes a shard once it may be held; `end` must follow. Null where none is ready, or `signal` has aborted. Rejects
   * as the queue does.
   */
  take(signal: AbortSignal): Promise<LeasedShard | null> {
    const taken = this.#turn.then(() => this.#takeInTurn(signal));
    this.#turn = taken.catch(() => {});
    return taken;
  }

  /** Says that a shard is held no more. */
  end(): void {
    this.#held--;
    if (this.#held > 0) return;
    this.#holdsSuspect = false;
    this.#emptied.resolve();
    this.#emptied = Promise.withResolvers();
  }

  async #takeInTurn(signal: AbortSignal): Promise<LeasedShard | null> {
    if (this.#holdsSuspect) await this.#emptied.promise;
    let shard = signal.aborted ? null : await this.#queue.take();
    if (shard !== null && isSuspect(shard) && this.#held > 0) {
      await this.#queue.giveBack(shard);
      // The last one may have ended while it was given back: then nobody is left to say so.
      if (this.#held > 0) await this.#emptied.promise;
      shard = signal.aborted ? null : await this.#queue.take();
    }
    if (shard === null) return null;
    this.#held++;
    this.#holdsSuspect = isSuspect(shard);
    return shard;
  }
}

function isSuspect(shard: LeasedShard): boolean {
  return shard.refs.length === 1 && shard.deaths > 0;
}
