import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { canonicalJson } from "../core/json_text.ts";
import { textAt, valueAt } from "./byte_column.ts";
import { EVENT_COLUMNS } from "./columns.ts";
import type { Picks } from "./row_set.ts";
import { recordFromRow } from "./record.ts";
import { type PickedRows, readJoined, type RowSet } from "./row_set.ts";
import { copyBytes } from "./value_bytes.ts";

/** Rows, and their bytes, whose whole content is held at a time. */
const HELD_ROWS_MAX = 10_000;
const HELD_BYTES_MAX = 16 * 1024 * 1024;
/** Of a SHA-256, half is kept: nobody finds two contents that share it. */
const HASH_BYTES = 16;

const CONTENT_COLUMNS = EVENT_COLUMNS.filter(({ name }) =>
  name !== "source_object" && name !== "event_id"
);
const SOURCE_COLUMN = EVENT_COLUMNS.find(({ name }) => name === "source_object")!;

/** What becomes of rows that share an event id; rows not named here stand alone. */
export interface Verdicts {
  /** Rows that repeat another row's content. */
  readonly repeated: Set<number>;
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
  await written.read(rows, contentsByBytes);
  const unequal = clusters.filter((cluster) =>
    cluster.some((row) => !written.isEqual(row, cluster[0]))
  );
  const canonical = new Contents(unequal.flat());
  await canonical.read(rows, contentsByJson);

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

/**
 * Which of each cluster's rows is kept if all of them are equal: the one with the smallest `source_object`, or the first
 * one of these. Reads that column alone.
 * @returns clusters with the kept row in front
 */
export async function keptFirst(
  rows: RowSet,
  clusters: readonly (readonly number[])[],
): Promise<number[][]> {
  if (clusters.length === 0) return [];
  const selection = rows.select([Uint32Array.from(clusters.flat())]);
  const [places] = selection.places;
  const names: string[] = [];
  for await (const [, joined] of readJoined(selection, [SOURCE_COLUMN])) {
    for (const place of places) names.push(textAt(joined, place) ?? "");
  }
  let from = 0;
  return clusters.map((cluster) => {
    const first = from;
    from += cluster.length;
    let best = 0;
    for (let k = 1; k < cluster.length; k++) if (names[first + k] < names[first + best]) best = k;
    return [cluster[best], ...cluster.filter((_, k) => k !== best)];
  });
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

  async read(set: RowSet, contentsOf: ContentReader): Promise<void> {
    const sourceNumbers = new Map<string, number>();
    let at = 0;
    for (const piece of set.cut(this.#rows, HELD_ROWS_MAX, HELD_BYTES_MAX)) {
      const { columns, picks: [picks] } = await set.read([piece], EVENT_COLUMNS);
      const sources = columns.get(SOURCE_COLUMN.name)!;
      let i = 0;
      for (const content of contentsOf(columns, picks)) {
        createHash("sha256").update(content).digest().copy(this.#hashes, at * HASH_BYTES);
        const source = textAt(sources[picks.sources[i]], picks.rows[i]) ?? "";
        let number = sourceNumbers.get(source);
        if (number === undefined) {
          number = this.#sourceNames.push(source) - 1;
          sourceNumbers.set(source, number);
        }
        this.#sources[at++] = number;
        i++;
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

/** The contents of picked rows, one by one; each is valid until the next one is asked for. */
type ContentReader = (
  columns: PickedRows["columns"],
  picks: Picks,
) => Iterable<Uint8Array | string>;

/** What the columns hold, as bytes: of each value its length plus one, 0 for null, and the value. */
function* contentsByBytes(columns: PickedRows["columns"], picks: Picks): Generator<Uint8Array> {
  const content = CONTENT_COLUMNS.map(({ name }) => columns.get(name)!);
  let out = new Uint8Array(64 * 1024);
  for (let i = 0; i < picks.rows.length; i++) {
    let at = 0;
    for (const sources of content) {
      const { codes, bytes, starts, gap } = sources[picks.sources[i]];
      const code = codes[picks.rows[i]];
      const size = code < 0 ? 0 : starts[code + 1] - gap - starts[code];
      if (at + size + 4 > out.length) {
        const grown = new Uint8Array((at + size + 4) * 2);
        grown.set(out.subarray(0, at));
        out = grown;
      }
      const head = code < 0 ? 0 : size + 1;
      for (let shift = 0; shift < 32; shift += 8) out[at++] = head >>> shift;
      if (code >= 0) copyBytes(bytes, starts[code], starts[code] + size, out, at);
      at += size;
    }
    yield out.subarray(0, at);
  }
}

/** The records' canonical JSON. A row that holds no JSON is its own text: it must not stop its hour. */
function* contentsByJson(columns: PickedRows["columns"], picks: Picks): Generator<string> {
  for (let i = 0; i < picks.rows.length; i++) {
    const row = Object.fromEntries(EVENT_COLUMNS.map((column) => [
      column.name,
      valueAt(column, columns.get(column.name)![picks.sources[i]], picks.rows[i]),
    ]));
    try {
      yield canonicalJson(recordFromRow(row));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      yield JSON.stringify(CONTENT_COLUMNS.map(({ name }) => row[name]));
    }
  }
}
