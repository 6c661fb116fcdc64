/**
 * Key layout of an organization trail, from AWS's CloudTrail User Guide ("Finding your CloudTrail log
 * files", "CloudTrail digest file structure").
 */

/** What a key is made of. */
export interface KeyParts {
  readonly organizationId: string;
  readonly account: string;
  readonly region: string;
  /** Time of delivery, ms since the epoch. */
  readonly at: number;
}

const FIVE_MINUTES_MS = 300_000;

/** The key of a log file; its time is rounded down to five minutes. */
export function logKey(parts: KeyParts, suffix: string): string {
  return objectKey("CloudTrail", parts, suffix);
}

/** The key of a file of Insight events. */
export function insightKey(parts: KeyParts, suffix: string): string {
  return objectKey("CloudTrail-Insight", parts, suffix);
}

function objectKey(folder: string, parts: KeyParts, suffix: string): string {
  const { day, stamp } = timeParts(Math.floor(parts.at / FIVE_MINUTES_MS) * FIVE_MINUTES_MS);
  return `AWSLogs/${parts.organizationId}/${parts.account}/${folder}/${parts.region}/${day}/` +
    `${parts.account}_${folder}_${parts.region}_${stamp.slice(0, 13)}Z_${suffix}.json.gz`;
}

/** The key of the digest of an hour that ends at `at`. */
export function digestKey(
  parts: KeyParts,
  trail: { readonly name: string; readonly homeRegion: string },
): string {
  const { day, stamp } = timeParts(parts.at);
  return `AWSLogs/${parts.organizationId}/${parts.account}/CloudTrail-Digest/${parts.region}/${day}/` +
    `${parts.account}_CloudTrail-Digest_${parts.region}_${trail.name}_${trail.homeRegion}_` +
    `${stamp}Z.json.gz`;
}

/** `2026/03/02` and `20260302T090500`. */
function timeParts(at: number): { readonly day: string; readonly stamp: string } {
  const iso = new Date(at).toISOString();
  return {
    day: iso.slice(0, 10).replaceAll("-", "/"),
    stamp: iso.slice(0, 19).replaceAll("-", "").replaceAll(":", ""),
  };
}
