import { setTimeout as delay } from "node:timers/promises";
import type { OpenWork } from "../store/mod.ts";

/** How many seconds' worth may be planned ahead and not settled: what may be read at once after a pause. */
const AHEAD_SECONDS = 5;
const ASK_MS = 200;

/**
 * Holds planning to a number of objects a second. All replicas share what is planned, so this bounds them together;
 * what is open is bounded too, since else readers that were held up would make up for it all at once.
 */
export class Pace {
  readonly #perSecond: number;
  readonly #openWork: () => Promise<Pick<OpenWork, "refs" | "delayedRefs">>;
  /** When the next object may be planned, ms as `performance.now()` tells it. */
  #nextAt = performance.now();

  /** @param openWork what is planned and not settled; what waits to be tried again holds nobody up */
  constructor(perSecond: number, openWork: () => Promise<Pick<OpenWork, "refs" | "delayedRefs">>) {
    this.#perSecond = perSecond;
    this.#openWork = openWork;
  }

  /** The most objects of a shard: two seconds' worth. */
  get shardObjectsMax(): number {
    return Math.max(1, this.#perSecond * 2);
  }

  /** Waits until so many objects may be planned. Rejects with the signal's reason. */
  async admit(objects: number, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    await delay(Math.max(0, this.#nextAt - now), undefined, { signal });
    this.#nextAt = Math.max(this.#nextAt, now) + objects / this.#perSecond * 1000;
    const aheadMax = Math.max(objects, this.#perSecond * AHEAD_SECONDS);
    while (await this.#atHand() + objects > aheadMax) {
      await delay(ASK_MS, undefined, { signal });
    }
  }

  async #atHand(): Promise<number> {
    const { refs, delayedRefs } = await this.#openWork();
    return refs - delayedRefs;
  }
}
