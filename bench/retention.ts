/**
 * What dropping old rows costs those who commit: fills the ledger of an empty Postgres database with old rows,
 * commits shards for a while, drops the old rows while commits go on, and prints both rates.
 *
 *   deno run -A bench/retention.ts [old rows] [refs a commit]
 *
 * Uses the server of TEST_DATABASE_URL, else a private one.
 */
import { sql } from "kysely";
import { DAY_MS } from "../core/hours.ts";
import { dropOld } from "../coordinator/drop_old.ts";
import { openStore } from "../store/mod.ts";
import { databaseOf } from "../tests/store/_databases.ts";
import { startTestPostgres } from "../tests/store/_postgres.ts";
import { resultOf } from "../tests/store/_samples.ts";

const oldRows = Number(Deno.args[0] ?? 1_000_000);
const commitRefs = Number(Deno.args[1] ?? 1000);
const SCOPE = "s3://trail";
const COMMITTERS = 2;
/** Commits whose rate is taken before, and again after, the dropping. */
const ALONE_MS = 15_000;

await using postgres = await startTestPostgres();
if (postgres === null) Deno.exit(1);
await using store = await openStore({ url: await postgres.createDatabase() });
const { db } = databaseOf(store);

const base = "AWSLogs/111122223333/CloudTrail/eu-west-1/";
await sql`insert into key_heads (head_hash, scope, head)
  select md5(d::text)::uuid, ${SCOPE}, ${base} || '2020/' ||
    to_char(date '2020-01-01' + d, 'MM/DD') || '/111122223333_CloudTrail_eu-west-1_'
  from generate_series(0, 364) d`.execute(db);
await sql`insert into ledger (object_id, done_at, size, inflated_bytes, head_id, event_count, outcome,
    attempts, name, etag, sha256, error)
  select gen_random_uuid(), timestamptz '2020-01-01' + (i / 1000) * interval '1 minute', 12000, 90000,
    1 + (i / 1000) % 365, 60, 1, 1, '20200101T0005Z_' || substr(md5(i::text), 1, 16) || '.json.gz',
    decode(md5(i::text), 'hex'), sha256(i::text::bytea), ''
  from generate_series(0, ${oldRows - 1}::int) i`.execute(db);
await sql`insert into listing_nodes (active_at, kind, scope, prefix, newest_day)
  values (now(), 'base', ${SCOPE}, ${base}, 20000)`.execute(db);
await sql`vacuum analyze ledger, key_heads`.execute(db);

let made = 0;
/** Plans, takes and commits shards until told to stop. @returns commits a second, and the slowest in ms */
async function commitUntil(stop: Promise<unknown>): Promise<{ rate: number; slowestMs: number }> {
  let stopped = false;
  stop.finally(() => stopped = true);
  let commits = 0;
  let slowestMs = 0;
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: COMMITTERS }, async () => {
    while (!stopped) {
      const first = made++ * commitRefs;
      const refs = Array.from({ length: commitRefs }, (_, i) => ({
        key: `${base}2026/11/20/111122223333_CloudTrail_eu-west-1_20261120T0005Z_${
          first + i
        }.json.gz`,
        etag: (first + i).toString(16).padStart(32, "0"),
        size: 12_000,
      }));
      await store.enqueueShard({ scope: SCOPE, sourceUrl: `${SCOPE}/`, lane: "live", refs });
      const shard = await store.takeShard();
      if (shard === null) continue;
      const commitAt = performance.now();
      await store.commitShard(shard, resultOf(shard));
      slowestMs = Math.max(slowestMs, performance.now() - commitAt);
      commits++;
    }
  }));
  return { rate: commits / ((performance.now() - startedAt) / 1000), slowestMs };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, ALONE_MS));
const show = (name: string, { rate, slowestMs }: { rate: number; slowestMs: number }) =>
  console.log(
    `${name.padEnd(16)} ${rate.toFixed(1)} commits/s of ${commitRefs}, slowest ${
      slowestMs.toFixed(0)
    } ms`,
  );

await commitUntil(pause());
const before = await commitUntil(pause());
show("alone", before);
const context = { store, retentionMs: 400 * DAY_MS };
const startedAt = performance.now();
const during = await commitUntil(dropOld(context, new AbortController().signal));
const seconds = (performance.now() - startedAt) / 1000;
show("while dropping", during);
const { rows: [left] } = await sql<{ count: number }>`
  select count(*)::int as count from ledger where done_at < '2021-01-01'`.execute(db);
console.log(`${oldRows - left.count} rows dropped in ${seconds.toFixed(0)} s, ${left.count} left`);
const after = await commitUntil(pause());
show("alone after it", after);
console.log(
  `rate while dropping / alone: ${(2 * during.rate / (before.rate + after.rate)).toFixed(2)}`,
);
