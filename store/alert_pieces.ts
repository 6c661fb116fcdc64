import { Buffer } from "node:buffer";
import { sql } from "kysely";
import { TrailsieveError } from "../core/errors.ts";
import type { Database, Trx } from "./database.ts";

/**
 * Stores the pieces of an alert's event, a statement each: see core/event_pieces.ts. They go as base64, since
 * the embedded database's driver makes hex of bytes one by one: a piece of 1 MB took 120 ms and 50 MB of garbage.
 */
export async function storePieces(
  trx: Trx,
  alertId: string,
  pieces: readonly Uint8Array[],
): Promise<void> {
  for (const [place, piece] of pieces.entries()) {
    const text = Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString("base64");
    await sql`insert into alert_pieces (alert_id, place, piece)
      values (${alertId}, ${place}, decode(${text}, 'base64'))`.execute(trx);
  }
}

/** See {@linkcode Store.readAlertPiece}. */
export async function readAlertPiece(
  database: Database,
  alertId: string,
  place: number,
): Promise<Uint8Array> {
  const { rows: [row] } = await database.query(
    "read an alert",
    (db) =>
      sql<{ piece: string }>`select encode(piece, 'base64') as piece from alert_pieces
        where alert_id = ${alertId} and place = ${place}`.execute(db),
  );
  if (row === undefined) {
    throw new TrailsieveError("missing", `Cannot read alert ${alertId}: its event is gone`);
  }
  return Buffer.from(row.piece, "base64");
}
