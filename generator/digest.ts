import { HOUR_MS } from "../core/hours.ts";
import { sha256Hex } from "../core/ids.ts";
import { compress } from "./compress.ts";
import { digestKey } from "./keys.ts";
import type { Organization } from "./organization.ts";
import type { GeneratedObject } from "./types.ts";

const TRAIL_NAME = "organization-trail";

interface DigestEntry {
  readonly s3Bucket: string;
  readonly s3Object: string;
  readonly hashValue: string;
  readonly hashAlgorithm: "SHA-256";
  readonly newestEventTime: string;
  readonly oldestEventTime: string;
}

/**
 * Writes the hourly digests of the management account in the home region: names and hashes of that
 * stream's files, chained to one another. The signatures, which stand in S3 metadata, are not made.
 */
export class DigestWriter {
  readonly #organization: Organization;
  readonly #account: string;
  readonly #covered: string;
  #endAt: number;
  readonly #gzipLevel: number;
  #noted: { readonly deliveredAt: number; readonly entry: DigestEntry }[] = [];
  #previous: { readonly key: string; readonly hash: string } | null = null;

  constructor(organization: Organization, startAt: number, gzipLevel: number) {
    this.#organization = organization;
    this.#gzipLevel = gzipLevel;
    this.#account = organization.accounts[0].id;
    this.#covered = `AWSLogs/${organization.id}/${this.#account}/CloudTrail/` +
      `${organization.partition.homeRegion}/`;
    this.#endAt = startAt + HOUR_MS;
  }

  /** Notes a log file that belongs into these digests; others are passed over. */
  note(key: string, inflated: Uint8Array, deliveredAt: number): void {
    if (!key.startsWith(this.#covered)) return;
    const { Records } = JSON.parse(new TextDecoder().decode(inflated));
    const times: string[] = Records.map((record: { eventTime: string }) => record.eventTime).sort();
    this.#noted.push({
      deliveredAt,
      entry: {
        s3Bucket: this.#organization.bucket,
        s3Object: key,
        hashValue: sha256Hex(inflated),
        hashAlgorithm: "SHA-256",
        newestEventTime: times[times.length - 1],
        oldestEventTime: times[0],
      },
    });
  }

  /** The digests of the hours that end at the instant or before. */
  *takeBefore(at: number): Generator<GeneratedObject> {
    for (; this.#endAt <= at; this.#endAt += HOUR_MS) yield this.#write();
  }

  #write(): GeneratedObject {
    const { id, bucket, partition } = this.#organization;
    const region = partition.homeRegion;
    const key = digestKey(
      { organizationId: id, account: this.#account, region, at: this.#endAt },
      { name: TRAIL_NAME, homeRegion: region },
    );
    const entries = this.#noted.filter(({ deliveredAt }) => deliveredAt < this.#endAt)
      .sort((one, other) => one.deliveredAt - other.deliveredAt).map(({ entry }) => entry);
    this.#noted = this.#noted.filter(({ deliveredAt }) => deliveredAt >= this.#endAt);
    const previous = this.#previous;
    const text = JSON.stringify({
      awsAccountId: this.#account,
      digestStartTime: instantText(this.#endAt - HOUR_MS),
      digestEndTime: instantText(this.#endAt),
      digestS3Bucket: bucket,
      digestS3Object: key,
      digestPublicKeyFingerprint: sha256Hex(id).slice(0, 32),
      digestSignatureAlgorithm: "SHA256withRSA",
      newestEventTime: entries.map((entry) => entry.newestEventTime).sort().at(-1) ?? null,
      oldestEventTime: entries.map((entry) => entry.oldestEventTime).sort().at(0) ?? null,
      previousDigestS3Bucket: previous === null ? null : bucket,
      previousDigestS3Object: previous?.key ?? null,
      previousDigestHashValue: previous?.hash ?? null,
      previousDigestHashAlgorithm: previous === null ? null : "SHA-256",
      previousDigestSignature: null,
      logFiles: entries,
    });
    this.#previous = { key, hash: sha256Hex(text) };
    return compress(
      { kind: "digest", key, deliveredAt: this.#endAt, eventCount: 0, duplicateCount: 0 },
      new TextEncoder().encode(text),
      this.#gzipLevel,
    );
  }
}

function instantText(at: number): string {
  return new Date(at).toISOString().slice(0, 19) + "Z";
}
