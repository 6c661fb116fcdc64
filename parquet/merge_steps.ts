/** Steps that both ways of merging have in common. */
import { LIMITS } from "../core/limits.ts";
import { EVENT_COLUMNS } from "./columns.ts";
import type { EncodedChunk } from "./encode.ts";
import { encodePicked } from "./encode_picked.ts";
import { KeyTable } from "./key_table.ts";
import { type PickedRows, type RowSet, rowsFrom } from "./row_set.ts";

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

/** Encodes what was read of `events`, for each list of rows its chunks; a column goes when it is encoded. */
export function encodeRows({ columns, picks }: PickedRows): EncodedChunk[][] {
  const encoded = picks.map((): EncodedChunk[] => []);
  for (const column of EVENT_COLUMNS) {
    const sources = columns.get(column.name)!;
    picks.forEach((rows, i) => encoded[i].push(encodePicked(column, sources, rows)));
    columns.delete(column.name);
  }
  return encoded;
}

/** How many of the rows are in a set, which mostly is empty. */
export function countIn(rows: Uint32Array, set: ReadonlySet<number>): number {
  if (set.size === 0) return 0;
  return rows.reduce((count, row) => count + (set.has(row) ? 1 : 0), 0);
}
