/**
 * Compacting a large hour as a run does, with the embedded database, the isolate and the lake in a folder:
 * `deno run -A bench/compact_hour.ts ROWS`. Parts of 5,000 rows are made by a process of their own, put where the lake
 * has its parts and committed; nothing is read from a trail. Then two late parts, half of whose rows are there already.
 * Says rows/s by the clock and by CPU seconds of the process, and the process's highest resident set.
 */
import { cpuUsage } from "node:process";
import { Compactor } from "../coordinator/compact_hours.ts";
import { RunReport } from "../coordinator/mod.ts";
import { partPath } from "../core/lake_paths.ts";
import { openLake } from "../objects/mod.ts";
import { openStore } from "../store/mod.ts";
import { commitOne } from "../tests/store/_samples.ts";
import { HOUR_MS, PART_ROWS, partPath as madePath } from "./merge_parts.ts";

/** Parts of one commit: more would only wait for the database. */
const COMMITTED_PARTS = 200;

const rows = Number(Deno.args[0] ?? 1_000_000);
const folder = await Deno.makeTempDir();

function peakMb(): string {
  const status = Deno.readTextFileSync("/proc/self/status");
  Deno.writeTextFileSync("/proc/self/clear_refs", "5");
  return (Number(/VmHWM:\s+(\d+)/.exec(status)![1]) * 1024 / 1e6).toFixed(0);
}

try {
  const making = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      import.meta.resolve("./merge_parts.ts"),
      folder,
      String(rows + PART_ROWS),
    ],
  });
  if (!(await making.spawn().status).success) throw new Error("Cannot make parts");
  await using store = await openStore({ url: `pglite:${folder}/state` });
  const url = `file://${folder}/lake/`;
  const lake = await openLake(url, { env: {}, requests: { list: 0, get: 0, put: 0 } });
  await store.bindLake({ url: lake.url, format: "parquet", cadence: "hourly" });
  const commit = async (name: string, parts: readonly number[], rowCount: number) => {
    const named = [];
    for (const part of parts) {
      const path = partPath(`${name}-${part}`);
      const bytes = await Deno.readFile(madePath(folder, part));
      const etag = await lake.put(path, bytes, { condition: { kind: "always" } });
      const hours = [{ hourMs: HOUR_MS, rowStart: 0, rowCount }];
      named.push({ path, bytes: bytes.length, etag, hours });
    }
    await commitOne(store, name, { parts: named });
  };
  const compact = async (name: string, rowCount: number) => {
    const options = { store, lake, format: "parquet", conditionalWrites: true } as const;
    using compactor = new Compactor({ ...options, report: new RunReport() });
    const before = peakMb();
    const cpu = cpuUsage();
    const startedAt = performance.now();
    const signal = new AbortController().signal;
    if (!await compactor.compactDue({ all: true, signal })) throw new Error("Cannot compact");
    const { user, system } = cpuUsage(cpu);
    const rate = (seconds: number) => Math.round(rowCount / seconds).toLocaleString("en");
    console.log(
      `${name}: ${rate((user + system) / 1e6)} rows/s of CPU, ` +
        `${rate((performance.now() - startedAt) / 1000)} by the clock, ` +
        `peak ${peakMb()} MB, ${before} MB before`,
    );
  };

  const count = rows / PART_ROWS;
  for (let from = 0; from < count; from += COMMITTED_PARTS) {
    const length = Math.min(COMMITTED_PARTS, count - from);
    await commit(`commit-${from}`, Array.from({ length }, (_, i) => from + i), PART_ROWS);
  }
  await compact(`${rows} rows`, rows);
  await commit("late", [count >> 1, count], PART_ROWS / 2);
  await compact(`late parts into them`, rows);
  lake.close();
} finally {
  await Deno.remove(folder, { recursive: true });
}
