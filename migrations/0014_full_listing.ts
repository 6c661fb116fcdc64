/**
 * What `--full` visits: everything but days, which outnumber the rest by thirty to one and are due earlier. Without
 * it each claim of a full pass reads every day's row.
 */
export const FULL_LISTING: readonly string[] = [
  `create index listing_nodes_full on listing_nodes (scope, visited_at) where kind <> 'day'`,
];
