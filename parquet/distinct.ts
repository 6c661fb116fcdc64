import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { canonicalJson } from "../core/json_text.ts";
import { EVENT_COLUMNS } from "./columns.ts";
import { type EventRow, recordFromRow } from "./record.ts";
import type { RowSet } from "./row_set.ts";

/** Rows, and their bytes, whose whole content is held at a time. */
const HELD_ROWS_MAX = 10_000;
const HELD_BYTES_MAX = 16 * 1024 * 1024;
/** Of a SHA-256, half is kept: nobody finds two contents that share it. */
const HASH_BYTES = 16;

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
 * Memory: hashes of these rows, about 30 bytes each, and the contents of a few thousand.
 * @param clusters rows of one event id each, two or more
 * @param isStanding whether the row is in a file that stays as it is
 */
export async function judgeClusters(
  rows: RowSet,
  clusters: readonly (readonly number[])[],
  isStanding: (row: number) => boolean,
): Promise<Verdicts> {
  const written = new Contents(clusters.flat());
  await written.read(rows, contentText);
  const unequal = clusters.filter((cluster) =>
    cluster.some((row) => !written.isEqual(row, cluster[0]))
  );
  const canonical = new Contents(unequal.flat());
  await canonical.read(rows, contentOf);

  const repeated = new Set<number>();
  const conflicting = new Map<number, string>();
  // Equal rows of one source object, spelled differently, are ranked by how they are written.
  const rankOf = (row: number) => `${written.sourceObject(row)}\n${written.hash(row)}`;
  const isUnequal = new Set(unequal);
  for (const cluster of clusters) {
    if (!isUnequal.has(cluster)) {
      keepBest(cluster, (k) => written.sourceObject(cluster[k]), isStanding, repeated);
      continue;
    }
    const byHash = Map.groupBy(cluster, (row) => canonical.hash(row));
    for (const [hash, members] of byHash) {
      const kept = keepBest(members, (k) => rankOf(members[k]), isStanding, repeated);
      if (byHash.size > 1) conflicting.set(kept, hash);
    }
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

/** Hashes of rows' contents, and their source objects. */
class Contents {
  readonly #rows: Uint32Array;
  readonly #hashes: Buffer;
  readonly #sources: Uint32Array;
  readonly #sourceNames: string[] = [];

  constructor(rows: readonly number[]) {
    // In the order of their files, so that each row group is decoded about once.
    this.#rows = Uint32Array.from(rows).sort();
    this.#hashes = Buffer.alloc(rows.length * HASH_BYTES);
    this.#sources = new Uint32Array(rows.length);
  }

  async read(set: RowSet, textOf: (row: EventRow) => string): Promise<void> {
    const sourceNumbers = new Map<string, number>();
    let at = 0;
    for (const piece of set.cut(this.#rows, HELD_ROWS_MAX, HELD_BYTES_MAX)) {
      const selection = set.select([piece]);
      const held = Array.from(piece, (): Record<string, unknown> => ({}));
      for (const { name } of EVENT_COLUMNS) {
        const [values] = await selection.read(name);
        values.forEach((value, i) => held[i][name] = value);
      }
      for (const row of held) {
        createHash("sha256").update(textOf(row)).digest().copy(this.#hashes, at * HASH_BYTES);
        const source = String(row.source_object ?? "");
        let number = sourceNumbers.get(source);
        if (number === undefined) {
          number = this.#sourceNames.push(source) - 1;
          sourceNumbers.set(source, number);
        }
        this.#sources[at++] = number;
      }
    }
  }

  hash(row: number): string {
    const start = this.#place(row) * HASH_BYTES;
    return this.#hashes.toString("hex", start, start + HASH_BYTES);
  }

  isEqual(a: number, b: number): boolean {
    const [from, start] = [this.#place(a) * HASH_BYTES, this.#place(b) * HASH_BYTES];
    return this.#hashes.compare(
      this.#hashes,
      from,
      from + HASH_BYTES,
      start,
      start + HASH_BYTES,
    ) === 0;
  }

  sourceObject(row: number): string {
    return this.#sourceNames[this.#sources[this.#place(row)]];
  }

  #place(row: number): number {
    let [from, to] = [0, this.#rows.length - 1];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#rows[middle] < row) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

function contentText(row: EventRow): string {
  return JSON.stringify(CONTENT_COLUMNS.map((name) => row[name]));
}

/** The record's canonical JSON. A row that holds no JSON is its own text: it must not stop its hour. */
function contentOf(row: EventRow): string {
  try {
    return canonicalJson(recordFromRow(row));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return contentText(row);
  }
}
