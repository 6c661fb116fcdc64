import type { PrefixPlace } from "../core/key_places.ts";
import { placeOfKey } from "../core/keys.ts";

/** Which objects of a source a run reads, by their keys. */
export interface ObjectChoice {
  /** Account ids and regions; none means all. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** Days, by their UTC start in ms: first and end, exclusive; null is open. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/**
 * Whether a run reads the object of a key, which is given below the source's prefix. A key without CloudTrail's
 * layout has no account, region or day to choose by: it is read unless accounts or regions are named.
 */
export function chooses(choice: ObjectChoice, key: string): boolean {
  const place = placeOfKey(key);
  const { accounts, regions, fromMs, toMs } = choice;
  if (place === null) return accounts.length === 0 && regions.length === 0;
  return (accounts.length === 0 || accounts.includes(place.account)) &&
    (regions.length === 0 || regions.includes(place.region)) &&
    (fromMs === null || place.dayMs >= fromMs) &&
    (toMs === null || place.dayMs < toMs);
}

/**
 * Whether objects that a run reads may lie below a prefix, by what the prefix shows. Where accounts or regions are
 * named, only CloudTrail's own folders have them in CloudTrail's layout.
 */
export function wantsPlace(choice: ObjectChoice, place: PrefixPlace): boolean {
  const { accounts, regions } = choice;
  if (accounts.length === 0 && regions.length === 0) return true;
  return (accounts.length === 0 || place.account === null || accounts.includes(place.account)) &&
    (regions.length === 0 || place.region === null || regions.includes(place.region)) &&
    (place.service === null || place.service.startsWith("CloudTrail"));
}

/** The start of the UTC day of an instant. */
export function dayOf(instantMs: number): number {
  return instantMs - ((instantMs % 86_400_000) + 86_400_000) % 86_400_000;
}
