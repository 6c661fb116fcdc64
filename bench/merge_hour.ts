/**
 * Merging a large hour: `deno run -A bench/merge_hour.ts ROWS`. Parts of 5,000 rows lie in a temporary folder and are
 * read by ranges, as a run does; written files are dropped. Then 5,000 late rows, half of them with ids that are there
 * already, are merged into the first file, whose row groups are copied.
 */
import { encodeChunk, EVENT_COLUMNS, mergeLargeHour, TableWriter } from "../parquet/mod.ts";
import { LIMITS } from "../core/limits.ts";
import { RemoteFiles } from "../workers/remote_files.ts";

const PART_ROWS = 5000;
const HOUR_MS = Date.UTC(2026, 10, 20, 10);
const rows = Number(Deno.args[0] ?? 200_000);
const folder = await Deno.makeTempDir();
let rssBytesMax = 0;

/** Rows of about 1.4 KB, all columns but time and id encoded once. */
const template = EVENT_COLUMNS.map((column) => {
  const values = Array.from({ length: PART_ROWS }, (_, i) => {
    const parameters = { roleName: `role-${i % 97}`, note: `n${i}`.repeat(20), i };
    if (column.type === "json") return column.name === "extra" ? null : JSON.stringify(parameters);
    if (column.type === "bool") return i % 3 === 0;
    return column.type === "timestamp" ? 0 : `${column.name}-${i % 200}`;
  });
  return encodeChunk(column, values);
});

function part(first: number): Uint8Array {
  const writer = new TableWriter(EVENT_COLUMNS);
  const chunks = EVENT_COLUMNS.map((column, c) => {
    const fresh = (value: (row: number) => unknown) =>
      encodeChunk(column, Array.from({ length: PART_ROWS }, (_, i) => value(first + i)));
    if (column.name === "event_time") return fresh((row) => HOUR_MS + (row * 37 % 3600) * 1000);
    if (column.name === "event_id") {
      return fresh((row) =>
        `0f7c2a9e-0000-4000-8000-${String(row * 7919 % 1e12).padStart(12, "0")}`
      );
    }
    return template[c];
  });
  writer.appendRowGroup(chunks, PART_ROWS);
  return writer.finish();
}

async function merge(paths: readonly string[], existing: readonly string[]) {
  const all = [...existing, ...paths];
  const remote = new RemoteFiles(async (file, offset, length) => {
    using handle = await Deno.open(all[file]);
    await handle.seek(offset, Deno.SeekMode.Start);
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) at += await handle.read(bytes.subarray(at)) ?? length;
    return bytes;
  });
  const files = all.map((path, i) => remote.file(i, { byteLength: Deno.statSync(path).size }));
  const startedAt = performance.now();
  let [written, bytes] = [0, 0];
  const input = {
    hourMs: HOUR_MS,
    existing: files.slice(0, existing.length),
    parts: files.slice(existing.length).map((file) => ({ file, rowStart: 0, rowCount: PART_ROWS })),
    standing: [],
    standingActivity: null,
    onProgress: () => rssBytesMax = Math.max(rssBytesMax, Deno.memoryUsage().rss),
  };
  let first = "";
  for await (const output of mergeLargeHour(input)) {
    if (output.kind !== "file") continue;
    written += output.rows;
    bytes += output.bytes.length;
    if (first === "") {
      await Deno.writeFile(first = `${folder}/${crypto.randomUUID()}`, output.bytes);
    }
  }
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(
    `${written} rows, ${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s: ` +
      `${Math.round(written / seconds)} rows/s, peak ${(rssBytesMax / 1e6).toFixed(0)} MB RSS`,
  );
  return first;
}

try {
  const paths: string[] = [];
  for (let first = 0; first < rows; first += PART_ROWS) {
    const path = `${folder}/part-${first}`;
    await Deno.writeFile(path, part(first));
    paths.push(path);
  }
  console.log(`at most ${LIMITS.largeMergeRowsMax} rows a round`);
  const file = await merge(paths.slice(0, LIMITS.largeMergeRowsMax / PART_ROWS), []);
  const late = `${folder}/late`;
  await Deno.writeFile(late, part(rows - PART_ROWS / 2));
  await merge([late], [file]);
} finally {
  await Deno.remove(folder, { recursive: true });
}
