/** Replicas and sources that share one schedule: nothing is planned twice, nothing is hidden, nothing is left. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openStore, type Store } from "../../store/mod.ts";
import { startTestPostgres } from "../store/_postgres.ts";
import { rowsOf } from "../store/_samples.ts";
import { A, B, DAY_MS, EVERYTHING, HOUR_MS, keyAt, ListingWorld, NOON } from "./_listing_world.ts";

const postgres = await startTestPostgres();
Deno.test.afterAll(async () => await postgres?.[Symbol.asyncDispose]());
const ignore = postgres === null;

const accounts = Array.from({ length: 30 }, (_, i) => String(111100000000 + i));
const keys = accounts.flatMap((account) =>
  ["us-east-1", "eu-west-1"].flatMap((region) =>
    [0, 1, 40].map((days) => keyAt(NOON - days * DAY_MS, "x", account, region))
  )
);

/** Two replicas on one database and bucket. */
async function withTwo(
  run: (first: ListingWorld, second: ListingWorld, store: Store) => Promise<void>,
) {
  const url = await postgres!.createDatabase();
  await using storeA = await openStore({ url });
  await using storeB = await openStore({ url });
  await using first = await ListingWorld.open(storeA);
  await using second = await ListingWorld.open(storeB, "s3://trail/", first.s3);
  first.isAlone = second.isAlone = false;
  await run(first, second, storeA);
}

Deno.test({
  name: "listPass() of two replicas at once shares the prefixes and plans nothing twice",
  ignore,
  fn: () =>
    withTwo(async (first, second) => {
      first.put(...keys);
      // Long enough that neither is through before the other has begun, on a busy machine too.
      first.s3.faults.add({ operation: "ListObjectsV2", action: { kind: "delay", ms: 100 } });
      const [a, b] = await Promise.all([first.pass(), second.pass()]);
      assertEquals([...a.planned, ...b.planned].sort(), keys.toSorted());
      const sum = a.report.objects.listed + b.report.objects.listed;
      assertEquals(sum, keys.length);
      // Both watch one emulator: two levels, the accounts and their service, 60 regions as level and as base. The
      // root alone may be looked at by both.
      const listed = a.prefixes.filter((prefix) => prefix !== "");
      assertEquals(listed.length, 2 + 30 + 30 + 60 + 60);
      assert(a.requests > 0 && b.requests > 0, `${a.requests} and ${b.requests} requests`);
    }),
});

Deno.test({
  name: "listPass() that follows leaves to another replica what that one has just listed",
  ignore,
  fn: () =>
    withTwo(async (first, second) => {
      first.put(...keys);
      await first.pass();
      const follow = { once: false, sharedMs: 150_000 };
      first.wait(60_000);
      second.nowMs = first.nowMs;
      assertEquals((await second.pass(follow)).requests, 0);
      second.wait(200_000);
      assert((await second.pass(follow)).requests > 60);
    }),
});

Deno.test({
  name: "listPass() --once waits for what a dead replica held, and takes it over",
  ignore,
  fn: () =>
    withTwo(async (first, second, store) => {
      first.put(...keys);
      await first.pass();
      first.put(keyAt(NOON, "new", accounts[3]));
      const [{ id }] = await rowsOf(
        store,
        `insert into replicas values (gen_random_uuid(), now() - interval '7 s') returning id::text`,
      ) as { id: string }[];
      await rowsOf(store, `update listing_nodes set claimed_by = '${id}'`);
      second.nowMs = first.nowMs + 1000;
      const { planned } = await second.pass();
      assertEquals(planned, [keyAt(NOON, "new", accounts[3])]);
    }),
});

