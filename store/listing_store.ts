import { sql } from "kysely";
import { beginListing } from "./begin_listing.ts";
import { claimListing, failingListings, listingOutlook } from "./claim_listing.ts";
import type { Database } from "./database.ts";
import { applyChanges } from "./end_listing.ts";
import { addBase, addFolders, addRanges, makeFlat } from "./grow_listing.ts";
import type {
  ListingNode,
  ListingPass,
  ListingStore,
  NewPlace,
  NodeChange,
} from "./listing_types.ts";

/** The {@linkcode ListingStore} on a database; each method stands in the file of its kind. */
export class DatabaseListingStore implements ListingStore {
  readonly #database: Database;
  readonly #replicaId: string;

  constructor(database: Database, replicaId: string) {
    this.#database = database;
    this.#replicaId = replicaId;
  }

  async now(): Promise<number> {
    const { rows: [{ ms }] } = await this.#database.query(
      "read the database's clock",
      (db) =>
        sql<{ ms: number }>`select extract(epoch from clock_timestamp())::float8 * 1000 as ms`
          .execute(db),
    );
    return ms;
  }

  begin(pass: ListingPass, nowMs: number) {
    return beginListing(this.#database, pass, nowMs);
  }

  claim(pass: ListingPass, nowMs: number, options: Parameters<ListingStore["claim"]>[2]) {
    return claimListing(this.#database, this.#replicaId, pass, nowMs, options);
  }

  addFolders(scope: string, places: readonly NewPlace[], nowMs: number) {
    return addFolders(this.#database, scope, places, nowMs);
  }

  addBase(
    pass: ListingPass,
    place: NewPlace,
    nowMs: number,
    options: { readonly replaces: ListingNode | null },
  ) {
    return addBase(this.#database, pass, place, nowMs, options);
  }

  makeFlat(pass: ListingPass, node: ListingNode) {
    return makeFlat(this.#database, pass, node);
  }

  addRanges(node: ListingNode, ranges: Parameters<ListingStore["addRanges"]>[1], nowMs: number) {
    return addRanges(this.#database, node, ranges, nowMs);
  }

  apply(changes: readonly NodeChange[], nowMs: number) {
    return applyChanges(this.#database, changes, nowMs);
  }

  outlook(pass: ListingPass, nowMs: number, options: Parameters<ListingStore["outlook"]>[2]) {
    return listingOutlook(this.#database, this.#replicaId, pass, nowMs, options);
  }

  failing(pass: ListingPass, limit: number) {
    return failingListings(this.#database, pass, limit);
  }
}
