/** Discovery by delimiter listing on the emulator: what is found, and what it costs. */
import { assert, assertEquals } from "@std/assert";
import { findBases, type Found } from "../../coordinator/find_bases.ts";
import { wantsPlace } from "../../coordinator/choose_objects.ts";
import { rangeOfDays } from "../../core/key_places.ts";
import { collect } from "../../objects/testing.ts";
import { build, bytes } from "../objects/s3_world.ts";

const A = "111122223333";
const B = "444455556666";
const ONE = bytes("x");

function show(found: readonly Found[]): string[] {
  return found.map((one) =>
    one.kind === "objects"
      ? `objects ${one.refs.map((ref) => ref.key).join(" ")}`
      : `${one.kind} ${one.prefix}`
  ).sort();
}

Deno.test("findBases() finds every base, and its requests do not grow with days or objects", async () => {
  await using world = await build();
  const { s3, source, requests } = world;
  const bases = [
    `logs/AWSLogs/o-abc/${A}/CloudTrail/us-east-1/`,
    `logs/AWSLogs/o-abc/${A}/CloudTrail-Digest/us-east-1/`,
    `logs/AWSLogs/o-abc/${B}/CloudTrail/cn-north-1/`,
    `logs/AWSLogs/${A}/Config/eu-west-1/`,
    `logs/o-abc/AWSLogs/o-abc/${B}/CloudTrail/us-gov-west-1/`,
  ];
  for (const base of bases) s3.put("trail", `${base}2026/11/21/x y+%é.json.gz`, ONE);
  s3.put("trail", `logs/AWSLogs/${A}/Config/ConfigWritabilityCheckFile`, ONE);
  s3.put("trail", `${bases[0]}`, ONE);
  s3.put("trail", "logs/other/deep/file.json", ONE);
  s3.put("trail", "elsewhere/AWSLogs/x", ONE);
  const expected = [
    ...bases.map((base) => `base ${base}`),
    `objects ${bases[0]}`,
    `objects logs/AWSLogs/${A}/Config/ConfigWritabilityCheckFile`,
    "objects logs/other/deep/file.json",
  ].sort();
  assertEquals(show(await collect(findBases(source))), expected);
  const small = requests.list;
  for (let i = 0; i < 3000; i++) {
    const day = `${2020 + i % 7}/0${1 + i % 9}/1${i % 10}`;
    s3.put("trail", `${bases[i % bases.length]}${day}/${i}.json.gz`, ONE);
  }
  requests.list = 0;
  assertEquals(show(await collect(findBases(source))), expected);
  assertEquals(requests.list, small);
});

Deno.test("findBases() looks into years that lead to CloudTrail's layout, as archives have them", async () => {
  await using world = await build();
  const { s3, source } = world;
  const east = `AWSLogs/${A}/CloudTrail/us-east-1/`;
  s3.put("trail", "logs/2024/", ONE);
  s3.put("trail", `logs/2024/${east}2024/02/03/x.json.gz`, ONE);
  s3.put("trail", "logs/2025/11/20/of a day.json.gz", ONE);
  s3.put("trail", `logs/2025/${east}2025/02/03/x.json.gz`, ONE);
  s3.put("trail", `logs/2026/11/${east}2026/11/20/x.json.gz`, ONE);
  const found = show(await collect(findBases(source)));
  for (const year of ["2024/", "2025/", "2026/11/"]) {
    assert(found.includes(`base logs/${year}${east}`), found.join("\n"));
  }
});

Deno.test("findBases() lists nothing of accounts, regions and services that are not wanted", async () => {
  await using world = await build();
  const { s3, source } = world;
  for (const account of [A, B]) {
    for (const tail of ["CloudTrail/us-east-1/", "CloudTrail/eu-west-1/", "Config/us-east-1/"]) {
      s3.put("trail", `logs/AWSLogs/${account}/${tail}2026/11/21/x.json.gz`, ONE);
    }
  }
  const listed: string[] = [];
  s3.faults.add({
    operation: "ListObjectsV2",
    key: (prefix) => listed.push(prefix) < 0,
    action: { kind: "deny" },
  });
  const choice = { accounts: [A], regions: ["us-east-1"], fromMs: null, toMs: null };
  const found = await collect(findBases(source, { wants: (place) => wantsPlace(choice, place) }));
  assertEquals(show(found), [`base logs/AWSLogs/${A}/CloudTrail/us-east-1/`]);
  assertEquals(listed.filter((prefix) => /4444|eu-west-1|Config/.test(prefix)), []);
  assert(listed.length > 0);
});

Deno.test("findBases() lists a wide tree without layout flat, and goes down one that has it", async () => {
  await using world = await build();
  const { s3, source } = world;
  for (let i = 0; i < 150; i++) s3.put("trail", `logs/wide/${i}/a/file.json`, ONE);
  for (let i = 0; i < 150; i++) {
    s3.put("trail", `logs/customers/c${i}/AWSLogs/${A}/CloudTrail/us-east-1/2026/11/21/x`, ONE);
  }
  const found = show(await collect(findBases(source)));
  assertEquals(found.filter((line) => line.startsWith("flat")), ["flat logs/wide/"]);
  assertEquals(found.filter((line) => line.startsWith("base")).length, 150);
});

Deno.test("a base's range of days is listed by source.list() and no request lies outside", async () => {
  await using world = await build();
  const { s3, source, requests } = world;
  const base = `logs/AWSLogs/${A}/CloudTrail/us-east-1/`;
  const day = (name: string) => Array.from({ length: 1500 }, (_, i) => `${base}${name}/${i}.gz`);
  for (const key of ["2026/11/19", "2026/11/20", "2026/11/21"].flatMap(day)) {
    s3.put("trail", key, ONE);
  }
  const range = rangeOfDays(base, Date.UTC(2026, 10, 20), Date.UTC(2026, 10, 21));
  const refs = (await collect(source.list(base, range))).flat();
  assertEquals(refs.map((ref) => ref.key).sort(), day("2026/11/20").sort());
  assertEquals(requests.list, 2);
});
