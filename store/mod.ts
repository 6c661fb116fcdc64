/** The database: ledger, shards and their leases, outbox, parts and files of the lake. */
export * from "./types.ts";
export * from "./backfill_types.ts";
export * from "./listing_types.ts";
export * from "./dead_letter_types.ts";
export { type LedgerView, viewLedger } from "./ledger_view.ts";
export * from "./retention_types.ts";
export { describeDatabase, openStore, type OpenStoreOptions } from "./open_store.ts";
