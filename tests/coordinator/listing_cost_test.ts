/**
 * The count of LIST requests on a pass after the first complete one, with the same new objects, does not depend on
 * how many keys the bucket holds. TEST_LISTING_KEYS=1000000 compares that many with a hundredth of them.
 */
import { assert, assertEquals } from "@std/assert";
import { startS3Emulator } from "../../emulator/mod.ts";
import { openStore } from "../../store/mod.ts";
import { KEYS } from "../objects/s3_world.ts";
import { startTestDatabases } from "../store/_databases.ts";
import { A, B, DAY_MS, HOUR_MS, keyAt, ListingWorld, NOON } from "./_listing_world.ts";

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());
const { create } = databases.kinds.findLast(({ present }) => present)!;

const asked = Number(Deno.env.get("TEST_LISTING_KEYS") ?? 0);
const LARGE = asked || 20_000;
const SMALL = asked > 0 ? asked / 100 : 1000;
const MINUTE_MS = 60_000;
const PLACES = [A, B].flatMap((account) =>
  ["us-east-1", "eu-west-1"].map((region) => [account, region] as const)
);

type Spread = (world: ListingWorld, count: number) => void;

const inOldDays: Spread = (world, count) => {
  for (let i = 0; i < count; i++) {
    const [account, region] = PLACES[i % PLACES.length];
    world.put(keyAt(NOON - (2 + i % 700) * DAY_MS - (i % 999) * MINUTE_MS, i, account, region));
  }
};

const inTheMorning: Spread = (world, count) => {
  const midnight = NOON - 12 * HOUR_MS;
  for (let i = 0; i < count; i++) {
    const [account, region] = PLACES[i % PLACES.length];
    world.put(keyAt(midnight + (i % 350) * MINUTE_MS, i, account, region));
  }
};

/** Passes over a bucket of so many keys beside the recent ones. @returns LIST requests by pass */
async function costOf(count: number, spread: Spread) {
  await using store = await openStore({ url: await create() });
  await using s3 = await startS3Emulator({ ...KEYS, buckets: ["trail"] });
  await using world = await ListingWorld.open(store, "s3://trail/", s3);
  spread(world, count);
  for (const [account, region] of PLACES) {
    for (let i = 0; i < 30; i++) world.put(keyAt(NOON - i * MINUTE_MS, `r${i}`, account, region));
  }
  const first = await world.pass();
  assertEquals(first.planned.length, count + 30 * PLACES.length);
  const fresh = PLACES.map(([account, region]) => keyAt(NOON, "new", account, region));
  world.put(...fresh);
  const second = await world.pass();
  assertEquals(second.planned, fresh.toSorted());
  assertEquals(second.requests, second.prefixes.length);
  return { first: first.requests, second: second.requests };
}

for (const [where, spread] of Object.entries({ inOldDays, inTheMorning })) {
  Deno.test(`a pass costs the same LIST requests with ${SMALL} and ${LARGE} keys ${where}`, async () => {
    const small = await costOf(SMALL, spread);
    const large = await costOf(LARGE, spread);
    console.log(`${where}: ${JSON.stringify({ [SMALL]: small, [LARGE]: large })}`);
    assert(large.first > small.first + (LARGE - SMALL) / 2000);
    assertEquals(large.second, small.second);
  });
}
