/**
 * What the ledger costs an object: loads 1,000,000 rows in random order into an empty Postgres database,
 * through the store's own commit, and prints the bytes of each table and index, and the rate of the commits.
 *
 *   deno run -A bench/ledger_size.ts [objects] [refs a commit]
 *
 * Keys are those of an organization trail: 200 accounts, 4 regions, as many days as it takes with 120 files a
 * prefix and day. Uses the server of TEST_DATABASE_URL, else a private one.
 */
import { sql } from "kysely";
import { openStore } from "../store/mod.ts";
import type { ObjectRef } from "../core/types.ts";
import { databaseOf } from "../tests/store/_databases.ts";
import { startTestPostgres } from "../tests/store/_postgres.ts";
import { doneResult, resultOf } from "../tests/store/_samples.ts";

const objectCount = Number(Deno.args[0] ?? 1_000_000);
const commitRefs = Number(Deno.args[1] ?? 1000);
const ACCOUNTS = 200;
const REGIONS = ["us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2"];
const FILES_A_DAY = 120;
const SCOPE = "s3://acme-organization-trail/";

/** The n-th object of the trail: its prefix changes slowest with n. */
function refAt(n: number): ObjectRef {
  const prefix = Math.floor(n / FILES_A_DAY);
  const account = String(100_000_000_000 + (prefix % ACCOUNTS) * 4_561_237);
  const region = REGIONS[Math.floor(prefix / ACCOUNTS) % REGIONS.length];
  const day = Math.floor(prefix / ACCOUNTS / REGIONS.length);
  const at = new Date(Date.UTC(2026, 0, 1 + day) + (n % FILES_A_DAY) * 12 * 60_000);
  const date = at.toISOString().slice(0, 10);
  const time = `${date.replaceAll("-", "")}T${at.toISOString().slice(11, 16).replace(":", "")}Z`;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const word = Array.from(bytes, (byte) => (byte % 36).toString(36)).join("");
  return {
    key: `AWSLogs/o-a1b2c3d4e5/${account}/CloudTrail/${region}/${date.replaceAll("-", "/")}/` +
      `${account}_CloudTrail_${region}_${time}_${word}.json.gz`,
    etag: Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    size: 2_000 + (n % 40_000),
  };
}

/** All numbers below `count` in random order. */
function shuffled(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

await using postgres = await startTestPostgres();
if (postgres === null) Deno.exit(1);
await using store = await openStore({ url: await postgres.createDatabase() });
const { db } = databaseOf(store);
const order = shuffled(objectCount);
let commitMs = 0;
const startedAt = performance.now();
for (let from = 0; from < objectCount; from += commitRefs) {
  const refs = Array.from(order.subarray(from, from + commitRefs), refAt);
  await store.enqueueShard({ scope: SCOPE, sourceUrl: SCOPE, lane: "live", refs });
  const shard = (await store.takeShard())!;
  const sha256 = crypto.getRandomValues(new Uint8Array(32));
  const result = resultOf(shard, {
    objects: shard.refs.map((ref) => ({ ...doneResult(ref), sha256 })),
  });
  const commitAt = performance.now();
  await store.commitShard(shard, result);
  commitMs += performance.now() - commitAt;
}
const seconds = (performance.now() - startedAt) / 1000;
const commits = Math.ceil(objectCount / commitRefs);
console.log(
  `${objectCount} objects in ${seconds.toFixed(0)} s, plan and take included; ` +
    `${(commits / commitMs * 1000).toFixed(1)} fenced commits/s of ${commitRefs} refs ` +
    `(${(commitMs / commits).toFixed(2)} ms each)`,
);
await sql`vacuum ledger, key_heads`.execute(db);
const { rows } = await sql<{ name: string; bytes: string }>`
  select c.relname as name, pg_relation_size(c.oid) as bytes from pg_class c
  where c.relkind in ('r', 'i')
    and (c.relname in ('ledger', 'key_heads')
      or c.oid in (select indexrelid from pg_index
        where indrelid in ('ledger'::regclass, 'key_heads'::regclass)))
  order by pg_relation_size(c.oid) desc`.execute(db);
for (const row of rows) {
  console.log(
    `${row.name.padEnd(20)} ${(Number(row.bytes) / objectCount).toFixed(1)} bytes an object`,
  );
}
const { rows: [total] } = await sql<{ bytes: string }>`
  select pg_total_relation_size('ledger') + pg_total_relation_size('key_heads') as bytes`.execute(
  db,
);
console.log(
  `${"all together".padEnd(20)} ${(Number(total.bytes) / objectCount).toFixed(1)} bytes an object`,
);
