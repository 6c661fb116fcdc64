/**
 * DuckDB's `COPY … TO parquet` of every file of a folder with two threads and zstd, into one file:
 * `duckdb_copy.ts FOLDER OUT`. Nested fields are JSON text, as in the lake. Prints a Measured as JSON.
 */
import { DuckDBInstance } from "@duckdb/node-api";
import { EVENT_COLUMNS } from "../../parquet/mod.ts";
import { UsageWatch } from "./measured.ts";

const [folder, out] = Deno.args;
const THREADS = "2";

/** CloudTrail's top-level fields that the lake has columns for, as types of DuckDB. */
const fields = EVENT_COLUMNS.filter(({ field }) => field !== null).map(({ field, type }) => {
  const duckType = type === "json"
    ? "JSON"
    : type === "bool"
    ? "BOOLEAN"
    : type === "timestamp"
    ? "TIMESTAMP"
    : "VARCHAR";
  return `"${field}" ${duckType}`;
});

const instance = await DuckDBInstance.create(":memory:", { threads: THREADS });
const connection = await instance.connect();
await connection.run("SET preserve_insertion_order = false");
using watch = new UsageWatch();
const startedAt = performance.now();
await connection.run(`
  COPY (
    SELECT unnest(record) FROM (
      SELECT unnest("Records") AS record FROM read_json(
        '${folder.replaceAll("'", "''")}/**/*.json.gz', format = 'unstructured',
        maximum_object_size = 1073741824, columns = {Records: 'STRUCT(${fields.join(", ")})[]'}
      )
    )
  ) TO '${out.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`);
const milliseconds = performance.now() - startedAt;
const count = await connection.runAndReadAll(
  `SELECT count(*)::INTEGER FROM read_parquet('${out.replaceAll("'", "''")}')`,
);
watch.print({ events: Number(count.getRows()[0][0]), milliseconds });
