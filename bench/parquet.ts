/**
 * The lake's Parquet against DuckDB's, on the same rows in the same process, in turns:
 * `deno run -A bench/parquet.ts [ROWS [ROUNDS]]` (default 20000 and 9). Rows are those of generated events, and of
 * the real logs where these are beside the project. DuckDB works with one thread and zstd. Times are CPU seconds of
 * the whole process, garbage collection included, so that a busy machine changes them little; medians of the rounds.
 */
import { cpuUsage } from "node:process";
import { gunzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { HOUR_MS } from "../core/hours.ts";
import { LIMITS } from "../core/limits.ts";
import { planTrail } from "../generator/mod.ts";
import { EVENT_COLUMNS, mergeHour, readTable, TableWriter } from "../parquet/mod.ts";
import { parseEventTime } from "../workers/event_time.ts";
import { EventColumns } from "../workers/event_columns.ts";
import { RecordScanner } from "../workers/scan_records.ts";
import { ScannedRecord } from "../workers/scanned_record.ts";
import { ValueColumns } from "../workers/value_columns.ts";

const ROWS = Number(Deno.args[0] ?? 20_000);
const ROUNDS = Number(Deno.args[1] ?? 9);

/** Rows of one hour as columns, sorted as the lake has them, and the gzip bytes that they came in. */
interface Sample {
  readonly name: string;
  readonly values: unknown[][];
  readonly rowCount: number;
  readonly gzipBytes: number;
  readonly hourMs: number;
}

/** Log files' gzip bytes until there are enough rows. */
function sampleOf(name: string, files: Iterable<Uint8Array>): Sample {
  const held = new ValueColumns();
  const columns = new EventColumns(held);
  const record = new ScannedRecord();
  const hourMs = Date.UTC(2026, 0, 2, 3);
  let gzipBytes = 0;
  for (const file of files) {
    const batch = new RecordScanner().push(gunzipSync(file), true);
    const before = columns.rowCount;
    record.useBatch(batch);
    for (let i = 0; i < batch.count && columns.rowCount < ROWS; i++) {
      record.moveTo(i);
      const text = record.isObject ? record.string("eventTime") : null;
      const timeMs = text === null ? null : parseEventTime(text);
      if (timeMs === null) continue;
      // All into one hour, as merging takes them.
      columns.append(
        record,
        hourMs + timeMs % HOUR_MS,
        `s3://trail/${file.length}.json.gz`,
      );
    }
    if (batch.count > 0) gzipBytes += file.length * (columns.rowCount - before) / batch.count;
    if (columns.rowCount >= ROWS) break;
  }
  const unsorted = held.values;
  const times = unsorted[0] as number[];
  const order = times.map((_, row) => row).sort((a, b) => times[a] - times[b]);
  const values = unsorted.map((column) => order.map((row) => column[row]));
  return { name, values, rowCount: order.length, gzipBytes, hourMs };
}

function* generatedFiles(): Generator<Uint8Array> {
  for (const { kind, bytes } of planTrail({ seed: 1, events: ROWS * 2 }).objects()) {
    if (kind === "log") yield bytes;
  }
}

function* realFiles(folder: string): Generator<Uint8Array> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* realFiles(`${folder}/${name}`);
    else if (name.endsWith(".json.gz")) yield Deno.readFileSync(`${folder}/${name}`);
  }
}

function encode({ values, rowCount }: Sample, from = 0, to = rowCount): Uint8Array {
  const writer = new TableWriter(EVENT_COLUMNS);
  for (let start = from; start < to; start += LIMITS.rowGroupRowsMax) {
    const end = Math.min(start + LIMITS.rowGroupRowsMax, to);
    writer.writeRowGroup(values.map((column) => column.slice(start, end)), end - start);
  }
  return writer.finish();
}

const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
const connection = await instance.connect();
const folder = await Deno.makeTempDir();

async function measure(sample: Sample): Promise<void> {
  const { rowCount, hourMs } = sample;
  const file = encode(sample);
  const path = `${folder}/ours.parquet`;
  await Deno.writeFile(path, file);
  await connection.run(
    `CREATE OR REPLACE TABLE rows AS SELECT * FROM read_parquet('${path}') ORDER BY event_time`,
  );
  const theirs = `${folder}/theirs.parquet`;
  const copy = (level: number) =>
    connection.run(
      `COPY rows TO '${theirs}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL ${level}, ROW_GROUP_SIZE ${LIMITS.rowGroupRowsMax})`,
    );
  const third = Math.floor(rowCount / 3);
  const parts = [0, third, 2 * third].map((from) => encode(sample, from, from + third));
  const steps: Record<string, () => unknown> = {
    "encode": () => encode(sample),
    "DuckDB COPY, zstd 1": () => copy(1),
    "DuckDB COPY, zstd 3": () => copy(3),
    "read all columns": () => readTable(file),
    "merge one part that is sorted": () =>
      mergeHour({ hourMs, parts: [{ file, rowStart: 0, rowCount }], existing: [] }),
    "merge a third into two thirds": () =>
      mergeHour({
        hourMs,
        parts: [{ file: parts[2], rowStart: 0, rowCount: third }],
        existing: parts.slice(0, 2),
      }),
    "DuckDB: the same by UNION, DISTINCT ON id and COPY": () => {
      const files = parts.map((bytes, i) => {
        Deno.writeFileSync(`${folder}/part-${i}.parquet`, bytes);
        return `'${folder}/part-${i}.parquet'`;
      });
      return connection.run(
        `COPY (SELECT DISTINCT ON (event_id) * FROM read_parquet([${files}]) ORDER BY event_time, event_id)
         TO '${theirs}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`,
      );
    },
  };
  const seconds = new Map(Object.keys(steps).map((name) => [name, [] as number[]]));
  const sizes = new Map<string, number>([["encode", file.length]]);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, step] of Object.entries(steps)) {
      const before = cpuUsage();
      await step();
      const { user, system } = cpuUsage(before);
      // The first round warms up.
      if (round > 0) seconds.get(name)!.push((user + system) / 1e6);
      if (name.startsWith("DuckDB COPY")) sizes.set(name, Deno.statSync(theirs).size);
    }
  }
  console.log(
    `\n${sample.name}: ${rowCount} rows, gzip source ${
      (sample.gzipBytes / rowCount).toFixed(0)
    } B/event`,
  );
  const base = rowCount / median(seconds.get("DuckDB COPY, zstd 1")!);
  for (const [name, list] of seconds) {
    const rate = rowCount / median(list);
    const size = sizes.get(name);
    console.log(
      `${name.padEnd(52)} ${rate.toFixed(0).padStart(9)} rows/s ${
        (rate / base).toFixed(2).padStart(6)
      } ${size === undefined ? "" : `${(size / rowCount).toFixed(0)} B/event`}`,
    );
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

try {
  await measure(sampleOf("generated events", generatedFiles()));
  const corpus = new URL("../../shared/corpus/trail", import.meta.url).pathname;
  const isThere = await Deno.stat(corpus).then(() => true, () => false);
  if (isThere) await measure(sampleOf("real logs", realFiles(corpus)));
} finally {
  connection.closeSync();
  instance.closeSync();
  await Deno.remove(folder, { recursive: true });
}
