/** Several sources, and sources within others: none keeps another one waiting, and nobody's leavings stay. */
import { assertEquals } from "@std/assert";
import { DAY_MS, hourOf } from "../../core/hours.ts";
import { planTrail } from "../../generator/mod.ts";
import { startTestPostgres } from "../store/_postgres.ts";
import { Cluster, TRAIL } from "./_cluster.ts";

const postgres = await startTestPostgres();
Deno.test.afterAll(async () => await postgres?.[Symbol.asyncDispose]());

const startAt = hourOf(Date.now()) - DAY_MS;
const plan = planTrail({ seed: 41, events: 200, startAt, days: 1, accounts: 6, gzipLevel: 1 });
const objects = [...plan.objects()];

function test(name: string, run: (cluster: Cluster) => Promise<void>): void {
  Deno.test({
    name,
    ignore: postgres === null,
    fn: async () => {
      await using cluster = await Cluster.start(postgres!);
      for (const { key, bytes } of objects) cluster.s3.put(TRAIL, key, bytes);
      await run(cluster);
    },
  });
}

test("poll follows a source while the pass over another one takes long", async (cluster) => {
  cluster.s3.faults.add({ operation: "ListObjectsV2", key: "AWSLogs/", action: { kind: "hang" } });
  const folder = `${cluster.folder}/logs`;
  await Deno.mkdir(folder);
  const poll = cluster.start(["poll", "--interval", "100ms", "--source", "file:./logs"]);
  for (const [i, { bytes }] of objects.slice(0, 2).entries()) {
    await Deno.writeFile(`${folder}/${i}.json.gz`, bytes);
    await cluster.rowsOnceThereAre("select 1 from ledger having count(*) = $1", [i + 1]);
  }
  poll.kill("SIGTERM");
  assertEquals(await poll.ended, 143, poll.log);
});

test("poll reads what a killed backfill over a part of its source has planned", async (cluster) => {
  const hanging = cluster.s3.faults.add({
    operation: "GetObject",
    key: "AWSLogs/",
    action: { kind: "hang" },
  });
  const [from, to] = [startAt, Date.now() + DAY_MS].map((ms) =>
    new Date(ms).toISOString().slice(0, 10)
  );
  const part = ["--source", `s3://${TRAIL}/AWSLogs/`];
  const backfill = cluster.start(["backfill", "--from", from, "--to", to], { sources: part });
  await cluster.rowsOnceThereAre(
    "select 1 from backfill_ranges having count(*) > 0 and bool_and(is_listed)",
  );
  backfill.kill("SIGKILL");
  await backfill.ended;
  hanging.remove();
  const poll = cluster.start(["poll", "--once", "--full"]);
  assertEquals(await poll.ended, 0, poll.log);
  const [{ count }] = await cluster.sql<{ count: string }>("select count(*) from ledger");
  assertEquals(Number(count), objects.length);
});
