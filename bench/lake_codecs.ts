/**
 * zstd against snappy, and Parquet against JSON lines: encodes the same rows again and again in each, in turns, and
 * prints the bytes of a row, and the rows that are written and read in a second, each the best of the rounds.
 *
 *   deno run -A bench/lake_codecs.ts FOLDER [rounds]
 *
 * FOLDER is a lake's `events/` of Parquet, such as `data/demo/lake/events` after the demo.
 */
import { gunzipSync } from "node:zlib";
// The lake has no use for snappy; the writer that its tests compare it with has one.
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import {
  type Codec,
  decodeJsonl,
  encodeChunk,
  encodeJsonl,
  EVENT_COLUMNS,
  readTable,
  TableWriter,
  ZSTD,
} from "../parquet/mod.ts";
import { walk } from "../tests/support/walk.ts";

const folder = Deno.args[0];
const rounds = Number(Deno.args[1] ?? 5);
const ROWS_MAX = 100_000;
const GROUP_ROWS = 50_000;

const values: unknown[][] = EVENT_COLUMNS.map(() => []);
for (const path of (await Array.fromAsync(walk(folder))).sort()) {
  if (!path.endsWith(".parquet") || values[0].length >= ROWS_MAX) continue;
  const table = await readTable(await Deno.readFile(path));
  table.values.forEach((column, i) => {
    for (const value of column) values[i].push(value);
  });
}
const rows = values[0].length;
if (rows === 0) throw new Error(`There is no Parquet in ${folder}`);

const SNAPPY: Codec = { name: "SNAPPY", compress: snappyCompress };

function encode(codec: Codec): Uint8Array {
  const writer = new TableWriter(EVENT_COLUMNS);
  for (let from = 0; from < rows; from += GROUP_ROWS) {
    const to = Math.min(rows, from + GROUP_ROWS);
    const chunks = EVENT_COLUMNS.map((column, i) =>
      encodeChunk(column, values[i].slice(from, to), codec)
    );
    writer.appendRowGroup(chunks, to - from);
  }
  return writer.finish();
}

interface Best {
  bytes: number;
  writeMs: number;
  readMs: number;
}

const best: Record<string, Best> = {};
async function measure(
  name: string,
  write: () => Uint8Array | Promise<Uint8Array>,
  read: (file: Uint8Array) => unknown,
): Promise<void> {
  const startedAt = performance.now();
  const file = await write();
  const writeMs = performance.now() - startedAt;
  const readAt = performance.now();
  await read(file);
  const readMs = performance.now() - readAt;
  const before = best[name] ?? { bytes: file.length, writeMs: Infinity, readMs: Infinity };
  best[name] = {
    bytes: file.length,
    writeMs: Math.min(before.writeMs, writeMs),
    readMs: Math.min(before.readMs, readMs),
  };
}

const parquet = encode(ZSTD);
for (let round = 0; round < rounds; round++) {
  await measure("Parquet, zstd 1", () => encode(ZSTD), (file) => readTable(file));
  await measure("Parquet, snappy", () => encode(SNAPPY), (file) => readTable(file));
  await measure(
    "JSON lines from Parquet",
    () => encodeJsonl(parquet, EVENT_COLUMNS),
    (file) => decodeJsonl(file, EVENT_COLUMNS),
  );
}
const plainBytes = gunzipSync(await encodeJsonl(parquet, EVENT_COLUMNS)).length;
console.log(`${rows} rows of ${Math.round(plainBytes / rows)} bytes as JSON, best of ${rounds}`);
for (const [name, { bytes, writeMs, readMs }] of Object.entries(best)) {
  const perSecond = (ms: number) => Math.round(rows / ms * 1000).toLocaleString("en-US");
  console.log(
    `${name.padEnd(24)} ${(bytes / rows).toFixed(1)} bytes/row  written ${
      perSecond(writeMs)
    } rows/s  ` +
      `read ${perSecond(readMs)} rows/s`,
  );
}
