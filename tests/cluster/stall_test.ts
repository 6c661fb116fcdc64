/**
 * A replica that is stopped until others have taken over what it held, and then goes on, changes nothing; and what a
 * killed one held is taken over soon. Stops are placed by the requests that reach S3.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { S3Operation } from "../../emulator/mod.ts";
import { startTestPostgres } from "../store/_postgres.ts";
import { type Cluster, LAKE } from "./_cluster.ts";
import { checkHistory, keepHistory, leaseHistory } from "./_history.ts";
import { checkIdentities } from "./_identities.ts";
import type { Replica } from "./_replica.ts";
import { putAll, type SmallTrail } from "./_small_trail.ts";
import { testsOnTrail } from "./_tests_on_trail.ts";

const ONCE = ["poll", "--once"];
/** The bound on taking over a dead replica's shard. */
const TAKEN_OVER_MS_MAX = 15_000;

const postgres = await startTestPostgres();
Deno.test.afterAll(async () => await postgres?.[Symbol.asyncDispose]());

const test = testsOnTrail(postgres, { seed: 21, events: 1500 }, keepHistory);

/** Starts a pass and stops it when its first request of this kind has reached S3. */
async function startAndStopAt(
  cluster: Cluster,
  operation: S3Operation,
  prefix: string,
): Promise<Replica> {
  const stopped = Promise.withResolvers<void>();
  const victim = cluster.start(ONCE);
  const fault = cluster.s3.faults.add({
    operation,
    action: { kind: "delay", ms: 0 },
    count: 1,
    key: (key) => {
      if (!key.startsWith(prefix)) return false;
      victim.kill("SIGSTOP");
      stopped.resolve();
      return true;
    },
  });
  await Promise.race([
    stopped.promise,
    victim.ended.then(() => Promise.reject(new Error(`It was never stopped:\n${victim.log}`))),
  ]);
  fault.remove();
  return victim;
}

/** Lets others do the work, then the stopped one go on, and compares. */
async function takeOverAndWake(
  cluster: Cluster,
  victim: Replica,
  { expected }: SmallTrail,
): Promise<void> {
  // What came since into yesterday's folder is not due yet: it is closed.
  const heir = cluster.start([...ONCE, "--full"]);
  assertEquals(await heir.ended, 0, heir.log);
  assertEquals(await cluster.outcome(), expected);
  const versions = cluster.s3.versions(LAKE).filter(([key]) => !key.startsWith("_work/"));
  victim.kill("SIGCONT");
  assertEquals(await victim.ended, 0, victim.log);
  assertEquals(await cluster.outcome(), expected);
  assertEquals(
    cluster.s3.versions(LAKE).filter(([key]) => !key.startsWith("_work/")),
    versions,
    "the one that had been stopped wrote into the lake",
  );
  await checkHistory(cluster);
  await checkIdentities(cluster);
}

test(
  "a replica stopped between its parts and its commit commits nothing when it wakes",
  async (cluster, trail) => {
    putAll(cluster, trail.objects);
    const victim = await startAndStopAt(cluster, "PutObject", "_work/parts/");
    await takeOverAndWake(cluster, victim, trail);
    assertStringIncludes(victim.log, "Dropped the result of shard");
  },
);

test(
  "a compactor stopped before it merges cannot put back an older hour",
  async (cluster, trail) => {
    const half = trail.objects.length / 2;
    putAll(cluster, trail.objects.slice(0, half));
    const victim = await startAndStopAt(cluster, "GetObject", "_work/parts/");
    putAll(cluster, trail.objects.slice(half));
    await takeOverAndWake(cluster, victim, trail);
    assertStringIncludes(victim.log, "Cannot compact");
  },
);

test(
  "a compactor stopped between writing an hour and naming it names nothing when it wakes",
  async (cluster, trail) => {
    const half = trail.objects.length / 2;
    putAll(cluster, trail.objects.slice(0, half));
    const victim = await startAndStopAt(cluster, "PutObject", "events/");
    putAll(cluster, trail.objects.slice(half));
    await takeOverAndWake(cluster, victim, trail);
    assertStringIncludes(victim.log, "Cannot compact");
  },
);

test(
  "a killed replica's shard is taken over within 15 s, and not before its lease has run out",
  async (cluster, trail) => {
    const held = cluster.s3.faults.add({
      operation: "GetObject",
      key: "AWSLogs/",
      action: { kind: "hang" },
    });
    putAll(cluster, trail.objects);
    const victim = cluster.start(ONCE);
    await cluster.rowsOnceThereAre("select 1 from history_of_leases where kind = 'taken'");
    const heir = cluster.start(["poll"]);
    await cluster.rowsOnceThereAre("select 1 from replicas having count(*) = 2");
    victim.kill("SIGKILL");
    const killedAt = Date.now();
    await victim.ended;
    held.remove();
    await cluster.rowsOnceThereAre(
      "select 1 from history_of_leases where kind = 'taken' and who = 'replica-2'",
    );
    heir.kill("SIGTERM");
    assertEquals(await heir.ended, 143, heir.log);
    const taken = (await leaseHistory(cluster)).find(({ kind, who }) =>
      kind === "taken" && who === "replica-2"
    )!;
    const tookMs = taken.at * 1000 - killedAt;
    console.log(`taken over ${Math.round(tookMs)} ms after the kill`);
    assert(tookMs <= TAKEN_OVER_MS_MAX, `taken over after ${tookMs} ms`);
    assert((await checkHistory(cluster)).takenOver > 0);
  },
);
