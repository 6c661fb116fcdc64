/**
 * What a take costs while shards wait, on the database that the first argument names (default embedded, in
 * memory): median and worst of 200 takes with 1,000 and with 100,000 shards of one source waiting and one of
 * another, and the plan behind it.
 *
 *     deno run -A bench/take_shard.ts [postgres://…]
 */
import { sql } from "kysely";
import { openStore } from "../store/mod.ts";
import { crowd } from "../tests/store/_crowd.ts";
import { databaseOf } from "../tests/store/_databases.ts";

const TAKES = 200;

await using store = await openStore({ url: Deno.args[0] ?? "pglite:memory" });
const { db } = databaseOf(store);

for (const shards of [1000, 100_000]) {
  await sql`truncate shards, turns, planned_refs`.execute(db);
  await sql`delete from pgboss.job`.execute(db);
  await crowd(store, { sourceUrl: "s3://crowded/", lane: "live", shards });
  await crowd(store, { sourceUrl: "s3://quiet/", lane: "live", shards: 1 });
  const times: number[] = [];
  for (let i = 0; i < TAKES; i++) {
    const startedAt = performance.now();
    await store.takeShard();
    times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  console.log(
    `${shards} waiting: ${times[TAKES / 2].toFixed(2)} ms median, ${
      times[TAKES - 1].toFixed(2)
    } ms worst`,
  );
}
await db.transaction().execute(async (trx) => {
  for (const off of ["seqscan", "sort", "hashjoin", "mergejoin"]) {
    await sql.raw(`set local enable_${off} = off`).execute(trx);
  }
  const { rows } = await sql<{ "QUERY PLAN": string }>`explain (analyze, costs off, timing off)
    select s.id from shards s join pgboss.job j on j.name = 'shards-live' and j.id = s.id
    where s.lane = 'live' and s.source_url = 's3://crowded/'
      and coalesce(j.state < 'active' and not j.blocked, false) and j.start_after <= now()
    order by s.priority desc, s.place limit 1 for update of j skip locked`.execute(trx);
  console.log(rows.map((row) => row["QUERY PLAN"]).join("\n"));
});
