import { logOf } from "../core/log.ts";
import { PlanBuffer, type PlanOptions } from "./plan_buffer.ts";

/** Objects of each worker's first shard. They are of one account, so of many hours: more would burden compaction. */
const FIRST_OBJECTS = 50;
/** Objects of a folder's first page from which its listing counts as a long one. */
const LONG_PAGE = 1000;

const log = logOf("list");

/** What listing a whole source works with. */
export interface ListTrailOptions extends Omit<PlanOptions, "source" | "holdsBack" | "now"> {
  /** Chooses objects by their whole keys; default: all. */
  readonly accept?: (key: string) => boolean;
  /** Whether this run lists the source for the first time: what it listed before is not counted again. */
  readonly isFirst: boolean;
}

/**
 * Lists a whole source, in one go and without a schedule, and plans every object version that neither the ledger
 * nor an open shard knows: what a folder needs at every pass. What another replica has planned is in that one's
 * report. Rejects with the source's TrailsieveError if listing fails, and with the signal's reason.
 */
export async function listTrail(
  source: PlanOptions["source"],
  options: ListTrailOptions,
): Promise<void> {
  const { store, report, signal, accept, isFirst } = options;
  report.firstListingAt ??= Date.now();
  const buffer = new PlanBuffer({ ...options, source, holdsBack: isFirst, now: Date.now });
  let found = 0;
  for await (const page of source.list(source.prefix, { signal })) {
    signal.throwIfAborted();
    found += page.length;
    const refs = accept === undefined ? page : page.filter((ref) => accept(ref.key));
    if (refs.length === 0) continue;
    const { unknown, inLedger, settledSince } = await store.filterUnknown(source.scope, refs);
    // Reading a folder costs nothing that had to be told first, so workers begin while it is listed.
    const begins = isFirst && source.kind === "file" && found === page.length &&
      unknown.length >= LONG_PAGE;
    const first = begins ? Math.min(FIRST_OBJECTS * options.workers, unknown.length) : 0;
    if (first > 0) await buffer.planNow(unknown.slice(0, first), FIRST_OBJECTS);
    // What this run, or another replica, has settled meanwhile was counted when it was planned.
    await buffer.add({
      refs: unknown.slice(first),
      known: isFirst ? inLedger - settledSince : 0,
    });
    if (buffer.isRipe) await buffer.flush();
  }
  buffer.tellEnd({ isAll: true });
  await buffer.flush();
  if (found === 0 && isFirst) {
    log.warn(`There is nothing below ${source.url}: is the prefix right?`);
  }
}
