/** Listings that are long enough to be cut into ranges: pages of 50 keys, so that 20 pages are few keys. */
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../core/limits.ts";
import { rowsOf } from "../store/_samples.ts";
import { A, DAY_MS, keyAt, type ListingWorld, NOON } from "./_listing_world.ts";

export const PAGE_KEYS = 50;

const base = `AWSLogs/o-abc/${A}/CloudTrail/us-east-1/`;
const numbered = (count: number, name: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => name(i));

async function ranges(world: ListingWorld): Promise<number> {
  return (await rowsOf(world.store, "select 1 from listing_nodes where kind = 'range'")).length;
}

/** Pages that lie within the first visit and those of its ranges, beside one that finds each end. */
function assertRequests(prefixes: readonly string[], prefix: string, keys: number): void {
  const count = prefixes.filter((one) => one === prefix).length;
  const least = Math.ceil(keys / PAGE_KEYS);
  const most = least + 2 * LIMITS.listRangesMax + 100;
  assert(count >= least && count <= most, `${count} requests for ${keys} keys`);
}

export const RANGE_CASES: Record<string, (world: ListingWorld) => Promise<void>> = {
  async "lists the days of a long base in ranges, each object once"(world) {
    const keys = numbered(3000, (i) => keyAt(NOON - (i % 60) * DAY_MS, `n${i}`));
    world.put(...keys);
    const first = await world.pass();
    assertEquals(first.planned, keys.toSorted());
    assertEquals(first.report.objects.listed, keys.length);
    assertRequests(first.prefixes, base, keys.length);
    assertEquals(await ranges(world), 0);
    assertEquals((await world.pass()).planned, []);
    world.put(keyAt(NOON, "new"));
    assertEquals((await world.pass()).planned, [keyAt(NOON, "new")]);
    assertEquals((await world.pass({ full: true })).planned, []);
    assertEquals(await ranges(world), 0);
  },

  async "lists the hours of a long day in ranges, each object once"(world) {
    const start = NOON - 12 * 3_600_000;
    const keys = numbered(3000, (i) => keyAt(start + (i % 700) * 60_000, `n${i}`));
    world.put(...keys);
    const first = await world.pass();
    assertEquals(first.planned, keys.toSorted());
    assertRequests(first.prefixes, base, keys.length);
    // The marks that the ranges left are those of the whole day.
    world.put(keyAt(NOON - 20 * 60_000, "new"));
    const second = await world.pass();
    assertEquals(second.planned, [keyAt(NOON - 20 * 60_000, "new")]);
    assert(second.requests < 60, `${second.requests} requests`);
  },

  async "lists names without time in ranges between sampled keys, each object once"(world) {
    const names = [
      ...numbered(1200, (i) => `log-${(i * 7919) % 10007}-é.json.gz`),
      ...numbered(1200, (i) => `log-x/${i.toString(36)}/a+b %.json.gz`),
      ...numbered(300, (i) => `zz${i}`),
    ].map((name) => `AWSLogs/${A}/Other/2026/${name}`);
    const keys = [...new Set(names)];
    world.put(...keys);
    const first = await world.pass();
    assertEquals(first.planned, keys.toSorted());
    assertEquals(first.report.objects.listed, keys.length);
    const more = `AWSLogs/${A}/Other/2026/log-5-new`;
    world.put(more);
    // From the second pass on it is flat, and cut anew.
    const second = await world.pass();
    assertEquals(second.planned, [more]);
    assertRequests(second.prefixes, `AWSLogs/${A}/Other/`, keys.length);
    assertEquals(await ranges(world), 0);
    assertEquals((await world.pass()).planned, []);
  },

  async "lists a level with more objects than it may have as a whole"(world) {
    const keys = numbered(LIMITS.levelObjectsMax + 60, (i) => `events/${i.toString(36)}.json.gz`);
    world.put(...keys, keyAt(NOON, 1));
    const first = await world.pass();
    assertEquals(first.planned, [...keys, keyAt(NOON, 1)].sort());
    assertEquals(first.report.objects.listed, keys.length + 1);
    world.put("events/new.json.gz", keyAt(NOON, 2));
    const second = await world.pass();
    assertEquals(second.planned, [keyAt(NOON, 2), "events/new.json.gz"]);
    assertRequests(second.prefixes, "events/", keys.length);
  },

  async "takes ranges up again that were interrupted"(world) {
    const keys = numbered(3000, (i) => keyAt(NOON - (i % 60) * DAY_MS, `n${i}`));
    world.put(...keys);
    let pages = 0;
    const cut = world.s3.faults.add({
      operation: "ListObjectsV2",
      key: (prefix) => prefix === base && ++pages > 32,
      action: { kind: "deny" },
    });
    const first = await world.pass();
    assert(first.planned.length > 1000 && first.planned.length < 3000, `${first.planned.length}`);
    assert(await ranges(world) > 0 && first.report.prefixesFailing > 0);
    cut.remove();
    world.wait(3_600_000);
    const second = await world.pass();
    assertEquals([...first.planned, ...second.planned].sort(), keys.toSorted());
    assertEquals(await ranges(world), 0);
  },
};