Deno.test({
  name: "listPass() frees what it held when it is cut off, and a late end of it changes nothing",
  ignore,
  fn: () =>
    withTwo(async (first, _second, store) => {
      first.put(...keys);
      const stop = new AbortController();
      first.s3.faults.add({
        operation: "ListObjectsV2",
        key: (prefix) => {
          if (prefix.includes(accounts[5])) stop.abort(new Error("stop"));
          return false;
        },
        action: { kind: "deny" },
      });
      await assertRejects(() => first.pass({ signal: stop.signal }), Error, "stop");
      const held = await rowsOf(store, "select 1 from listing_nodes where claimed_by is not null");
      assertEquals(held.length, 0);
      const [node] = await store.listing.claim(passOf(first), first.nowMs, { limit: 1, skip: [] });
      const stale = { ...node, claim: node.claim - 1 };
      const end = { watermark: "x", dueAt: Infinity, activeAt: 0, keyCount: 0 };
      await store.listing.apply([{ kind: "end", node: stale, ...end }], first.nowMs);
      await store.listing.apply([{ kind: "release", node }], first.nowMs);
      first.isAlone = false;
      first.s3.faults.clear();
      const { planned } = await first.pass();
      const before = await rowsOf(store, "select 1 from ledger");
      assert(planned.length > 0);
      assertEquals(before.length, keys.length);
    }),
});

function passOf({ source: { scope, prefix } }: ListingWorld) {
  const { accounts, regions } = EVERYTHING;
  return { scope, prefix, accounts, regions, sinceMs: null, full: false, freshMs: Infinity };
}

Deno.test({
  name:
    "listPass() finds the days that a replica with a later --since left out of a base that this one found",
  ignore,
  fn: () =>
    withTwo(async (first, second, store) => {
      const old = keyAt(NOON - 40 * DAY_MS, "old");
      first.put(old);
      const pass = passOf(first);
      const prefix = old.slice(0, old.indexOf("/us-east-1/") + "/us-east-1/".length);
      const place = { prefix, account: A, service: "CloudTrail", region: "us-east-1" };
      await store.listing.addBase(pass, place, NOON, { replaces: null });
      // The pass of the other one began before the base was found.
      const sinceMs = NOON - NOON % DAY_MS - 2 * DAY_MS;
      const later = { ...pass, sinceMs };
      const [node] = await store.listing.claim(later, NOON, { limit: 1, skip: [] });
      assertEquals([node.prefix, node.sinceMs], [prefix, sinceMs]);
      const days = { days: [], newestMs: NOON - NOON % DAY_MS, isMixed: false };
      const end = { watermark: "", dueAt: Infinity, activeAt: NOON, keyCount: 0 };
      await store.listing.apply([
        { kind: "days", node, ...days },
        { kind: "end", node, ...end },
      ], NOON);
      assertEquals((await second.pass()).planned, [old]);
    }),
});

Deno.test({
  name: "listPass() of a source within another one, and of two choices, hides nothing from either",
  ignore,
  fn: async () => {
    await using store = await openStore({ url: await postgres!.createDatabase() });
    await using whole = await ListingWorld.open(store);
    const url = `s3://trail/AWSLogs/o-abc/${A}/`;
    await using inner = await ListingWorld.open(store, url, whole.s3);
    const at = (days: number, name: string, account = A) =>
      keyAt(NOON - days * DAY_MS, name, account);
    whole.put(at(0, "a"), at(50, "a"), at(0, "b", B), at(50, "b", B));
    assertEquals((await inner.pass()).planned, [at(50, "a"), at(0, "a")].sort());
    whole.nowMs = inner.nowMs + 1;
    assertEquals((await whole.pass()).planned, [at(50, "b", B), at(0, "b", B)].sort());
    whole.put(at(0, "a2"), at(0, "b2", B));
    whole.wait(HOUR_MS / 2);
    assertEquals((await whole.pass()).planned, [at(0, "a2"), at(0, "b2", B)].sort());
    whole.put(at(0, "a3"), at(0, "b3", B));
    inner.nowMs = whole.nowMs + 1;
    const choice = { ...EVERYTHING, regions: ["eu-west-1"] };
    assertEquals((await inner.pass({ choice })).planned, []);
    assertEquals((await inner.pass()).planned, [at(0, "a3")]);
    whole.nowMs = inner.nowMs + 1;
    assertEquals((await whole.pass()).planned, [at(0, "b3", B)]);
  },
});
