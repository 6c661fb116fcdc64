import { hourOf } from "../core/hours.ts";
import { judgeClusters, keptFirst } from "./distinct.ts";
import type { KeyTable } from "./key_table.ts";
import type { RowSet } from "./row_set.ts";

/** Rows of one hour within a set: from `from` to `to` (exclusive), its standing rows first, then existing ones. */
export interface HourRows {
  readonly from: number;
  readonly standingEnd: number;
  readonly existingEnd: number;
  readonly to: number;
}

/** The rows that an hour ends up with. */
export interface OrderedRows {
  /** Distinct rows to be written, sorted by event time, then event id, then content. */
  readonly written: Uint32Array;
  /** Rows of files that stay as they are; nothing is written for them. */
  readonly standing: Uint32Array;
  /** Rows to be written whose event id an earlier row of the hour has, with another content. */
  readonly conflicts: ReadonlySet<number>;
  /** Rows that were taken for equal, of which the first one of each cluster is written. */
  readonly assumed: readonly (readonly number[])[];
}

/**
 * Finds the distinct rows of an hour and their order, which depends on nothing but their content.
 * @param isTrusting whether rows that share an event id and time are taken for equal, as they are unless somebody else
 * has a hand in it: comparing them takes reading all columns, and who encodes the rows does that anyway
 */
export async function orderRows(
  rows: RowSet,
  keys: KeyTable,
  { from, standingEnd, to }: HourRows,
  isTrusting: boolean,
): Promise<OrderedRows> {
  const clusters = keys.sharedIds(from, to);
  const isAlike = ([first, ...others]: readonly number[]) =>
    first >= standingEnd && others.every((row) => keys.timesMs[row] === keys.timesMs[first]);
  const assumed = isTrusting ? await keptFirst(rows, clusters.filter(isAlike)) : [];
  const { repeated, conflicting } = await judgeClusters(
    rows,
    isTrusting ? clusters.filter((cluster) => !isAlike(cluster)) : clusters,
    (row) => row < standingEnd,
  );
  for (const [, ...others] of assumed) for (const row of others) repeated.add(row);

  const kept = new Uint32Array(to - from - repeated.size);
  let count = 0;
  for (let row = from; row < to; row++) if (!repeated.has(row)) kept[count++] = row;
  const firstWritten = kept.findIndex((row) => row >= standingEnd);
  const standing = kept.subarray(0, firstWritten < 0 ? kept.length : firstWritten);
  const hashOf = (row: number) => conflicting.get(row)!;
  const written = keys.sorted(
    kept.subarray(standing.length),
    (a, b) => hashOf(a) === hashOf(b) ? 0 : hashOf(a) < hashOf(b) ? -1 : 1,
  );

  const conflicts = new Set<number>();
  if (conflicting.size > 0) {
    const place = new Map<number, number>();
    for (const list of [standing, written]) {
      for (const row of list) if (conflicting.has(row)) place.set(row, place.size);
    }
    for (const cluster of clusters) {
      const inOrder = cluster.filter((row) => place.has(row))
        .sort((a, b) => place.get(a)! - place.get(b)!);
      // In a day's file one id may stand in several hours; a conflict is within one.
      const hours = new Set<number>();
      for (const row of inOrder) {
        const hourMs = hourOf(keys.timesMs[row]);
        if (hours.has(hourMs) && row >= standingEnd) conflicts.add(row);
        hours.add(hourMs);
      }
    }
  }
  return { written, standing, conflicts, assumed };
}
