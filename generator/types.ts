/** What is generated. The same options give the same trail on any machine and on any day. */
export interface TrailOptions {
  /** An integer; its lowest 32 bits count. */
  readonly seed: number;
  /** Distinct events of the whole trail, the stories' among them. Redelivered copies come on top. */
  readonly events: number;
  /** First instant of the trail, ms since the epoch; default 2026-03-02T00:00:00Z, a Monday. */
  readonly startAt?: number;
  /** Days of activity, from 1; default one for each 150,000 events, at least 2 and at most 30. */
  readonly days?: number;
  /** Accounts of the organization, 6 to 400; default 24. */
  readonly accounts?: number;
  /** Regions in use; default: six of the partition, the one with its global services first. */
  readonly regions?: readonly string[];
  /** Default: derived from the seed. */
  readonly organizationId?: string;
  /** Whether attack stories are woven in; default true. They take at most half of the events. */
  readonly stories?: boolean;
  /** Default `aws`. */
  readonly partition?: "aws" | "aws-cn" | "aws-us-gov";
  /** Records after which a log file is closed and another begun; default 10,000 (about 15 MB). */
  readonly fileEventsMax?: number;
  /** zlib's level, 1 to 9; default 6, which is what CloudTrail's own files look like. */
  readonly gzipLevel?: number;
  /** The bucket that digests name; default: derived from the organization id. */
  readonly bucket?: string;
}

/** An attack of several steps, hidden in the trail. */
export interface Story {
  /** Kebab case, unique in the trail. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The ATT&CK tactic it is chiefly about, as Sigma writes it, without `attack.`. */
  readonly tactic: string;
  /** The account that it happens in. */
  readonly account: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Its events in time order; an alert on one of them belongs to this story. */
  readonly eventIds: readonly string[];
  /** Ideas of rules that should raise an alert, e.g. `root-use`; see `RULE_IDEAS`. */
  readonly expectedRuleIdeas: readonly RuleIdea[];
}

/** The ideas that every sensible pack covers; each is met by at least one story. */
export const RULE_IDEAS = [
  "root-use",
  "console-login-without-mfa",
  "trail-stopped-or-deleted",
  "access-key-created-for-another-user",
  "public-bucket-policy",
  "security-group-opened-to-the-world",
  "kms-key-scheduled-for-deletion",
  "guardduty-disabled",
  "iam-policy-widened",
  "password-policy-weakened",
  "snapshot-shared-outside",
  "failed-console-logins",
] as const;
export type RuleIdea = (typeof RULE_IDEAS)[number];

/** One object of the trail. */
export interface GeneratedObject {
  /** Only `log` objects hold events; a reader of events skips the others. */
  readonly kind: "log" | "digest" | "insight";
  /** The key below the trail's prefix; it starts with `AWSLogs/`. */
  readonly key: string;
  /** gzip. */
  readonly bytes: Uint8Array;
  /** Bytes before gzip. */
  readonly inflatedBytes: number;
  /** When CloudTrail put it, ms since the epoch. */
  readonly deliveredAt: number;
  /** Elements of `Records`; 0 for digests and Insights. */
  readonly eventCount: number;
  /** Those of them that another object holds as well, with the same content. */
  readonly duplicateCount: number;
}

/** A trail that is decided but not yet written. */
export interface TrailPlan {
  readonly organizationId: string;
  readonly accounts: readonly AccountLabel[];
  readonly regions: readonly string[];
  readonly startAt: number;
  /** End of the activity, exclusive; late files are delivered after it. */
  readonly endAt: number;
  readonly stories: readonly Story[];
  /**
   * The objects in the order of their delivery. Each call starts anew and gives the same bytes; what is
   * held in memory does not grow with the trail.
   */
  objects(): Generator<GeneratedObject>;
}

/** An account as a reader of a report knows it. */
export interface AccountLabel {
  readonly id: string;
  readonly name: string;
}
