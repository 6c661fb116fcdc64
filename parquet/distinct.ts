import { canonicalJson } from "../core/json_text.ts";
import { sha256Hex } from "../core/ids.ts";
import { EVENT_COLUMNS } from "./columns.ts";
import { type EventRow, recordFromRow } from "./record.ts";
import type { RowSet } from "./row_set.ts";

/** Rows compared at a time, so that decoded columns stay small. */
const COMPARED_ROWS_MAX = 50_000;
/** Rows whose whole content is held at a time. */
const CANONICAL_ROWS_MAX = 2_000;

const CONTENT_COLUMNS = EVENT_COLUMNS.map(({ name }) => name).filter((name) =>
  name !== "source_object" && name !== "event_id"
);

/** What becomes of rows that share an event id; rows not named here stand alone. */
export interface Verdicts {
  /** Rows that repeat another row's content. */
  readonly repeated: ReadonlySet<number>;
  /** For rows kept beside another content of the same id: what orders them, a hash of the content. */
  readonly conflicting: ReadonlyMap<number, string>;
}

/**
 * Compares the contents of rows that share an event id. Rows are equal if their columns are, or else if
 * their records' canonical JSON is; `source_object` does not count. Of equal rows a standing one is kept,
 * else the one with the smallest `source_object`, so that the order of the rows does not matter.
 * @param clusters rows of one event id each, two or more
 * @param isStanding whether the row is in a file that stays as it is
 */
export async function judgeClusters(
  rows: RowSet,
  clusters: readonly (readonly number[])[],
  isStanding: (row: number) => boolean,
): Promise<Verdicts> {
  const repeated = new Set<number>();
  const conflicting = new Map<number, string>();
  const unequal: (readonly number[])[] = [];
  for (const batch of batches(clusters, COMPARED_ROWS_MAX)) {
    const { equal, sourceObjects } = await compareColumns(rows, batch);
    batch.forEach((cluster, i) => {
      if (!equal[i]) unequal.push(cluster);
      else keepBest(cluster, (k) => sourceObjects[i][k], isStanding, repeated);
    });
  }
  for (const batch of batches(unequal, CANONICAL_ROWS_MAX)) {
    const contents = await readContents(rows, batch);
    batch.forEach((cluster, i) => {
      const byHash = Map.groupBy(cluster.keys(), (k) => contents[i][k].hash);
      for (const [hash, members] of byHash) {
        const kept = keepBest(
          members.map((k) => cluster[k]),
          (m) => contents[i][members[m]].rank,
          isStanding,
          repeated,
        );
        if (byHash.size > 1) conflicting.set(kept, hash);
      }
    });
  }
  return { repeated, conflicting };
}

/** Marks all but the best of equal rows as repeated, and every row that stands stays. */
function keepBest(
  cluster: readonly number[],
  rankOf: (k: number) => string,
  isStanding: (row: number) => boolean,
  repeated: Set<number>,
): number {
  let best = 0;
  for (let k = 1; k < cluster.length; k++) {
    const [a, b] = [isStanding(cluster[k]), isStanding(cluster[best])];
    if (a !== b ? a : rankOf(k) < rankOf(best)) best = k;
  }
  cluster.forEach((row, k) => {
    if (k !== best) repeated.add(row);
  });
  return cluster[best];
}

/** For each cluster whether all its rows agree in every column, and their source objects. */
async function compareColumns(rows: RowSet, clusters: readonly (readonly number[])[]) {
  const selection = rows.select(clusters.map((cluster) => Uint32Array.from(cluster)));
  const equal = clusters.map(() => true);
  for (const name of CONTENT_COLUMNS) {
    const values = await selection.read(name);
    values.forEach((column, i) => {
      if (equal[i]) equal[i] = column.every((value) => value === column[0]);
    });
  }
  const sourceObjects = await selection.read("source_object");
  return { equal, sourceObjects: sourceObjects.map((list) => list.map((v) => String(v ?? ""))) };
}

/** For each row of each cluster the hash of its canonical content, and what ranks it among equals. */
async function readContents(rows: RowSet, clusters: readonly (readonly number[])[]) {
  const selection = rows.select(clusters.map((cluster) => Uint32Array.from(cluster)));
  const records = clusters.map((cluster) => cluster.map((): Record<string, unknown> => ({})));
  for (const { name } of EVENT_COLUMNS) {
    (await selection.read(name)).forEach((values, i) =>
      values.forEach((value, k) => records[i][k][name] = value)
    );
  }
  return records.map((cluster) =>
    cluster.map((row) => {
      const content = contentOf(row);
      const text = JSON.stringify(CONTENT_COLUMNS.map((name) => row[name]));
      return { hash: sha256Hex(content), rank: `${row.source_object ?? ""}\n${text}` };
    })
  );
}

/** The record's canonical JSON. A row that holds no JSON is its own text: it must not stop its hour. */
function contentOf(row: EventRow): string {
  try {
    return canonicalJson(recordFromRow(row));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return JSON.stringify(CONTENT_COLUMNS.map((name) => row[name]));
  }
}

function* batches(clusters: readonly (readonly number[])[], rowsMax: number) {
  let batch: (readonly number[])[] = [];
  let rows = 0;
  for (const cluster of clusters) {
    if (rows > 0 && rows + cluster.length > rowsMax) {
      yield batch;
      batch = [];
      rows = 0;
    }
    batch.push(cluster);
    rows += cluster.length;
  }
  if (rows > 0) yield batch;
}
