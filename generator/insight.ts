import { compress } from "./compress.ts";
import { insightKey } from "./keys.ts";
import type { Organization } from "./organization.ts";
import { Prng } from "./prng.ts";
import { randomAlphanumeric, randomUuid } from "./random_text.ts";
import type { GeneratedObject } from "./types.ts";

/** A file with the start and end of one unusual rate of calls, as CloudTrail Insights writes it. */
export function makeInsight(
  organization: Organization,
  at: number,
  gzipLevel: number,
): GeneratedObject {
  const prng = new Prng(organization.seed + at, "insight");
  const account = prng.pick(organization.accounts);
  const region = account.regions[0];
  const shared = randomUuid(prng);
  const events = (["Start", "End"] as const).map((state, index) => ({
    eventVersion: "1.07",
    eventTime: new Date(at + index * 240_000).toISOString().slice(0, 19) + "Z",
    awsRegion: region,
    eventID: randomUuid(prng),
    eventType: "AwsCloudTrailInsight",
    recipientAccountId: account.id,
    sharedEventID: shared,
    insightDetails: {
      state,
      eventSource: "ssm.amazonaws.com",
      eventName: "UpdateInstanceInformation",
      insightType: "ApiCallRateInsight",
      insightContext: {
        statistics: {
          baseline: { average: 4.25 },
          insight: { average: 64.5 },
          insightDuration: 4,
          baselineDuration: 11336,
        },
      },
    },
    eventCategory: "Insight",
  }));
  const deliveredAt = at + 900_000;
  const key = insightKey(
    { organizationId: organization.id, account: account.id, region, at: deliveredAt },
    randomAlphanumeric(prng, 16),
  );
  return compress(
    { kind: "insight", key, deliveredAt, eventCount: 0, duplicateCount: 0 },
    new TextEncoder().encode(JSON.stringify({ Records: events })),
    gzipLevel,
  );
}
