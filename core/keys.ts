/**
 * CloudTrail's key layout: `[prefix/]AWSLogs/[o-organization/]account/CloudTrail/region/YYYY/MM/DD/` and
 * `account_CloudTrail_region_YYYYMMDDTHHMMZ_random.json.gz` ("Finding your CloudTrail log files", AWS).
 * Nothing here knows a list of accounts, regions or partitions.
 */

/** Files that CloudTrail delivers beside its log files, by the folder that stands where `CloudTrail` stands. */
const OTHER_DELIVERY = /(?:^|[/_])CloudTrail-([A-Za-z]+)[/_]/;

/**
 * Why an object is not a log file of events, or null if it may be one.
 * @param key the key below the source's prefix
 */
export function skipReason(key: string): string | null {
  const other = OTHER_DELIVERY.exec(key);
  if (other !== null) {
    switch (other[1].toLowerCase()) {
      case "digest":
        return "digest file: names hashes of log files, holds no events";
      case "insight":
        return "Insights file: describes unusual activity, holds no API events";
      case "networkactivity":
        return "network activity file: not read by this version";
      default:
        return `CloudTrail-${other[1]} file: holds no events of a trail`;
    }
  }
  if (key.endsWith("/")) return "folder marker";
  if (!key.endsWith(".json.gz") && !key.endsWith(".json")) {
    return "name ends in neither .json nor .json.gz";
  }
  return null;
}

/** What CloudTrail's layout says about an object. */
export interface KeyPlace {
  readonly account: string;
  readonly region: string;
  /** Start of its UTC day of delivery, ms since the epoch. */
  readonly dayMs: number;
}

const LAYOUT =
  /(?:^|\/)AWSLogs\/(?:o-[^/]+\/)?(\d{12})\/CloudTrail[^/]*\/([^/]+)\/(\d{4})\/(\d\d)\/(\d\d)\//;

/** Account, region and day of a key in CloudTrail's layout; null for any other key. */
export function placeOfKey(key: string): KeyPlace | null {
  const match = LAYOUT.exec(key);
  if (match === null) return null;
  const [, account, region, year, month, day] = match;
  const dayMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return { account, region, dayMs };
}

/** When a log file was delivered, to the minute, as its name says (`20261120T0005`); empty where it does not. */
export function deliveryMinute(key: string): string {
  return /_(\d{8}T\d{4})Z?_[^/]*$/.exec(key)?.[1] ?? "";
}
