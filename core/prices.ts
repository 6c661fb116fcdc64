import type { RequestCounts } from "./types.ts";

/** Dollars for 1,000 requests to S3 Standard in us-east-1 ("Amazon S3 pricing", 2026). */
export const DOLLARS_PER_1000: Readonly<RequestCounts> = { list: 0.005, get: 0.0004, put: 0.005 };

/** What the requests cost, in dollars, to a tenth of a micro-dollar. */
export function dollarsOf(requests: Readonly<RequestCounts>): number {
  const dollars = (requests.list * DOLLARS_PER_1000.list + requests.get * DOLLARS_PER_1000.get +
    requests.put * DOLLARS_PER_1000.put) / 1000;
  return Math.round(dollars * 1e7) / 1e7;
}
