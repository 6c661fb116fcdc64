/**
 * What dropping by age needs. The ledger's rows of one commit share their `done_at`, so that a plain index on it
 * costs about 7 bytes a row, and finds the oldest ones also where new rows have taken the room of dropped ones, which
 * a block range index does not. An alert that was dropped keeps its id, so that it is never raised again.
 */
export const RETENTION: readonly string[] = [
  `drop index ledger_done_at`,
  `create index ledger_done_at on ledger (done_at)`,
  `create index alerts_kept on alerts (stored_at) where payload <> ''`,
];
