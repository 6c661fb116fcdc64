import { dollarsOf } from "../core/prices.ts";
import type { Source } from "../objects/mod.ts";

/** `100,001 objects of 1.25 GB, $0.0400 in GET requests`: what reading objects of a source takes. */
export function describeCost(
  { objects, bytes }: { readonly objects: number; readonly bytes: number },
  { source }: { readonly source: Pick<Source, "kind"> },
): string {
  const dollars = dollarsOf({ list: 0, get: source.kind === "s3" ? objects : 0, put: 0 });
  const gigabytes = (bytes / 1e9).toLocaleString("en-US", { maximumFractionDigits: 2 });
  return `${objects.toLocaleString("en-US")} objects of ${gigabytes} GB, ` +
    `$${dollars.toFixed(4)} in GET requests,`;
}
