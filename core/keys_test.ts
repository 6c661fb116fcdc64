import { assertEquals, assertStringIncludes } from "@std/assert";
import { placeOfKey, skipReason } from "./keys.ts";

Deno.test("skipReason() lets log files pass, in any layout and partition", () => {
  for (
    const key of [
      "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/20/111122223333_CloudTrail_us-east-1_20261120T0005Z_aBc.json.gz",
      "AWSLogs/o-abc/111122223333/CloudTrail/cn-north-1/2026/11/20/111122223333_CloudTrail_cn-north-1_x.json.gz",
      "o-abc/AWSLogs/o-abc/1/CloudTrail/us-gov-west-1/2026/11/20/x.json",
      "any/folder/log.json.gz",
      "log.json",
      "my-CloudTrail-logs.json",
    ]
  ) assertEquals(skipReason(key), null, key);
});

Deno.test("skipReason() names what else CloudTrail delivers, and other files", () => {
  const base = "AWSLogs/111122223333/";
  const date = "us-east-1/2026/11/20/";
  assertStringIncludes(skipReason(`${base}CloudTrail-Digest/${date}x.json.gz`)!, "digest");
  assertStringIncludes(skipReason(`${base}CloudTrail-Insight/${date}x.json.gz`)!, "Insights");
  assertStringIncludes(
    skipReason(`${base}CloudTrail-NetworkActivity/${date}x.json.gz`)!,
    "network activity",
  );
  assertStringIncludes(
    skipReason("1_CloudTrail-Digest_us-east-1_t_us-east-1_2026.json.gz")!,
    "digest",
  );
  for (const key of ["a.txt", "a.gz", "a.json.gz.part", "a.JSON", "folder/", ""]) {
    assertEquals(typeof skipReason(key), "string", key);
  }
});

Deno.test("placeOfKey() finds account, region and day, with or without organization and prefix", () => {
  const place = { account: "111122223333", region: "us-gov-west-1", dayMs: Date.UTC(2026, 10, 20) };
  const tail = "111122223333/CloudTrail/us-gov-west-1/2026/11/20/x.json.gz";
  for (
    const head of ["AWSLogs/", "AWSLogs/o-abc123/", "o-abc123/AWSLogs/o-abc123/", "a/b/AWSLogs/"]
  ) {
    assertEquals(placeOfKey(head + tail), place, head);
  }
});

Deno.test("placeOfKey() gives null for other layouts", () => {
  for (
    const key of [
      "x.json.gz",
      "AWSLogs/abc/CloudTrail/us-east-1/2026/11/20/x",
      "AWSLogs/111122223333/Config/x",
    ]
  ) {
    assertEquals(placeOfKey(key), null, key);
  }
});
