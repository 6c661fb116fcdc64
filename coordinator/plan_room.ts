import { setTimeout as delay } from "node:timers/promises";
import { LIMITS } from "../core/limits.ts";
import type { Lane, Store } from "../store/mod.ts";

/** How long planning waits before it asks again. */
const PAUSE_MS = 250;

/**
 * Waits while open shards of a source and lane hold as many refs as they may. Shards of other sources do not count,
 * since perhaps nobody reads them; nor do, up to a bound of their own, refs that wait to be tried again: a denied
 * account would hold up all others for an hour. Rejects with the store's TrailsieveError or the signal's reason.
 */
export async function whenRoom(
  store: Store,
  { sourceUrl, lane, signal }: {
    readonly sourceUrl: string;
    readonly lane: Lane;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  while (true) {
    const { refs, delayedRefs } = await store.openWork({ sourceUrls: [sourceUrl], lane });
    const hasRoom = refs - delayedRefs <= LIMITS.openRefsMax &&
      delayedRefs <= LIMITS.delayedRefsMax;
    if (hasRoom) return;
    await delay(PAUSE_MS, undefined, { signal });
  }
}
