/**
 * `backfill` and `work` beside others on one Postgres: nothing is read twice, nothing is missed, and an interrupted
 * backfill goes on without listing or reading again what it has.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DAY_MS } from "../../core/hours.ts";
import { startTestPostgres } from "../store/_postgres.ts";
import { readReport } from "../support/report.ts";
import { type Cluster, LAKE, TRAIL } from "./_cluster.ts";
import { putAll, type SmallTrail } from "./_small_trail.ts";
import { testsOnTrail } from "./_tests_on_trail.ts";

const postgres = await startTestPostgres();
Deno.test.afterAll(async () => await postgres?.[Symbol.asyncDispose]());

const test = testsOnTrail(postgres, { seed: 31, events: 2000 });

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const RANGE = ["--from", day(Date.now() - 3 * DAY_MS), "--to", day(Date.now() + DAY_MS)];
const BACKFILL = ["backfill", ...RANGE];

/** Counts GETs of the trail's objects, by key, and listings of it from now on. */
function watchRequests(cluster: Cluster) {
  const gets = new Map<string, number>();
  const watched = { gets, lists: 0 };
  const action = { kind: "delay", ms: 0 } as const;
  const isTrail = (key: string) => key.startsWith("AWSLogs/");
  const note = (key: string) => {
    if (isTrail(key)) gets.set(key, (gets.get(key) ?? 0) + 1);
    return false;
  };
  const noteListing = (prefix: string) => {
    if (isTrail(prefix)) watched.lists++;
    return false;
  };
  cluster.s3.faults.add({ operation: "GetObject", action, key: note });
  cluster.s3.faults.add({ operation: "ListObjectsV2", action, key: noteListing });
  return watched;
}

/** Keys that hold events: each of them is to be read, once. */
function logKeys(trail: SmallTrail): string[] {
  return trail.objects.map(({ key }) => key).filter((key) => key.includes("/CloudTrail/")).sort();
}

function assertReadOnce(trail: SmallTrail, gets: ReadonlyMap<string, number>): void {
  assertEquals([...gets.keys()].sort(), logKeys(trail));
  assertEquals([...gets].filter(([, count]) => count !== 1), []);
}

test(
  "backfill beside poll on the same days reads nothing twice and misses nothing",
  async (cluster, trail) => {
    const { gets } = watchRequests(cluster);
    const half = Math.floor(trail.objects.length / 2);
    putAll(cluster, trail.objects.slice(0, half));
    const poll = cluster.start(["poll", "--interval", "300ms"]);
    const backfill = cluster.start(BACKFILL);
    await cluster.rowsOnceThereAre("select 1 from ledger limit 1");
    putAll(cluster, trail.objects.slice(half));
    assertEquals(await backfill.ended, 0, backfill.log);
    poll.kill("SIGTERM");
    assertEquals(await poll.ended, 143, poll.log);
    // What came late to a closed day is due in hours, unless everything is listed.
    const last = cluster.start(["poll", "--once", "--full"]);
    assertEquals(await last.ended, 0, last.log);
    assertReadOnce(trail, gets);
    assertEquals(await cluster.outcome(), trail.expected);
  },
);

test(
  "two backfills of one range, of which one is killed, share its plan and listing",
  async (cluster, trail) => {
    putAll(cluster, trail.objects);
    const watched = watchRequests(cluster);
    const slow = cluster.s3.faults.add({
      operation: "ListObjectsV2",
      action: { kind: "delay", ms: 150 },
    });
    const alone = cluster.start([...BACKFILL, "--dry-run"]);
    assertEquals(await alone.ended, 0, alone.log);
    const needed = watched.lists;
    watched.lists = 0;
    const [first, second, killed] = [1, 2, 3].map(() => cluster.start(BACKFILL));
    await cluster.rowsOnceThereAre("select 1 from backfill_ranges where is_listed");
    slow.remove();
    killed.kill("SIGKILL");
    await killed.ended;
    for (const one of [first, second]) assertEquals(await one.ended, 0, one.log);
    // What the killed one was at is listed again: sixteen ranges at most, and the levels if it planned.
    assert(watched.lists < needed * 2, `${watched.lists} LIST requests, ${needed} alone`);
    assertEquals([...watched.gets.keys()].sort(), logKeys(trail));
    assertEquals(await cluster.outcome(), trail.expected);
  },
);

