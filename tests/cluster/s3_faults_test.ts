/**
 * What S3 can do to a pass: throttle, cut off, reset, never answer, deny, let signatures and sessions expire. Nothing
 * is lost, nobody else is harmed, and log and exit code say what happened. Each fault is drawn from a seed that a
 * failure names.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { FaultAction, FaultRule } from "../../emulator/mod.ts";
import { EVENT_COLUMNS } from "../../parquet/mod.ts";
import { assertIdentities, readReport, type Report, RSS_BYTES_MAX } from "../support/report.ts";
import { startTestPostgres } from "../store/_postgres.ts";
import type { Cluster } from "./_cluster.ts";
import { checkIdentities } from "./_identities.ts";
import type { Replica } from "./_replica.ts";
import { putAll } from "./_small_trail.ts";
import { testsOnTrail } from "./_tests_on_trail.ts";

const postgres = await startTestPostgres();
Deno.test.afterAll(async () => await postgres?.[Symbol.asyncDispose]());

const test = testsOnTrail(
  postgres,
  { seed: 22, events: 1500 },
  (cluster, { objects }) => putAll(cluster, objects),
);

/**
 * Makes a pass. @returns it with its report, which stays below the bound on memory and adds up
 * @param waiting events that an earlier pass read and did not compact, which become rows in this one
 */
async function pass(
  cluster: Cluster,
  code: number,
  waiting = 0,
): Promise<{ readonly run: Replica; readonly report: Report }> {
  const rowsBefore = (await cluster.outcome()).rows.length;
  const run = cluster.start(["poll", "--once"], { workers: 2 });
  assertEquals(await run.ended, code, run.log);
  const report = await readReport(cluster.reportPath(run));
  assert(report.rss_bytes_max < RSS_BYTES_MAX, `${report.rss_bytes_max} bytes of memory`);
  const rowsAdded = (await cluster.outcome()).rows.length - rowsBefore;
  if (code !== 3) assertIdentities(report, rowsAdded - waiting);
  return { run, report };
}

/** Lets what waits for its next attempt wait no longer. */
async function endDelays(cluster: Cluster): Promise<void> {
  await cluster.sql("update pgboss.job set start_after = now() where state < 'active'");
}

/** Meets these requests by chance, and demands that nothing of it is seen in the end. */
function testPassing(name: string, rules: readonly FaultRule[], hitsMin: number): void {
  test(`a pass on an S3 that ${name} loses nothing`, async (cluster, { expected }) => {
    const faults = rules.map((rule) => cluster.s3.faults.add(rule));
    await pass(cluster, 0);
    const hits = faults.reduce((sum, fault) => sum + fault.hits, 0);
    assert(hits >= hitsMin, `only ${hits} requests went wrong`);
    cluster.s3.faults.clear();
    assertEquals(await cluster.outcome(), expected);
    await checkIdentities(cluster);
  });
}

const fifth = (action: FaultAction): FaultRule => ({ action, probability: 0.2 });

testPassing(
  "answers a fifth of all requests with 503 SlowDown",
  [fifth({ kind: "slow_down" })],
  50,
);
testPassing("cuts a fifth of all bodies short", [fifth({ kind: "cut", bytes: 100 })], 50);
testPassing("resets a fifth of all connections", [fifth({ kind: "reset" })], 50);
testPassing("sometimes never answers", [
  { action: { kind: "hang" }, operation: "ListObjectsV2", count: 1 },
  { action: { kind: "hang" }, operation: "GetObject", key: "AWSLogs/", count: 3 },
  { action: { kind: "stall", bytes: 50 }, operation: "GetObject", key: "AWSLogs/", count: 3 },
  { action: { kind: "hang" }, operation: "PutObject", key: "_work/parts/", count: 1 },
  { action: { kind: "hang" }, operation: "PutObject", key: "events/", count: 1 },
], 9);
testPassing("finds signatures expired", [
  { action: { kind: "expired_url" }, operation: "GetObject", key: "AWSLogs/", count: 60 },
], 60);

const ACCOUNT = EVENT_COLUMNS.map(({ name }) => name).filter((name) => name !== "source_object")
  .indexOf("recipient_account_id");

test(
  "one account's keys that are denied wait, are named, and harm no other account",
  async (cluster, trail) => {
    const denied = trail.accounts.find((id) =>
      trail.expected.rows.filter((row) => JSON.parse(row)[ACCOUNT] === id).length > 20
    )!;
    const isDenied = (key: string) => key.includes(`/${denied}/CloudTrail/`);
    const fault = cluster.s3.faults.add({
      action: { kind: "deny" },
      operation: "GetObject",
      key: isDenied,
    });
    const waiting = trail.objects.filter(({ key }) => isDenied(key)).length;
    const first = await pass(cluster, 1);
    assertEquals(first.report.objects.pending, waiting);
    assertStringIncludes(first.run.log, `/${denied}/CloudTrail/`);
    assertMatch(first.run.log, /status 403 AccessDenied: Access Denied; it is tried again later/);
    assertEquals(
      (await cluster.outcome()).rows,
      trail.expected.rows.filter((row) => JSON.parse(row)[ACCOUNT] !== denied),
    );
    // Objects that were denied before do not show that the source as a whole is closed.
    await endDelays(cluster);
    assertEquals((await pass(cluster, 1)).report.objects.pending, waiting);
    assert(fault.hits >= 2 * waiting);
    cluster.s3.faults.clear();
    await endDelays(cluster);
    await pass(cluster, 0);
    assertEquals(await cluster.outcome(), trail.expected);
    await checkIdentities(cluster);
  },
);

test(
  "a session that expires in the middle ends the pass with 3 and says so; the next one does the rest",
  async (cluster, trail) => {
    let requests = 0;
    cluster.s3.faults.add({ action: { kind: "expired_token" }, key: () => ++requests > 200 });
    const { run, report } = await pass(cluster, 3);
    assertStringIncludes(run.log, "ExpiredToken");
    assertStringIncludes(run.log, "Renew the session");
    const [{ dead }] = await cluster.sql<{ dead: number }>(
      "select count(*)::int as dead from ledger_objects where outcome = 'dead'",
    );
    assertEquals(dead, 0);
    cluster.s3.faults.clear();
    await endDelays(cluster);
    const { read, rejected, duplicates } = report.events;
    const rowsBefore = (await cluster.outcome()).rows.length;
    await pass(cluster, 0, read - rejected - duplicates - rowsBefore);
    assertEquals(await cluster.outcome(), trail.expected);
    await checkIdentities(cluster);
  },
);
