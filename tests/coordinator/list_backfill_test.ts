/** Planning and listing a backfill on the emulator: only its days are listed, and an interrupted one goes on. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type BackfillChoice,
  backfillKey,
  daysOf,
  planRanges,
} from "../../coordinator/backfill_plan.ts";
import { BackfillLister } from "../../coordinator/list_backfill.ts";
import { TrailsieveError } from "../../core/errors.ts";
import { RunReport } from "../../coordinator/run_report.ts";
import { collect } from "../../objects/testing.ts";
import { openStore, type Store } from "../../store/mod.ts";
import { build, bytes, type World } from "../objects/s3_world.ts";
import { rowsOf } from "../store/_samples.ts";

const ACCOUNTS = ["111122223333", "444455556666"];
const REGIONS = ["eu-west-1", "us-east-1"];
const NEVER = new AbortController().signal;
const RANGE = { fromMs: Date.UTC(2026, 2, 3), toMs: Date.UTC(2026, 2, 5, 7) };
const ALL: BackfillChoice = { accounts: [], regions: [], ...daysOf(RANGE) };

function key(account: string, region: string, day: number, file: number): string {
  const date = `2026/03/${String(day).padStart(2, "0")}`;
  const time = `${date.replaceAll("/", "")}T${String(file % 24).padStart(2, "0")}00Z`;
  return `logs/AWSLogs/${account}/CloudTrail/${region}/${date}/` +
    `${account}_CloudTrail_${region}_${time}_${String(file).padStart(5, "0")}.json.gz`;
}

/** Puts `files` objects into each day of March, for each account and region. */
function putMarch({ s3 }: World, files: number): void {
  for (const account of ACCOUNTS) {
    for (const region of REGIONS) {
      for (let day = 1; day <= 31; day++) {
        for (let file = 0; file < files; file++) {
          s3.put("trail", key(account, region, day, file), bytes("x"));
        }
      }
    }
  }
}

async function listerOf(world: World, store: Store, choice = ALL, signal = NEVER) {
  const { source } = world;
  const backfill = backfillKey(source, choice, false);
  const state = await store.beginBackfill(backfill);
  if (!state.isPlanned) {
    const ranges = await collect(planRanges(source, choice, NEVER));
    await store.addRanges(backfill.id, ranges, { complete: true });
  }
  const report = new RunReport();
  const progress = {
    ranges: 0,
    rangesListed: 0,
    objectsFound: 0,
    bytesFound: 0,
    objectsPlanned: 0,
    objectsSettled: 0,
  };
  const lister = new BackfillLister({
    source,
    store,
    report,
    progress,
    backfill,
    choice,
    suppress: { all: false, beforeMs: null },
    pace: null,
    workers: 1,
    onPlanned: () => {},
    signal,
  });
  return { lister, report, progress, id: backfill.id };
}

async function plannedKeys(store: Store): Promise<string[]> {
  const rows = await rowsOf(store, `select key from planned_refs order by key collate "C"`);
  return rows.map((row) => row.key as string);
}

function inRange(days: readonly number[], files: number, accounts = ACCOUNTS, regions = REGIONS) {
  return accounts.flatMap((account) =>
    regions.flatMap((region) =>
      days.flatMap((day) =>
        Array.from({ length: files }, (_, file) => key(account, region, day, file))
      )
    )
  ).sort();
}

Deno.test("BackfillLister lists the days of its range to one day after, a request for each base", async () => {
  await using world = await build();
  await using store = await openStore({ url: "pglite:memory" });
  putMarch(world, 3);
  world.s3.put("trail", "logs/AWSLogs/beside.json.gz", bytes("x"));
  const { lister, report, progress, id } = await listerOf(world, store);
  world.requests.list = 0;
  await lister.run();
  const beside = ["logs/AWSLogs/beside.json.gz"];
  assertEquals(await plannedKeys(store), [...inRange([3, 4, 5, 6], 3), ...beside].sort());
  // Four bases, and the level that an object lies on.
  assertEquals(world.requests.list, 5);
  assertEquals([report.objects.listed, report.objects.unchanged], [49, 0]);
  assertEquals([progress.objectsFound, progress.rangesListed], [49, 5]);
  assertEquals(await store.countRanges(id), { all: 5, listed: 5 });

  const again = await listerOf(world, store);
  world.requests.list = 0;
  await again.lister.run();
  assertEquals(world.requests.list, 0);
});