test(
  "work goes on where a killed backfill was, suppresses as that one said, and the rerun sums up",
  async (cluster, trail) => {
    putAll(cluster, trail.objects);
    const hanging = cluster.s3.faults.add({
      operation: "GetObject",
      action: { kind: "hang" },
      key: "AWSLogs/",
    });
    const args = [...BACKFILL, "--alert-mode", "summary"];
    const killed = cluster.start(args);
    await cluster.rowsOnceThereAre(
      `select 1 from backfill_ranges having count(*) > 0 and bool_and(is_listed)`,
    );
    killed.kill("SIGKILL");
    await killed.ended;
    hanging.remove();
    const watched = watchRequests(cluster);

    const work = cluster.start(["work"]);
    await cluster.rowsOnceThereAre("select 1 from ledger having count(*) = $1", [
      trail.objects.length,
    ]);
    work.kill("SIGTERM");
    assertEquals(await work.ended, 143, work.log);
    const report = await readReport(cluster.reportPath(work));
    assertEquals(report.objects.done + report.objects.skipped, trail.objects.length);
    assertEquals(report.alerts.raised, trail.expected.alerts.length);
    assertEquals(report.alerts.suppressed, trail.expected.alerts.length);

    const rerun = cluster.start(args);
    assertEquals(await rerun.ended, 0, rerun.log);
    assertStringIncludes(rerun.log, "key ranges were listed before");
    assertEquals(watched.lists, 0);
    assertReadOnce(trail, watched.gets);
    const { alert_summary: summary } = await readReport(cluster.reportPath(rerun)) as unknown as {
      alert_summary: { rule_id: string; level: string; count: number; first_event_time: string }[];
    };
    const counted = new Map<string, number>();
    for (const text of trail.expected.alerts) {
      const { rule_id } = JSON.parse(text);
      counted.set(rule_id, (counted.get(rule_id) ?? 0) + 1);
    }
    assertEquals(new Map(summary.map(({ rule_id, count }) => [rule_id, count])), counted);
    for (const { rule_id, count } of summary) {
      assertMatch(rerun.log, new RegExp(` +${count}  .*  ${rule_id}  `));
    }
    assertEquals(cluster.receiver.received, 0);
    assertEquals((await cluster.outcome()).rows, trail.expected.rows);
  },
);

test(
  "backfill --again, stopped and run again, reads each object once more and raises what new rules find",
  async (cluster, trail) => {
    putAll(cluster, trail.objects);
    const before = cluster.start(["poll", "--once", "--no-bundled-rules"]);
    assertEquals(await before.ended, 0, before.log);
    assertEquals((await cluster.outcome()).alerts, []);
    const { gets } = watchRequests(cluster);
    const perSecond = Math.ceil(trail.objects.length / 8);
    const args = [...BACKFILL, "--again", "--objects-per-second", String(perSecond)];

    const stopped = cluster.start(args);
    await cluster.rowsOnceThereAre(
      "select 1 from ledger l join backfills b on l.done_at >= b.started_at limit 1",
    );
    stopped.kill("SIGTERM");
    assertEquals(await stopped.ended, 143, stopped.log);
    const first = await readReport(cluster.reportPath(stopped));
    assert(first.objects.done > 0 && gets.size < logKeys(trail).length, "it was done already");

    const resumed = cluster.start(args);
    assertEquals(await resumed.ended, 0, resumed.log);
    assertReadOnce(trail, gets);
    const second = await readReport(cluster.reportPath(resumed));
    const done = (report: typeof first) => report.objects.done + report.objects.skipped;
    assertEquals(done(first) + done(second), trail.objects.length);
    assertEquals(second.objects.listed, second.objects.unchanged + done(second));
    assertEquals(await cluster.outcome(), trail.expected);
    const [{ count }] = await cluster.sql<{ count: string }>("select count(*) from ledger");
    assertEquals(Number(count), trail.objects.length);
    assertEquals(cluster.s3.keys(TRAIL).length, trail.objects.length);
  },
);

test("backfill and its dry run refuse a database of a newer version", async (cluster) => {
  await cluster.sql(
    "insert into kysely_migration (name, timestamp) values ('9999_later', now()::text)",
  );
  for (const more of [[], ["--dry-run"]]) {
    const refused = cluster.start([...BACKFILL, ...more]);
    assertEquals(await refused.ended, 2, refused.log);
    assertMatch(refused.log, /9999_later.*is newer than this version's.*Run the newer version/);
  }
});

test(
  "backfill --dry-run leaves a bucket's database as it is and reckons what is left",
  async (cluster, trail) => {
    const half = trail.objects.filter((_, i) => i % 2 === 0);
    putAll(cluster, half);
    const first = cluster.start(BACKFILL);
    assertEquals(await first.ended, 0, first.log);
    putAll(cluster, trail.objects);
    const state = () =>
      cluster.sql(`select relname, n_tup_ins, n_tup_upd, n_tup_del from pg_stat_user_tables
      where schemaname = 'public' order by relname`);
    const before = [await state(), cluster.s3.versions(LAKE), cluster.receiver.received];
    const dry = cluster.start([...BACKFILL, "--dry-run"]);
    assertEquals(await dry.ended, 0, dry.log);
    assertEquals([await state(), cluster.s3.versions(LAKE), cluster.receiver.received], before);
    const { dry_run: estimate } = await readReport(cluster.reportPath(dry)) as unknown as {
      dry_run: Record<string, number> & { requests: Record<string, number> };
    };
    assertEquals([estimate.objects, estimate.known], [trail.objects.length, half.length]);
    assertEquals(estimate.objects_to_read, trail.objects.length - half.length);
    const gets = logKeys(trail).length -
      half.filter(({ key }) => key.includes("/CloudTrail/")).length;
    assertEquals(estimate.requests.get, gets);
    assert(estimate.requests.list > 0 && estimate.dollars > 0 && estimate.seconds > 0);
  },
);
