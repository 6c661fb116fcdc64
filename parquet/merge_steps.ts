/** Steps that both ways of merging have in common. */
import { LIMITS } from "../core/limits.ts";
import type { ByteColumn } from "./byte_column.ts";
import { ACTIVITY_KEY_COLUMNS, EVENT_COLUMNS } from "./columns.ts";
import type { EncodedChunk } from "./encode.ts";
import { encodeColumn, pickColumn } from "./encode_column.ts";
import { KeyTable } from "./key_table.ts";
import { readJoined, type RowSet, rowsFrom } from "./row_set.ts";
import { areEqual } from "./value_table.ts";

/** What is read of every row first: it orders the rows and tells which of them may be equal. */
export const [TIME_COLUMN, ID_COLUMN] = ["event_time", "event_id"].map((name) =>
  EVENT_COLUMNS.find((column) => column.name === name)!
);

/**
 * Reads the times and ids of all rows.
 * @param onProgress told before every piece
 */
export async function readKeys(rows: RowSet, onProgress?: () => void): Promise<KeyTable> {
  const keys = new KeyTable(rows.count);
  const all = rowsFrom(0, rows.count);
  for (const piece of rows.cut(all, LIMITS.rowGroupRowsMax, Infinity)) {
    onProgress?.();
    const selection = rows.select([piece]);
    const [places] = selection.places;
    for await (const [column, joined] of readJoined(selection, [TIME_COLUMN, ID_COLUMN])) {
      if (column === TIME_COLUMN) keys.addTimes(joined, places);
      else keys.addIds(joined, places);
    }
  }
  return keys;
}

const KEY_PLACES = new Map(ACTIVITY_KEY_COLUMNS.map(({ name }, place) => [name, place]));

/** Columns that are decoded at the same time: few requests for what lies together, and little memory. */
const COLUMNS_AT_ONCE = 8;

/** Lists of rows, encoded, and what the rollup counts of them. */
export interface EncodedRows {
  /** For each list its chunks. */
  readonly chunks: readonly EncodedChunk[][];
  /** For each list the key columns of the rollup, a value for each of its rows. */
  readonly keys: readonly ByteColumn[][];
}

/**
 * Reads rows of `events` and encodes them, a few columns at a time.
 * @param pairs rows that are taken for equal but for their `source_object`, one behind the other
 * @param onProgress told before every few columns
 * @returns null where two of a pair are not
 */
export async function encodeRows(
  rows: RowSet,
  lists: readonly Uint32Array[],
  pairs: Uint32Array = new Uint32Array(),
  onProgress: () => void = () => {},
): Promise<EncodedRows | null> {
  const chunks = lists.map((): EncodedChunk[] => []);
  const keys = lists.map((): ByteColumn[] => new Array(ACTIVITY_KEY_COLUMNS.length));
  const selection = rows.select([...lists, pairs]);
  const pairPlaces = selection.places[lists.length];
  for (let from = 0; from < EVENT_COLUMNS.length; from += COLUMNS_AT_ONCE) {
    onProgress();
    const some = EVENT_COLUMNS.slice(from, from + COLUMNS_AT_ONCE);
    for await (const [column, joined] of readJoined(selection, some)) {
      if (column.name !== "source_object" && !arePairsEqual(joined, pairPlaces)) return null;
      const key = KEY_PLACES.get(column.name);
      for (const i of lists.keys()) {
        const encoded = encodeColumn(column, joined, selection.places[i], key !== undefined);
        chunks[i].push(encoded.chunk);
        if (key !== undefined) keys[i][key] = encoded.column!;
      }
    }
  }
  return { chunks, keys };
}

function arePairsEqual({ codes, view, starts, gap }: ByteColumn, places: Uint32Array): boolean {
  for (let i = 0; i < places.length; i += 2) {
    const [a, b] = [codes[places[i]], codes[places[i + 1]]];
    if (a === b) continue;
    if (a < 0 || b < 0) return false;
    const size = starts[a + 1] - starts[a];
    if (starts[b + 1] - starts[b] !== size) return false;
    if (!areEqual(view, starts[a], view, starts[b], size - gap)) return false;
  }
  return true;
}

/** Reads of rows what the rollup counts: for each list the key columns. */
export async function readActivityKeys(
  rows: RowSet,
  lists: readonly Uint32Array[],
): Promise<ByteColumn[][]> {
  const keys = lists.map((): ByteColumn[] => []);
  const selection = rows.select(lists);
  for await (const [column, joined] of readJoined(selection, ACTIVITY_KEY_COLUMNS)) {
    selection.places.forEach((places, i) => keys[i].push(pickColumn(column, joined, places)));
  }
  return keys;
}

/** How many of the rows are in a set, which mostly is empty. */
export function countIn(rows: Uint32Array, set: ReadonlySet<number>): number {
  if (set.size === 0) return 0;
  return rows.reduce((count, row) => count + (set.has(row) ? 1 : 0), 0);
}