Deno.test("BackfillLister lists the bases of the accounts and regions that are named alone", async () => {
  await using world = await build();
  await using store = await openStore({ url: "pglite:memory" });
  putMarch(world, 2);
  const choice = { ...ALL, accounts: [ACCOUNTS[1]], regions: [REGIONS[0]] };
  const { lister } = await listerOf(world, store, choice);
  world.requests.list = 0;
  await lister.run();
  assertEquals(await plannedKeys(store), inRange([3, 4, 5, 6], 2, [ACCOUNTS[1]], [REGIONS[0]]));
  assertEquals(world.requests.list, 1);
});

Deno.test("BackfillLister that was interrupted within a range goes on behind its last page", async () => {
  await using world = await build();
  await using store = await openStore({ url: "pglite:memory" });
  const choice = { ...ALL, accounts: [ACCOUNTS[0]], regions: [REGIONS[0]] };
  for (let day = 3; day <= 6; day++) {
    for (let file = 0; file < 900; file++) {
      world.s3.put("trail", key(ACCOUNTS[0], REGIONS[0], day, file), bytes("x"));
    }
  }
  // Everything of the first page is known, so that how far it goes is noted at once.
  const first = await collect(world.source.list(world.source.prefix, { pageKeysMax: 1000 }));
  await store.enqueueShard({
    scope: world.source.scope,
    sourceUrl: world.source.url,
    lane: "live",
    refs: first[0] as never,
  });
  const abort = new AbortController();
  const interrupted = await listerOf(world, store, choice, abort.signal);
  let listings = 0;
  const stop = world.s3.faults.add({
    operation: "ListObjectsV2",
    action: { kind: "delay", ms: 0 },
    key: () => {
      if (++listings === 2) abort.abort(new Error("stopped"));
      return false;
    },
  });
  await assertRejects(() => interrupted.lister.run());
  stop.remove();
  const [range] = await store.openRanges(interrupted.id, { limit: 9, after: null });
  assert(range.listedUntil !== null);

  const resumed = await listerOf(world, store, choice);
  world.requests.list = 0;
  await resumed.lister.run();
  assertEquals(world.requests.list, 3);
  assertEquals((await plannedKeys(store)).length, 3600);
});

Deno.test("BackfillLister notes no range that could not be listed, lists the others, and fails", async () => {
  await using world = await build();
  await using store = await openStore({ url: "pglite:memory" });
  putMarch(world, 2);
  const { lister, id } = await listerOf(world, store);
  const closed = `logs/AWSLogs/${ACCOUNTS[0]}/CloudTrail/${REGIONS[0]}/`;
  const fault = world.s3.faults.add({
    operation: "ListObjectsV2",
    key: closed,
    action: { kind: "deny" },
  });
  await assertRejects(() => lister.run(), TrailsieveError);
  assertEquals(await store.countRanges(id), { all: 4, listed: 3 });
  assertEquals(await store.finishBackfill(id), false);
  fault.remove();
  await (await listerOf(world, store)).lister.run();
  assertEquals(await plannedKeys(store), inRange([3, 4, 5, 6], 2));
});

Deno.test("planRanges() cuts long ranges and keeps what has no days", async () => {
  await using world = await build();
  putMarch(world, 1);
  world.s3.put("trail", "logs/flat/file.json.gz", bytes("x"));
  const march = { fromMs: Date.UTC(2026, 2, 1), toMs: Date.UTC(2026, 2, 16) };
  const choice = { ...ALL, ...march, accounts: [] };
  const ranges = await collect(planRanges(world.source, choice, NEVER));
  const dated = ranges.filter(({ days }) => days !== null);
  assertEquals(dated.length, 4 * 3);
  const days = dated.slice(0, 3).map((range) => new Date(range.days!.toMs).getUTCDate());
  assertEquals(days, [8, 15, 16]);
  assertEquals(
    ranges.filter((one) => one.days === null).map(({ kind, prefix }) => [kind, prefix]),
    [
      ["level", "logs/flat/"],
    ],
  );
});
