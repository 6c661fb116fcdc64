/**
 * What the leading part of a key tells, for listing: whose objects lie below it, and which days. Like core/keys.ts
 * it knows no list of accounts, regions, services or partitions.
 */
import { DAY_MS } from "./hours.ts";

/** What a key prefix shows; null for what it does not. */
export interface PrefixPlace {
  /** Twelve digits behind `AWSLogs/` and, in an organization's trail, its id. */
  readonly account: string | null;
  /** The folder below the account: `CloudTrail`, `CloudTrail-Digest`, `Config`, … */
  readonly service: string | null;
  readonly region: string | null;
}

const PLACE = /(?:^|\/)AWSLogs\/(?:o-[^/]+\/)?(\d{12})\/(?:([^/]+)\/(?:([^/]+)\/)?)?/;

/** Account, service and region that every key below a prefix has. */
export function placeOfPrefix(prefix: string): PrefixPlace {
  const match = PLACE.exec(prefix);
  // A year where a region should stand: the service has no regions.
  const region = match?.[3] === undefined || /^\d{4}$/.test(match[3]) ? null : match[3];
  return { account: match?.[1] ?? null, service: match?.[2] ?? null, region };
}

/** The name of a year's folder: `2026/`. */
export function isYear(name: string): boolean {
  return /^(19|2\d)\d\d\/$/.test(name);
}

/** Whether a key below a base lies in no folder of a year; the marker of the base itself is none of these. */
export function isBesideYears(base: string, key: string): boolean {
  return key !== base && !isYear(key.slice(base.length, base.length + 5));
}

/** `2026/11/21/`, the folder of a day below a base. */
export function dayFolder(dayMs: number): string {
  return `${new Date(dayMs).toISOString().slice(0, 10).replaceAll("-", "/")}/`;
}

/** The day whose folder a key below a base lies in (UTC start, ms), or null where it lies in none. */
export function dayOfKey(base: string, key: string): number | null {
  const match = /^(\d{4})\/(\d\d)\/(\d\d)\//.exec(key.slice(base.length));
  if (match === null || !key.startsWith(base)) return null;
  const dayMs = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return dayFolder(dayMs) === match[0] ? dayMs : null;
}

/**
 * The range of keys of a base that hold its days from `fromMs` to `toMs`, exclusive, both starts of UTC days; null
 * is open. It is arithmetic: nothing is asked. Objects beside the days' folders lie in it only where the range is
 * open on their side.
 */
export function rangeOfDays(
  base: string,
  fromMs: number | null,
  toMs: number | null,
): { readonly startAfter?: string; readonly before?: string } {
  const edge = (dayMs: number) => base + dayFolder(dayMs).slice(0, -1);
  return {
    // Without the last slash: before every key of the day, behind every key of the day before.
    ...(fromMs === null ? {} : { startAfter: edge(fromMs) }),
    ...(toMs === null ? {} : { before: edge(toMs) }),
  };
}

/**
 * From where a day's objects are listed again: `lookbackMs` before an instant, by the time in CloudTrail's names
 * (`account_CloudTrail_region_YYYYMMDDTHHMMZ_…`). Null where the names of this prefix have no such time, or where
 * the whole day lies behind that instant.
 * @param dayPrefix a base and its day's folder
 * @param lastKey a key of that day that has CloudTrail's form, if its names have it
 * @param atMs the instant; the key's own time if that is earlier
 */
export function startOfLookback(
  dayPrefix: string,
  lastKey: string,
  atMs: number,
  lookbackMs: number,
): string | null {
  const { account, service, region } = placeOfPrefix(dayPrefix);
  if (account === null || service === null || region === null) return null;
  const head = `${dayPrefix}${account}_${service}_${region}_`;
  if (!lastKey.startsWith(head)) return null;
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_/.exec(lastKey.slice(head.length));
  if (time === null) return null;
  const [year, month, day, hour, minute] = time.slice(1).map(Number);
  const keyMs = Date.UTC(year, month - 1, day, hour, minute);
  const fromMs = Math.min(keyMs, atMs) - lookbackMs;
  if (fromMs <= Math.floor(keyMs / DAY_MS) * DAY_MS) return null;
  // Before every key of that minute: they go on behind the time with `Z_`.
  return head + new Date(fromMs).toISOString().slice(0, 16).replaceAll("-", "").replace(":", "");
}
