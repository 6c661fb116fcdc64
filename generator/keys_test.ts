import { assertEquals } from "@std/assert";
import { digestKey, insightKey, logKey } from "./keys.ts";

const PARTS = {
  organizationId: "o-abcdefghij",
  account: "111122223333",
  region: "eu-central-1",
  at: Date.UTC(2026, 2, 9, 0, 4, 59),
};

Deno.test("logKey() has CloudTrail's layout and a time of full five minutes", () => {
  assertEquals(
    logKey(PARTS, "AbCdEfGhIjKlMnOp"),
    "AWSLogs/o-abcdefghij/111122223333/CloudTrail/eu-central-1/2026/03/09/" +
      "111122223333_CloudTrail_eu-central-1_20260309T0000Z_AbCdEfGhIjKlMnOp.json.gz",
  );
});

Deno.test("insightKey() stands in a folder of its own", () => {
  assertEquals(
    insightKey(PARTS, "AbCdEfGhIjKlMnOp"),
    "AWSLogs/o-abcdefghij/111122223333/CloudTrail-Insight/eu-central-1/2026/03/09/" +
      "111122223333_CloudTrail-Insight_eu-central-1_20260309T0000Z_AbCdEfGhIjKlMnOp.json.gz",
  );
});

Deno.test("digestKey() names trail, home region and second", () => {
  assertEquals(
    digestKey(PARTS, { name: "organization-trail", homeRegion: "us-east-1" }),
    "AWSLogs/o-abcdefghij/111122223333/CloudTrail-Digest/eu-central-1/2026/03/09/" +
      "111122223333_CloudTrail-Digest_eu-central-1_organization-trail_us-east-1_20260309T000459Z.json.gz",
  );
});
