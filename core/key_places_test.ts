import { assert, assertEquals } from "@std/assert";
import { compareCodePoints } from "./json_text.ts";
import {
  dayFolder,
  dayOfKey,
  isYear,
  placeOfPrefix,
  rangeOfDays,
  startOfLookback,
} from "./key_places.ts";

const NONE = { account: null, service: null, region: null };
const ACCOUNT = "111122223333";
const BASE = `AWSLogs/o-abc/${ACCOUNT}/CloudTrail/us-gov-west-1/`;
const DAY = Date.UTC(2026, 10, 21);

Deno.test("placeOfPrefix() tells what a prefix shows, with or without organization and more in front", () => {
  for (const head of ["AWSLogs/", "AWSLogs/o-abc/", "o-abc/AWSLogs/o-abc/", "a/b c/AWSLogs/"]) {
    assertEquals(placeOfPrefix(head), NONE);
    const account = `${head}${ACCOUNT}/`;
    assertEquals(placeOfPrefix(account), { ...NONE, account: ACCOUNT });
    assertEquals(placeOfPrefix(`${account}Config/`), {
      account: ACCOUNT,
      service: "Config",
      region: null,
    });
    const whole = { account: ACCOUNT, service: "CloudTrail", region: "xx-new-1" };
    assertEquals(placeOfPrefix(`${account}CloudTrail/xx-new-1/`), whole);
    assertEquals(placeOfPrefix(`${account}CloudTrail/xx-new-1/2026/11/21/`), whole);
  }
  for (const prefix of ["", "logs/", "AWSLogs/1234/CloudTrail/", "xAWSLogs/111122223333/"]) {
    assertEquals(placeOfPrefix(prefix), NONE, prefix);
  }
  assertEquals(placeOfPrefix(`AWSLogs/${ACCOUNT}/S3/2026/11/`).region, null);
});

Deno.test("isYear() takes years and nothing else", () => {
  for (const name of ["1999/", "2013/", "2026/"]) assert(isYear(name), name);
  for (const name of ["2026", "202/", "20260/", "us-east-1/", "3026/", "0001/"]) {
    assert(!isYear(name), name);
  }
});

Deno.test("dayOfKey() finds the day below a base, and none in other names", () => {
  assertEquals(dayOfKey(BASE, `${BASE}2026/11/21/x`), DAY);
  assertEquals(dayOfKey(BASE, `${BASE}${dayFolder(DAY)}x/y`), DAY);
  for (
    const key of ["2026/11/x", "2026/13/01/x", "2026/02/30/x", "2026/1/2/x", "x", "2026/11/21"]
  ) {
    assertEquals(dayOfKey(BASE, BASE + key), null, key);
  }
  assertEquals(dayOfKey(BASE, `other/2026/11/21/x`), null);
});

Deno.test("rangeOfDays() holds the keys of its days and no others", () => {
  const key = (day: string) => `${BASE}${day}/${ACCOUNT}_CloudTrail_us-gov-west-1_x.json.gz`;
  const { startAfter, before } = rangeOfDays(BASE, DAY, DAY + 2 * 86_400_000);
  const isIn = (k: string) =>
    compareCodePoints(k, startAfter!) > 0 && compareCodePoints(k, before!) < 0;
  assertEquals(
    ["2026/11/20", "2026/11/21", "2026/11/22", "2026/11/23"].map((day) => isIn(key(day))),
    [false, true, true, false],
  );
  assertEquals(rangeOfDays(BASE, null, null), {});
});

Deno.test("startOfLookback() goes back by the time in the name, at most from the instant given", () => {
  const prefix = `${BASE}2026/11/21/`;
  const head = `${prefix}${ACCOUNT}_CloudTrail_us-gov-west-1_`;
  const hour = 3_600_000;
  const last = `${head}20261121T1205Z_aBc.json.gz`;
  assertEquals(startOfLookback(prefix, last, DAY + 20 * hour, 6 * hour), `${head}20261121T0605`);
  assertEquals(startOfLookback(prefix, last, DAY + 8 * hour, 6 * hour), `${head}20261121T0200`);
  assertEquals(startOfLookback(prefix, last, DAY + 20 * hour, 13 * hour), null, "the whole day");
  assert(`${head}20261121T0605Z_` > `${head}20261121T0605`);
  assert(`${head}20261121T0604Z_z` < `${head}20261121T0605`);
  for (
    const name of [
      `${prefix}other_20261121T1205Z_aBc.json.gz`,
      `${head}20261121T120512Z.json.gz`,
      `${head}trail_us-east-1_20261121T120512Z.json.gz`,
      `${prefix}zzz`,
    ]
  ) assertEquals(startOfLookback(prefix, name, DAY + 20 * hour, hour), null, name);
  assertEquals(startOfLookback("logs/2026/11/21/", "logs/2026/11/21/x", DAY, hour), null);
});
