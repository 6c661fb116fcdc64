/** What must hold in a database and its lake when nothing is left to do, whatever happened before. */
import { assert, assertEquals } from "@std/assert";
import { sweepParts } from "../../coordinator/sweep_parts.ts";
import { LIMITS } from "../../core/limits.ts";
import { openLake } from "../../objects/mod.ts";
import { openStore } from "../../store/mod.ts";
import { readTable } from "../../parquet/mod.ts";
import type { Cluster } from "./_cluster.ts";
import { LAKE, TRAIL } from "./_cluster.ts";

/** Holds everything in this file against the cluster. @param dead how many objects may have been given up on */
export async function checkIdentities(cluster: Cluster, dead = 0): Promise<void> {
  await checkNothingOpen(cluster);
  await checkLedger(cluster, dead);
  await checkLakeFiles(cluster);
  await checkOutbox(cluster);
  await checkParts(cluster);
}

async function checkNothingOpen(cluster: Cluster): Promise<void> {
  const [open] = await cluster.sql(
    `select (select count(*)::int from planned_refs) as planned,
      (select count(*)::int from shards) as shards,
      (select count(*)::int from pgboss.job where state < 'completed'
        and name in ('shards-live', 'shards-backfill')) as jobs,
      (select count(*)::int from part_hours) as part_hours,
      (select count(*)::int from parts) as parts,
      (select count(*)::int from hours where parts_waiting <> 0) as hours,
      (select count(*)::int from deliveries where state <> 'delivered') as deliveries`,
  );
  assertEquals(open, {
    planned: 0,
    shards: 0,
    jobs: 0,
    part_hours: 0,
    parts: 0,
    hours: 0,
    deliveries: 0,
  });
}

/** Every version that lies in the bucket is settled, and none that was replaced is left open. */
async function checkLedger(cluster: Cluster, dead: number): Promise<void> {
  const rows = await cluster.sql<{ key: string; etag: string; outcome: string }>(
    "select key, etag, outcome from ledger_objects",
  );
  const settled = new Map(rows.map((row) => [`${row.key}\n${row.etag}`, row.outcome]));
  assertEquals(settled.size, rows.length, "a version stands in the ledger twice");
  assertEquals(rows.filter((row) => row.outcome === "dead").length, dead, "dead objects");
  for (const [key, etag] of cluster.s3.versions(TRAIL)) {
    assert(settled.has(`${key}\n${etag.slice(1, -1)}`), `${key} ${etag} is not in the ledger`);
  }
}

/** The files below `events/` and `activity/` are those that rows name, in the version and with the rows they say. */
async function checkLakeFiles(cluster: Cluster): Promise<void> {
  const named = await cluster.sql<{ path: string; etag: string; rows: number }>(
    'select path, etag, row_count::int as rows from lake_files order by path collate "C"',
  );
  const found: { path: string; etag: string; rows: number }[] = [];
  for (const [path, etag] of cluster.s3.versions(LAKE)) {
    if (path.startsWith("_work/")) continue;
    const { rowCount } = await readTable(cluster.s3.get(LAKE, path)!, { columns: [] });
    found.push({ path, etag: etag.slice(1, -1), rows: rowCount });
  }
  assertEquals(found, named);
}

/** Each stored alert came to the webhook, and nothing came that is not stored. */
async function checkOutbox(cluster: Cluster): Promise<void> {
  const alerts = await cluster.sql<{ alert_id: string; state: string }>(
    'select alert_id, state from alerts order by alert_id collate "C"',
  );
  assertEquals(alerts.map((alert) => alert.alert_id), cluster.receiver.ids);
  assertEquals(alerts.filter((alert) => alert.state !== "delivered"), []);
}

/** Part files of commits that never came are all that is left of parts, and the sweep removes them. */
async function checkParts(cluster: Cluster): Promise<void> {
  const { s3 } = cluster;
  const lake = await openLake(`s3://${LAKE}/`, {
    env: {
      AWS_ENDPOINT_URL: s3.url,
      AWS_REGION: s3.region,
      AWS_ACCESS_KEY_ID: s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    },
    requests: { list: 0, get: 0, put: 0 },
  });
  try {
    await using store = await openStore({ url: cluster.databaseUrl });
    const now = Date.now() + LIMITS.orphanPartMs + 60_000;
    await sweepParts(store, lake, { signal: new AbortController().signal, now });
  } finally {
    await lake.close();
  }
  assertEquals(s3.keys(LAKE).filter((key) => key.startsWith("_work/parts/")), []);
}
