import { skipReason } from "../core/keys.ts";
import type { ObjectRef } from "../core/types.ts";
import type { Source } from "../objects/mod.ts";
import type { ListingNode, ListingPass, Store } from "../store/mod.ts";
import type { PlanBuffer } from "./plan_buffer.ts";

/** What visits of one pass share. */
export interface VisitContext {
  readonly store: Store;
  readonly source: Source;
  readonly pass: ListingPass;
  readonly buffer: PlanBuffer;
  /** Chooses objects by their whole keys. */
  readonly accept: (key: string) => boolean;
  readonly lookbackMs: number;
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Nodes whose objects this run has counted already. */
  readonly counted: Set<number>;
  /** Nodes that this pass must not claim again, because nothing could be recorded. */
  readonly skip: Set<number>;
}

/** Refs of a page, sorted out against the choice and the ledger. */
export async function lookAt(
  refs: readonly ObjectRef[],
  node: ListingNode,
  { store, source, accept, counted }: VisitContext,
) {
  const chosen = refs.filter((ref) => accept(ref.key));
  const { unknown, inLedger, settledSince } = chosen.length === 0
    ? { unknown: [], inLedger: 0, settledSince: 0 }
    : await store.filterUnknown(source.scope, chosen);
  return {
    unknown,
    // What this run, or another replica, has settled meanwhile was counted when it was planned.
    known: counted.has(node.id) ? 0 : inLedger - settledSince,
    found: unknown.some(({ key }) => skipReason(key.slice(source.prefix.length)) === null),
    dropped: refs.length - chosen.length,
  };
}

/** Gives a node up for this pass as it was: another replica needs what this one does not read. */
export async function leave(node: ListingNode, { buffer, skip }: VisitContext): Promise<void> {
  skip.add(node.id);
  await buffer.add({ change: { kind: "release", node } });
}
