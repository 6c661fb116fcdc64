import type { Buffer } from "node:buffer";
import { setImmediate as nextTurn } from "node:timers/promises";
import { LIMITS } from "../core/limits.ts";
import type { DirectGets } from "./direct_gets.ts";
import { FetchError } from "./fetch_error.ts";
import { fetchWhole } from "./fetch_object.ts";
import { LocalReadAhead } from "./local_read_ahead.ts";
import type { ShardObject } from "./protocol.ts";

/** A fetched object; one too large to be held whole is left to be streamed. */
export type Fetched =
  | { readonly kind: "whole"; readonly bytes: Buffer }
  | { readonly kind: "large" }
  | { readonly kind: "failed"; readonly error: FetchError };

/**
 * Fetches the objects of a shard in their order, several at a time ahead of the one that is being read, within
 * `LIMITS.fetchConcurrency` and `LIMITS.fetchBytesInFlightMax`. Rejects only when the signal aborts.
 */
export async function* fetchAhead(
  objects: readonly ShardObject[],
  signal: AbortSignal,
  direct?: DirectGets,
): AsyncGenerator<Fetched> {
  const ahead: Promise<Fetched>[] = [];
  const readAhead = new LocalReadAhead(objects);
  let next = 0;
  let bytesInFlight = 0;
  for (let current = 0; current < objects.length; current++) {
    while (
      next < objects.length &&
      (next === current || (next - current < LIMITS.fetchConcurrency &&
        bytesInFlight + heldBytes(objects[next]) <= LIMITS.fetchBytesInFlightMax))
    ) {
      bytesInFlight += heldBytes(objects[next]);
      const startedAt = performance.now();
      ahead[next] = fetchOne(objects[next], signal, direct);
      // A local file is read within the call.
      readAhead.note(next++, performance.now() - startedAt);
    }
    if (readAhead.isOn) await nextTurn();
    const fetched = await ahead[current];
    delete ahead[current];
    signal.throwIfAborted();
    yield fetched;
    bytesInFlight -= heldBytes(objects[current]);
  }
}

function isLarge(object: ShardObject): boolean {
  return object.size > LIMITS.objectInMemoryBytesMax;
}

function heldBytes(object: ShardObject): number {
  return isLarge(object) ? 0 : object.size;
}

async function fetchOne(
  object: ShardObject,
  signal: AbortSignal,
  direct: DirectGets | undefined,
): Promise<Fetched> {
  if (isLarge(object)) return { kind: "large" };
  try {
    return { kind: "whole", bytes: await fetchWhole(object, signal, direct) };
  } catch (error) {
    if (error instanceof FetchError) return { kind: "failed", error };
    return { kind: "failed", error: new FetchError("later", (error as Error).message) };
  }
}
