/** What Postgres can do to replicas at work: cut their connections, restart, crash. Nothing is lost or done twice. */
import { assert, assertEquals } from "@std/assert";
import { randomOf, withSeed } from "../support/random.ts";
import { assertIdentities, readReport } from "../support/report.ts";
import { startTestPostgres } from "../store/_postgres.ts";
import { Cluster } from "./_cluster.ts";
import { checkHistory, keepHistory } from "./_history.ts";
import { checkIdentities } from "./_identities.ts";
import { putAll, readSmallTrail, type SmallTrail } from "./_small_trail.ts";

const postgres = await startTestPostgres();
Deno.test.afterAll(async () => await postgres?.[Symbol.asyncDispose]());

let trail: Promise<SmallTrail> | undefined;
const sharedTrail = () => trail ??= readSmallTrail(postgres!, { seed: 23, events: 2000 });

/** Slows S3 down, so that there is something to disturb for a while. */
function takeTime(cluster: Cluster): void {
  cluster.s3.faults.add({ action: { kind: "delay", ms: 150 } });
}

Deno.test({
  name:
    "a pass whose connections to Postgres are cut again and again loses nothing and counts right",
  ignore: postgres === null,
  fn: () =>
    withSeed(async (seed) => {
      const random = randomOf(seed);
      const { objects, expected } = await sharedTrail();
      await using cluster = await Cluster.start(postgres!);
      await keepHistory(cluster);
      putAll(cluster, objects);
      takeTime(cluster);
      const run = cluster.start(["poll", "--once"]);
      let cuts = 0;
      while (run.isRunning) {
        await new Promise((resolve) => setTimeout(resolve, 20 + random() * 200));
        const rows = await cluster.sql(
          `select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'replica-1' order by md5(pid::text || $1) limit 1`,
          [String(random())],
        );
        cuts += rows.length;
      }
      assertEquals(await run.ended, 0, run.log);
      assert(cuts >= 20, `only ${cuts} connections were cut`);
      assertEquals(await cluster.outcome(), expected);
      assertIdentities(await readReport(cluster.reportPath(run)), expected.rows.length);
      await checkHistory(cluster);
      await checkIdentities(cluster);
    }),
});

Deno.test({
  name: "replicas at work outlive a restart and a crash of Postgres",
  ignore: postgres === null || postgres.restart === null,
  fn: async () => {
    const { objects, expected } = await sharedTrail();
    await using cluster = await Cluster.start(postgres!);
    await keepHistory(cluster);
    takeTime(cluster);
    const thirds = [0, 1, 2].map((third) => objects.filter((_, i) => i % 3 === third));
    const replicas = [1, 2].map(() => cluster.start(["poll", "--interval", "1s"]));
    for (const [third, crash] of [[0, false], [1, true]] as const) {
      const [{ place }] = await cluster.sql(
        "select coalesce(max(place), 0)::int as place from history_of_leases",
      );
      putAll(cluster, thirds[third]);
      await cluster.rowsOnceThereAre(
        "select 1 from history_of_leases where kind = 'taken' and place > $1",
        [place],
      );
      await postgres!.restart!({ crash });
    }
    putAll(cluster, thirds[2]);
    const last = cluster.start(["poll", "--once", "--full"]);
    assertEquals(await last.ended, 0, last.log);
    for (const replica of replicas) replica.kill("SIGTERM");
    for (const replica of replicas) assertEquals(await replica.ended, 143, replica.log);
    assertEquals(await cluster.outcome(), expected);
    await checkHistory(cluster);
    await checkIdentities(cluster);
  },
});
