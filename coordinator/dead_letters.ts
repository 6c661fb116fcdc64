import type { DeadLetter, DeadLetterFilter, Store, WholeDeadLetter } from "../store/mod.ts";
import { openExisting } from "./open_existing.ts";

export type { DeadLetter, DeadLetterFilter, WholeDeadLetter };

/** Dead letters of one statement. */
const PAGE = 1000;

/** Which dead letters a command is for: those named, or all that a filter chooses. */
export type DeadLetterChoice =
  | { readonly ids: readonly number[] }
  | { readonly filter: DeadLetterFilter };

/** What became of the dead letters that were chosen. */
export interface Tended {
  readonly found: number;
  /** Ids that were named and are not there. */
  readonly missing: readonly number[];
}

/** What a redrive put back to work; see `RedriveCounts` in store/dead_letter_types.ts. */
export interface Redriven extends Tended {
  readonly objects: number;
  readonly unplanned: number;
  readonly deliveries: number;
  readonly parts: number;
}

/**
 * Gives the chosen dead letters by pages, the newest first, at most `limit`.
 * @returns whether there are more. Throws like `openExisting`.
 */
export async function* listDeadLetters(
  databaseUrl: string,
  filter: DeadLetterFilter,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): AsyncGenerator<readonly DeadLetter[], boolean, void> {
  await using store = await openExisting(databaseUrl);
  let left = limit;
  for await (const page of pagesOf(store, filter, signal)) {
    if (page.length > left) {
      yield page.slice(0, left);
      return true;
    }
    yield page;
    left -= page.length;
  }
  return false;
}

/** One dead letter whole; null where there is none of this id. Throws like `openExisting`. */
export async function showDeadLetter(
  databaseUrl: string,
  id: number,
): Promise<WholeDeadLetter | null> {
  await using store = await openExisting(databaseUrl);
  return await store.showDeadLetter(id);
}

/**
 * Puts dead letters back to work: the next pass, or a replica that runs, tries them at once. Those that come while it
 * goes on are left. An abort ends it between pages. Throws like `openExisting`.
 */
export async function redriveDeadLetters(
  databaseUrl: string,
  choice: DeadLetterChoice,
  signal: AbortSignal,
): Promise<Redriven> {
  const sum = { objects: 0, unplanned: 0, deliveries: 0, parts: 0 };
  const tended = await tend(databaseUrl, choice, signal, async (store, ids) => {
    const counts = await store.redriveDeadLetters(ids);
    sum.objects += counts.objects;
    sum.unplanned += counts.unplanned;
    sum.deliveries += counts.deliveries;
    sum.parts += counts.parts;
    return counts.found;
  });
  return { ...tended, ...sum };
}

/** What was dropped, with the deliveries that waited for a sink. */
export interface Dropped extends Tended {
  readonly deliveries: number;
}

/**
 * Settles dead letters for good: what they are about stays known. Where a sink alone is chosen, what waits for it is
 * given up too: nobody may have that sink any more. Otherwise like `redriveDeadLetters`.
 */
export async function dropDeadLetters(
  databaseUrl: string,
  choice: DeadLetterChoice,
  signal: AbortSignal,
): Promise<Dropped> {
  const tended = await tend(
    databaseUrl,
    choice,
    signal,
    (store, ids) => store.dropDeadLetters(ids),
  );
  const sink = soleSink(choice);
  if (sink === null) return { ...tended, deliveries: 0 };
  await using store = await openExisting(databaseUrl);
  let deliveries = 0;
  for (let count; (count = await store.giveUpDeliveries(sink)) > 0;) {
    deliveries += count;
    signal.throwIfAborted();
  }
  return { ...tended, deliveries };
}

/** The sink that is all that was chosen; beside a stage, a kind or a time, only dead letters are meant. */
function soleSink(choice: DeadLetterChoice): string | null {
  if (!("filter" in choice)) return null;
  const { sink, ...others } = choice.filter;
  return Object.values(others).some((value) => value !== undefined) ? null : sink ?? null;
}

async function tend(
  databaseUrl: string,
  choice: DeadLetterChoice,
  signal: AbortSignal,
  act: (store: Store, ids: readonly number[]) => Promise<readonly number[]>,
): Promise<Tended> {
  await using store = await openExisting(databaseUrl);
  if ("ids" in choice) {
    const missing = new Set(choice.ids);
    for (let i = 0; i < choice.ids.length; i += PAGE) {
      signal.throwIfAborted();
      for (const id of await act(store, choice.ids.slice(i, i + PAGE))) missing.delete(id);
    }
    return { found: new Set(choice.ids).size - missing.size, missing: [...missing] };
  }
  let found = 0;
  for await (const page of pagesOf(store, choice.filter, signal)) {
    found += (await act(store, page.map(({ id }) => id))).length;
  }
  return { found, missing: [] };
}

/** Dead letters from the newest on, so that one that comes meanwhile is never met. */
async function* pagesOf(
  store: Store,
  filter: DeadLetterFilter,
  signal: AbortSignal,
): AsyncGenerator<readonly DeadLetter[]> {
  let beforeId: number | undefined;
  while (true) {
    signal.throwIfAborted();
    const page = await store.listDeadLetters(filter, { limit: PAGE, beforeId });
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    beforeId = page.at(-1)!.id;
  }
}
