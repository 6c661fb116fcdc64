/** Steps that both ways of merging have in common. */
import { LIMITS } from "../core/limits.ts";
import type { ByteColumn } from "./byte_column.ts";
import { ACTIVITY_KEY_COLUMNS, EVENT_COLUMNS } from "./columns.ts";
import type { EncodedChunk } from "./encode.ts";
import { encodePicked, type Picks } from "./encode_picked.ts";
import { KeyTable } from "./key_table.ts";
import { type RowSet, rowsFrom } from "./row_set.ts";

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
    const { columns, picks: [picks] } = await rows.read([piece], [TIME_COLUMN, ID_COLUMN]);
    keys.add(columns.get(TIME_COLUMN.name)!, columns.get(ID_COLUMN.name)!, picks);
  }
  return keys;
}

const KEY_NAMES = new Set(ACTIVITY_KEY_COLUMNS.map(({ name }) => name));

/** Columns that are decoded at the same time: few requests for what lies together, and little memory. */
const COLUMNS_AT_ONCE = 8;

/** Lists of rows, encoded, and what the rollup counts of them. */
export interface EncodedRows {
  /** For each list its chunks. */
  readonly chunks: readonly EncodedChunk[][];
  /** For each key column of the rollup what its rows were read from. */
  readonly keyColumns: readonly (readonly ByteColumn[])[];
  /** For each list its rows. */
  readonly picks: readonly Picks[];
}

/** Reads rows of `events` and encodes them, a few columns at a time. */
export async function encodeRows(
  rows: RowSet,
  lists: readonly Uint32Array[],
): Promise<EncodedRows> {
  const chunks = lists.map((): EncodedChunk[] => []);
  const keys = new Map<string, readonly ByteColumn[]>();
  let picks: readonly Picks[] = [];
  for (let from = 0; from < EVENT_COLUMNS.length; from += COLUMNS_AT_ONCE) {
    const some = EVENT_COLUMNS.slice(from, from + COLUMNS_AT_ONCE);
    const read = await rows.read(lists, some);
    picks = read.picks;
    for (const column of some) {
      const sources = read.columns.get(column.name)!;
      if (KEY_NAMES.has(column.name)) keys.set(column.name, sources);
      picks.forEach((list, i) => chunks[i].push(encodePicked(column, sources, list)));
    }
  }
  return { chunks, keyColumns: ACTIVITY_KEY_COLUMNS.map(({ name }) => keys.get(name)!), picks };
}

/** How many of the rows are in a set, which mostly is empty. */
export function countIn(rows: Uint32Array, set: ReadonlySet<number>): number {
  if (set.size === 0) return 0;
  return rows.reduce((count, row) => count + (set.has(row) ? 1 : 0), 0);
}
