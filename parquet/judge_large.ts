import { hourOf } from "../core/hours.ts";
import { int64At } from "./byte_column.ts";
import { judgeClusters } from "./distinct.ts";
import type { KeyTable } from "./key_table.ts";
import { ID_COLUMN, TIME_COLUMN } from "./merge_steps.ts";
import { type TableFile, TableReader } from "./read.ts";
import { type RowRange, RowSet } from "./row_set.ts";

/** Which rows repeat others, of the hour's standing files too, and which are kept beside another content. */
export async function judgeLarge(
  ranges: readonly RowRange[],
  rows: RowSet,
  keys: KeyTable,
  { standing, onProgress }: {
    readonly standing: readonly TableFile[];
    readonly onProgress?: () => void;
  },
) {
  const clusters = keys.sharedIds(0, rows.count);
  const clusterOf = new Map(clusters.map((cluster) => [cluster[0], cluster]));
  const hits: RowRange[] = [];
  const hitTimes: number[] = [];
  let next = rows.count;
  if (standing.length > 0 && rows.count > 0) {
    const find = keys.finder();
    for (const file of standing) {
      const reader = await TableReader.open(file);
      for (const [group, { rowStart }] of reader.rowGroups.entries()) {
        const [ids] = await reader.readByteColumns(group, [ID_COLUMN]);
        const firsts = ids.codes.map((code) => find(ids, code));
        if (firsts.every((first) => first < 0)) continue;
        const [times] = await reader.readByteColumns(group, [TIME_COLUMN]);
        firsts.forEach((first, i) => {
          if (first < 0) return;
          hitTimes.push(int64At(times.view, times.starts[times.codes[i]]));
          let cluster = clusterOf.get(first);
          if (cluster === undefined) {
            clusterOf.set(first, cluster = [first]);
            clusters.push(cluster);
          }
          cluster.push(next++);
          const last = hits.at(-1);
          if (last?.reader === reader && last.rowStart + last.rowCount === rowStart + i) {
            hits[hits.length - 1] = { ...last, rowCount: last.rowCount + 1 };
          } else hits.push({ reader, rowStart: rowStart + i, rowCount: 1 });
        });
      }
      onProgress?.();
    }
  }
  const isStanding = (row: number) => row >= rows.count;
  const judged = hits.length === 0 ? rows : new RowSet([...ranges, ...hits]);
  const { repeated, conflicting } = await judgeClusters(judged, clusters, isStanding);
  const conflicts = new Set<number>();
  for (const cluster of clusters) {
    const kept = cluster.filter((row) => conflicting.has(row));
    // In a day's file one id may stand in several hours; a conflict is within one. Standing rows come first.
    const hours = new Set<number>();
    for (const row of [...kept.filter(isStanding), ...kept.filter((row) => !isStanding(row))]) {
      const hourMs = hourOf(isStanding(row) ? hitTimes[row - rows.count] : keys.timesMs[row]);
      if (hours.has(hourMs) && !isStanding(row)) conflicts.add(row);
      hours.add(hourMs);
    }
  }
  return { dropped: repeated, conflicts };
}
