/** What passes find and what they cost, by case; each gets an empty bucket and database. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TrailsieveError } from "../../core/errors.ts";
import { dayFolder } from "../../core/key_places.ts";
import { rowsOf } from "../store/_samples.ts";
import { A, B, DAY_MS, EVERYTHING, HOUR_MS, keyAt, ListingWorld, NOON } from "./_listing_world.ts";

const DIGEST = `AWSLogs/o-abc/${A}/CloudTrail-Digest/us-east-1/2026/11/21/` +
  `${A}_CloudTrail-Digest_us-east-1_trail_us-east-1_20261121T110000Z.json.gz`;
const MINUTE_MS = 60_000;

/** Keys of one minute each, ending at an instant. */
const keysUntil = (count: number, endMs: number, name = "k") =>
  Array.from({ length: count }, (_, i) => keyAt(endMs - i * MINUTE_MS, `${name}${i}`));

export const PASS_CASES: Record<string, (world: ListingWorld) => Promise<void>> = {
  async "finds everything once, and then what is new in open days"(world) {
    const old = [
      keyAt(NOON - 400 * DAY_MS, 1),
      keyAt(NOON - 2 * DAY_MS, 2, B),
      keyAt(NOON - HOUR_MS, 3),
      keyAt(NOON - HOUR_MS, 4, B, "eu-west-1"),
      DIGEST,
      "AWSLogs/readme.txt",
    ];
    world.put(...old);
    const first = await world.pass();
    assertEquals(first.planned, old.toSorted());
    assertEquals(first.report.objects.listed, old.length);
    const again = await world.pass();
    assertEquals(again.planned, []);
    assertEquals(again.report.objects.unchanged, again.report.objects.listed);
    const fresh = [keyAt(NOON - 3 * HOUR_MS, "late"), keyAt(NOON, "new", B, "eu-west-1")];
    world.put(...fresh, "AWSLogs/another.txt");
    assertEquals((await world.pass()).planned, [...fresh, "AWSLogs/another.txt"].sort());
  },

  async "looks at what it follows before it goes on with a long first listing"(world) {
    world.put(keyAt(NOON - HOUR_MS, "seen"));
    await world.pass();
    const accounts = Array.from({ length: 80 }, (_, i) => String(500000000000 + i));
    const old = accounts.map((account) => keyAt(NOON - 90 * DAY_MS, "old", account));
    world.put(...old);
    const follow = { once: false, firstListingsMs: 150, heldObjectsMax: 1 };
    const planned: string[] = [];
    let passes = 0;
    for (let isDone = false; !isDone; passes++) {
      const fresh = keyAt(NOON - passes * MINUTE_MS, `new${passes}`);
      world.put(fresh);
      const pass = await world.pass(follow);
      assert(pass.planned.includes(fresh), `pass ${passes} left what came meanwhile`);
      planned.push(...pass.planned.filter((key) => key !== fresh));
      isDone = pass.isDone;
    }
    assert(passes > 1, "one pass listed everything");
    assertEquals(planned.sort(), old.toSorted());
  },

  async "costs the same whatever lies in old days"(world) {
    const recent = keysUntil(30, NOON);
    world.put(...recent, keyAt(NOON, 0, B), ...keysUntil(200, NOON - 3 * DAY_MS, "old"));
    await world.pass();
    world.put(keyAt(NOON, "new1"), keyAt(NOON, "new1", B));
    const small = await world.pass();
    assertEquals(small.planned.length, 2);
    for (let day = 2; day < 40; day++) world.put(...keysUntil(150, NOON - day * DAY_MS, "more"));
    const grown = await world.pass({ full: true });
    assertEquals(grown.planned.length, 38 * 150);
    world.put(keyAt(NOON, "new2"), keyAt(NOON, "new2", B));
    const large = await world.pass();
    assertEquals(large.planned.length, 2);
    assertEquals(large.requests, small.requests);
  },

  async "costs the same whatever lies in today's prefix before the lookback"(world) {
    world.put(...keysUntil(30, NOON));
    await world.pass();
    world.put(keyAt(NOON, "new1"));
    const small = await world.pass();
    assertEquals(small.planned.length, 1);
    const morning = Date.UTC(2026, 10, 21, 5);
    for (let i = 0; i < 3000; i++) world.put(keyAt(morning - (i % 300) * MINUTE_MS, `m${i}`));
    assertEquals((await world.pass({ full: true })).planned.length, 3000);
    world.put(keyAt(NOON, "new2"));
    const large = await world.pass();
    assertEquals(large.planned.length, 1);
    assertEquals(large.requests, small.requests);
    assertEquals(small.requests, small.prefixes.length);
  },

  async "finds late objects within the lookback at once, later ones when the day is closed"(world) {
    // More keys than a page, so that the day is not listed whole anyway.
    const keys = Array.from({ length: 1100 }, (_, i) => keyAt(NOON - (i % 60) * MINUTE_MS, i));
    world.put(...keys);
    assertEquals((await world.pass()).planned.length, keys.length);
    const within = keyAt(NOON - 5 * HOUR_MS, "within");
    const beyond = keyAt(NOON - 8 * HOUR_MS, "beyond");
    world.put(within, beyond);
    assertEquals((await world.pass()).planned, [within]);
    assertEquals((await world.pass({ lookbackMs: 9 * HOUR_MS })).planned, [beyond]);
    const early = keyAt(NOON - 11 * HOUR_MS, "early");
    world.put(early);
    assertEquals((await world.pass()).planned, []);
    // Closed at its end and the lookback: noon and 18.5 hours more.
    world.wait(18.5 * HOUR_MS);
    assertEquals((await world.pass()).planned, [early]);
    const last = keyAt(NOON - 11 * HOUR_MS, "last");
    world.put(last);
    assertEquals((await world.pass()).planned, [], "a closed day is visited only when due");
    world.wait(2 * HOUR_MS);
    assertEquals((await world.pass()).planned, [last]);
  },

  async "finds what is behind the watermark although a name claims to be from the future"(world) {
    const keys = Array.from({ length: 1100 }, (_, i) => keyAt(NOON - (i % 60) * MINUTE_MS, i));
    world.put(...keys, keyAt(NOON + 11 * HOUR_MS, "future"));
    await world.pass();
    const late = keyAt(NOON - 2 * HOUR_MS, "late");
    world.put(late);
    assertEquals((await world.pass()).planned, [late]);
  },

  async "follows the day's turn without looking for it, and days that nobody saw begin"(world) {
    world.put(keyAt(NOON - HOUR_MS, 1));
    await world.pass();
    world.wait(13 * HOUR_MS);
    const turned = [keyAt(NOON + 11 * HOUR_MS, "evening"), keyAt(NOON + 12.5 * HOUR_MS, "night")];
    world.put(...turned);
    const night = await world.pass();
    assertEquals(night.planned, turned);
    const listed = night.prefixes.map((prefix) => prefix.slice(-11));
    assert(listed.includes("2026/11/21/") && listed.includes("2026/11/22/"));
    assert(!night.prefixes.some((prefix) => prefix.endsWith("us-east-1/")));
    world.wait(50 * DAY_MS);
    const unseen = [
      keyAt(NOON + 5 * DAY_MS, 5),
      keyAt(NOON + 40 * DAY_MS, 40),
      keyAt(NOON + 50 * DAY_MS, 50),
    ];
    world.put(...unseen);
    assertEquals((await world.pass()).planned, unseen);
    const days = await rowsOf(world.store, "select day from listing_nodes where kind = 'day'");
    assert(days.length <= 32, `${days.length} days are kept`);
  },

  async "lists a quiet prefix less often, but every hour, and a busy one at every pass"(world) {
    world.put(keyAt(NOON, 1), keyAt(NOON, 1, B));
    await world.pass();
    const seen = { busy: 0, quiet: 0, longest: 0 };
    let lastQuiet = 0;
    for (let minute = 5; minute <= 4 * 60; minute += 5) {
      world.wait(5 * MINUTE_MS);
      world.put(keyAt(NOON + minute * MINUTE_MS, minute));
      const { planned, prefixes } = await world.pass();
      assertEquals(planned.length, 1);
      const today = prefixes.filter((prefix) => prefix.endsWith(dayFolder(NOON)));
      if (today.some((prefix) => prefix.includes(A))) seen.busy++;
      if (today.some((prefix) => prefix.includes(B))) {
        seen.quiet++;
        seen.longest = Math.max(seen.longest, minute - lastQuiet);
        lastQuiet = minute;
      }
    }
    assertEquals(seen.busy, 48);
    assert(seen.quiet >= 13 && seen.quiet < 25, `visited ${seen.quiet} times`);
    assert(seen.longest <= 60, `a pause of ${seen.longest} minutes`);
    world.put(keyAt(NOON + 4 * HOUR_MS, "woken", B));
    world.wait(HOUR_MS);
    await world.pass();
    world.wait(5 * MINUTE_MS);
    assert((await world.pass()).prefixes.some((prefix) => prefix.includes(`${B}/CloudTrail/us`)));
  },

  async "finds a new account, region and service between two passes"(world) {
    world.put(keyAt(NOON, 1));
    await world.pass();
    const fresh = [
      keyAt(NOON, 2, B),
      keyAt(NOON - 50 * DAY_MS, 3, A, "xx-new-9"),
      `AWSLogs/${A}/CloudTrail/cn-north-1/2026/11/21/x.json.gz`,
    ];
    world.put(...fresh);
    assertEquals((await world.pass()).planned, fresh.toSorted());
    assertEquals((await world.pass()).planned, []);
  },

  async "takes keys with spaces, +, % and other scripts, in layout and without"(world) {
    const keys = ["a b", "a+b", "a%2Fb %", "é/ü/日本", "emoji \u{1F600}", "#?&="].flatMap((
      name,
    ) => [
      `${name}/x y+%é.json.gz`,
      keyAt(NOON, name.replaceAll("/", "-")),
      keyAt(NOON - 90 * DAY_MS, name.replaceAll("/", "-")),
      `${name}/AWSLogs/${A}/CloudTrail/us-east-1/2026/11/21/${name}.json`,
    ]);
    world.put(...keys);
    assertEquals((await world.pass()).planned, keys.toSorted());
    assertEquals((await world.pass()).planned, []);
    world.put("é/ü/日本/second.json");
    assertEquals((await world.pass()).planned, ["é/ü/日本/second.json"]);
  },

  async "lists a source without layout whole, and days with stray objects too"(world) {
    const strays = [
      `AWSLogs/${A}/Config/us-east-1/2026/1/5/ConfigHistory/x.json.gz`,
      `AWSLogs/${A}/Config/us-east-1/2026/11/21/ConfigHistory/y.json.gz`,
      "logs/2026-11-20.json.gz",
      "logs/deep/a/b/c/d/e/f/g/h/i.json.gz",
    ];
    world.put(...strays);
    assertEquals((await world.pass()).planned, strays.toSorted());
    const more = [
      `AWSLogs/${A}/Config/us-east-1/2026/1/6/ConfigHistory/x.json.gz`,
      "logs/2026-11-19.json.gz",
      "logs/deep/a/b/c/d/e/f/g/new/i.json.gz",
    ];
    world.put(...more);
    assertEquals((await world.pass()).planned, more.toSorted());
    assertEquals((await world.pass()).planned, []);
  },

  async "keeps a base that has objects beside its years, and its level's objects as well"(world) {
    const base = `AWSLogs/o-abc/${A}/CloudTrail/us-east-1/`;
    const first = [keyAt(NOON, 1), ...keysUntil(90, NOON - 50 * DAY_MS), `${base}beside.json.gz`];
    world.put(...first);
    assertEquals((await world.pass()).planned, first.toSorted());
    const fresh = [keyAt(NOON, 2), `${base}later.json.gz`, `${base}backup/x.json.gz`];
    world.put(...fresh);
    const second = await world.pass();
    assertEquals(second.planned, fresh.toSorted());
    assert(second.report.objects.unchanged < 10, "days of long ago are not listed again");
    world.put(`${base}backup/y.json.gz`);
    assertEquals((await world.pass()).planned, [`${base}backup/y.json.gz`]);
    assertEquals((await world.pass({ full: true })).planned, []);

    // Found later, by a full pass, where the level was none that is looked at.
    const other = `AWSLogs/o-abc/${A}/CloudTrail/eu-west-1/`;
    world.put(keyAt(NOON, 1, A, "eu-west-1"));
    await world.pass();
    world.put(`${other}beside.json.gz`);
    assertEquals((await world.pass({ full: true })).planned, [`${other}beside.json.gz`]);
    world.put(`${other}later.json.gz`);
    assertEquals((await world.pass()).planned, [`${other}later.json.gz`]);
  },

  async "follows what became flat, whatever else lies on its level"(world) {
    const base = `AWSLogs/${A}/Config/us-east-1/`;
    const keys = [`${base}2026/1/5/x.json.gz`, `${base}beside.json.gz`, `${base}deep/er/y.json.gz`];
    world.put(...keys);
    assertEquals((await world.pass()).planned, keys.toSorted());
    for (const name of ["2026/1/6/x", "another", "deep/er/z"]) {
      world.put(`${base}${name}.json.gz`);
      assertEquals((await world.pass()).planned, [`${base}${name}.json.gz`]);
    }
    assertEquals((await world.pass({ full: true })).planned, []);
  },

  async "looks for late objects in days that an earlier --since brought"(world) {
    const keys = [1, 3, 5, 40].map((days) => keyAt(NOON - days * DAY_MS, days));
    world.put(...keys, keyAt(NOON, 0));
    const since = { ...EVERYTHING, fromMs: NOON - 2.5 * DAY_MS };
    assertEquals((await world.pass({ choice: since })).planned, [keys[0], keyAt(NOON, 0)]);
    assertEquals((await world.pass()).planned, keys.slice(1).toSorted());
    const late = [3, 5, 40].map((days) => keyAt(NOON - days * DAY_MS, "late"));
    world.put(...late);
    world.wait(6 * DAY_MS);
    assertEquals((await world.pass()).planned, late.slice(0, 2).toSorted());
    world.wait(30 * DAY_MS);
    await world.pass();
    const days = await rowsOf(world.store, "select day from listing_nodes where kind = 'day'");
    assert(days.length < 33, "they end as others do");
  },

  async "follows a source that begins within the layout"(world) {
    const old = [keyAt(NOON - 40 * DAY_MS, 1), keyAt(NOON, 2)];
    world.put(...old, keyAt(NOON, 3, B));
    const base = `AWSLogs/o-abc/${A}/CloudTrail/us-east-1/`;
    for (const [i, prefix] of [base, `${base}2026/`, `${base}2026/11/21/`].entries()) {
      await using inner = await ListingWorld.open(world.store, `s3://trail/${prefix}`, world.s3);
      inner.nowMs = world.nowMs + i * 60_000;
      assertEquals((await inner.pass()).planned, i === 0 ? old : []);
      world.put(keyAt(NOON, `new${i}`));
      assertEquals((await inner.pass()).planned, [keyAt(NOON, `new${i}`)]);
    }
  },

  async "lists nothing of accounts, regions and days that are not wanted"(world) {
    const wanted = keyAt(NOON - 2 * DAY_MS, 1);
    const others = [
      keyAt(NOON, 2, B),
      keyAt(NOON, 3, A, "eu-west-1"),
      keyAt(NOON - 20 * DAY_MS, 4),
      `AWSLogs/${A}/Config/us-east-1/2026/11/21/x.json.gz`,
    ];
    for (let i = 0; i < 2500; i++) world.put(keyAt(NOON - (40 + i % 20) * DAY_MS, `old${i}`));
    world.put(wanted, ...others);
    const choice = {
      accounts: [A],
      regions: ["us-east-1"],
      fromMs: Date.UTC(2026, 10, 15),
      toMs: null,
    };
    const first = await world.pass({ choice });
    assertEquals(first.planned, [wanted]);
    assertEquals(first.prefixes.filter((prefix) => /4444|eu-west|Config/.test(prefix)), []);
    const base = `AWSLogs/o-abc/${A}/CloudTrail/us-east-1/`;
    assertEquals(first.prefixes.filter((prefix) => prefix === base).length, 2);
    // Someone who wants less hides nothing from who wants more.
    const earlier = await world.pass({
      choice: { ...EVERYTHING, fromMs: Date.UTC(2026, 9, 30) },
    });
    assertEquals(earlier.planned, others.toSorted());
    assertEquals((await world.pass()).planned.length, 2500);
    assertEquals((await world.pass()).planned, []);
  },

  async "goes on where a prefix cannot be listed, and comes back to it"(world) {
    world.put(keyAt(NOON, 1), keyAt(NOON, 1, B));
    const denied = world.s3.faults.add({
      operation: "ListObjectsV2",
      key: (prefix) => prefix.includes(B),
      action: { kind: "deny" },
    });
    const first = await world.pass();
    assertEquals(first.planned, [keyAt(NOON, 1)]);
    assertEquals([first.report.prefixesFailing, first.report.isClean], [1, false]);
    world.put(keyAt(NOON, 2));
    const second = await world.pass();
    assertEquals(second.planned, [keyAt(NOON, 2)]);
    assertEquals(second.report.prefixesFailing, 1, "it is told until it is mended");
    denied.remove();
    world.wait(2 * MINUTE_MS);
    const third = await world.pass();
    assertEquals([third.planned, third.report.prefixesFailing], [[keyAt(NOON, 1, B)], 0]);
  },

  async "rejects where the root or everything is refused"(world) {
    world.put(keyAt(NOON, 1));
    const denied = world.s3.faults.add({ operation: "ListObjectsV2", action: { kind: "deny" } });
    for (let i = 0; i < 2; i++) {
      const error = await assertRejects(() => world.pass(), TrailsieveError);
      assertEquals(error.code, "denied");
      assertStringIncludes(error.hint ?? "", "s3:ListBucket");
    }
    denied.remove();
    world.wait(1000);
    assertEquals((await world.pass()).planned, [keyAt(NOON, 1)]);
  },

  async "resumes a first pass that was interrupted, and plans nothing twice"(world) {
    const keys = Array.from(
      { length: 4500 },
      (_, i) => keyAt(NOON - (40 + i % 50) * DAY_MS, String(i).padStart(5, "0")),
    );
    world.put(...keys);
    const base = `AWSLogs/o-abc/${A}/CloudTrail/us-east-1/`;
    const cut = world.s3.faults.add({
      operation: "ListObjectsV2",
      key: (prefix) => prefix === base && ++pages > 4,
      action: { kind: "deny" },
    });
    let pages = 0;
    const first = await world.pass();
    assert(first.planned.length >= 3000 && first.planned.length < 4500, `${first.planned.length}`);
    cut.remove();
    world.wait(2 * MINUTE_MS);
    const second = await world.pass();
    assertEquals([...first.planned, ...second.planned].sort(), keys.toSorted());
    // What is left of the base, and its first level again.
    assertEquals(second.prefixes.filter((prefix) => prefix === base).length, 2);
  },
};
