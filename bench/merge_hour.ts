/**
 * Merging a large hour: `deno run -A bench/merge_hour.ts ROWS [OTHER_CHECKOUT]`. Parts of 5,000 rows of generated
 * events lie in a temporary folder and are read by ranges, merged files are written there too: first all parts, then
 * late rows, half of which are there already, into their file, whose row groups are copied. Another checkout's
 * `parquet/` does the same in the same run, and DuckDB with one thread is the yardstick. Rates are of CPU seconds of
 * the whole process, garbage collection included, and of the clock. For an hour of several rounds see `compact_hour.ts`.
 */
import { cpuUsage } from "node:process";
import { DuckDBInstance } from "@duckdb/node-api";
import { collectGarbage, relieveMemory } from "../core/collect_garbage.ts";
import { LIMITS } from "../core/limits.ts";
import * as ours from "../parquet/mod.ts";
import { RemoteFiles } from "../workers/remote_files.ts";
import { HOUR_MS, PART_ROWS, partPath } from "./merge_parts.ts";

const rows = Number(Deno.args[0] ?? 200_000);
const other = Deno.args[1];
const folder = await Deno.makeTempDir();

/** The process's highest resident set since the last call, which Linux keeps. */
function peakBytes(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  Deno.writeTextFileSync("/proc/self/clear_refs", "5");
  return Number(/VmHWM:\s+(\d+)/.exec(status)![1]) * 1024;
}

/** Writes a file piece by piece: written at once it would be there twice. */
function writePieces(path: string, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true, create: true });
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at, at + 4_000_000));
}

/** Merges parts with the hour's file, which is replaced, if it has one. @returns files, and how many rows they have. */
async function merge(
  { mergeLargeHour }: typeof ours,
  parts: readonly string[],
  existing: readonly string[],
  partRows = PART_ROWS,
) {
  const paths = [...existing, ...parts];
  const remote = new RemoteFiles(async (file, offset, length) => {
    using handle = await Deno.open(paths[file]);
    await handle.seek(offset, Deno.SeekMode.Start);
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) at += await handle.read(bytes.subarray(at)) ?? length;
    return bytes;
  });
  const open = paths.map((path, i) => remote.file(i, { byteLength: Deno.statSync(path).size }));
  const input = {
    hourMs: HOUR_MS,
    existing: open.slice(0, existing.length),
    standing: [],
    standingActivity: null,
    parts: open.slice(existing.length).map((file) => ({ file, rowStart: 0, rowCount: partRows })),
    onProgress: relieveMemory,
  };
  const files: string[] = [];
  let rowCount = 0;
  for await (const output of mergeLargeHour(input)) {
    if (output.kind === "activity") continue;
    const path = `${folder}/${crypto.randomUUID()}`;
    writePieces(path, output.bytes);
    files.push(path);
    rowCount += output.rows;
  }
  return { files, rowCount };
}

async function measure<T>(name: string, rowCount: number, work: () => Promise<T>): Promise<T> {
  collectGarbage();
  peakBytes();
  const cpu = cpuUsage();
  const startedAt = performance.now();
  const result = await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = cpuUsage(cpu);
  const rate = (by: number) => Math.round(rowCount / by).toLocaleString("en").padStart(9);
  console.log(
    `${name.padEnd(52)} ${rate((user + system) / 1e6)} rows/s of CPU, ${
      rate(seconds)
    } by the clock, ` +
      `peak ${(peakBytes() / 1e6).toFixed(0)} MB`,
  );
  return result;
}

async function measureDuckDb(parts: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const list = parts.map((path) => `'${path}'`);
  const copy = (select: string) => () =>
    connection.run(
      `COPY (${select}) TO '${folder}/duckdb' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1,
       ROW_GROUP_SIZE ${LIMITS.rowGroupRowsMax})`,
    );
  const count = parts.length * PART_ROWS;
  await measure("DuckDB: COPY", count, copy(`SELECT * FROM read_parquet([${list}])`));
  await measure(
    "DuckDB: one row an id, sorted, COPY",
    count,
    copy(
      `SELECT DISTINCT ON (event_id) * FROM read_parquet([${list}]) ORDER BY event_time, event_id`,
    ),
  );
  connection.closeSync();
  instance.closeSync();
}

/** The same round by this checkout and the other, and DuckDB on the same parts. */
async function compare(parts: readonly string[], late: readonly string[]): Promise<void> {
  const count = parts.length * PART_ROWS;
  const checkouts: [string, typeof ours][] = [["", ours]];
  if (other !== undefined) {
    checkouts.push([
      "other checkout: ",
      await import(`${Deno.realPathSync(other)}/parquet/mod.ts`),
    ]);
  }
  for (const [name, room] of checkouts) {
    const merged = await measure(`${name}merge parts`, count, () => merge(room, parts, []));
    const size = merged.files.reduce((sum, path) => sum + Deno.statSync(path).size, 0);
    console.log(
      `  ${merged.files.length} files, ${(size / merged.rowCount).toFixed(1)} bytes a row`,
    );
    await measure(
      `${name}late parts into it`,
      count,
      () => merge(room, late, merged.files, PART_ROWS / 2),
    );
  }
  await measureDuckDb(parts);
}

try {
  const making = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.resolve("./merge_parts.ts"), folder, String(rows + PART_ROWS)],
  });
  if (!(await making.spawn().status).success) throw new Error("Cannot make parts");
  const paths = Array.from({ length: rows / PART_ROWS + 1 }, (_, i) => partPath(folder, i));
  const parts = paths.slice(0, -1);
  // Of each half the rows: some that are there already, and new ones.
  const late = [parts[parts.length >> 1], paths.at(-1)!];
  console.log(`${rows} rows in ${parts.length} parts, ${Deno.statSync(paths[0]).size} bytes each`);
  await compare(parts, late);
} finally {
  await Deno.remove(folder, { recursive: true });
}
