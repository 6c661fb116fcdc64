/** What `lake ddl` prints, against the files that the lake writes. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetMetadata } from "hyparquet";
import { athenaDdl } from "../../athena/mod.ts";
import { DAY_MS, HOUR_MS } from "../../core/hours.ts";
import type { Dataset, LakePeriod } from "../../core/lake_paths.ts";
import { runProgram } from "../support/program.ts";
import { ask } from "./ask.ts";
import { lakeFiles, rowsAt, writeFiles } from "./lake_folder.ts";

const LAKE = "s3://my-lake/trail sieve/";
const T = Date.UTC(2025, 11, 31, 22, 30);
const DATASETS: readonly Dataset[] = ["events", "activity"];

/** Hours and days around midnight, the new year and a leap day. */
const TIMES = [
  T,
  T + HOUR_MS,
  T + 2 * HOUR_MS,
  Date.UTC(2028, 1, 29, 23, 59),
  Date.UTC(2028, 2, 1),
];

const statements = (period: LakePeriod) =>
  athenaDdl({ lakeUrl: LAKE, database: "audit", period, sinceMs: Date.UTC(2025, 11, 1) });

function tableOf(dataset: Dataset, period: LakePeriod): string {
  return statements(period).find((sql) =>
    sql.includes(`TABLE IF NOT EXISTS \`audit\`.\`${dataset}\``)
  )!;
}

function properties(sql: string): Map<string, string> {
  const [, list] = /TBLPROPERTIES \(([^)]*)\)$/.exec(sql)!;
  return new Map(
    [...list.matchAll(/'([^']*)' = '([^']*)'/g)].map(([, name, value]) => [name, value]),
  );
}

/** Every location that the table projects, as Athena's user guide has it for the type `date`. */
function projectedLocations(sql: string, nowMs: number): Map<string, number> {
  const [, column] = /PARTITIONED BY \(`(\w+)` string\)/.exec(sql)!;
  const all = properties(sql);
  const of = (name: string) => all.get(`projection.${column}.${name}`)!;
  assertEquals([all.get("projection.enabled"), of("type"), of("interval")], ["true", "date", "1"]);
  const render = (ms: number) => {
    const at = new Date(ms).toISOString();
    return of("format").replace("yyyy", at.slice(0, 4)).replace("MM", at.slice(5, 7))
      .replace("dd", at.slice(8, 10)).replace("HH", at.slice(11, 13));
  };
  const [first, last] = of("range").split(",");
  assertEquals(last, "NOW");
  const [year, month, day, hour = 0] = first.split("/").map(Number);
  const firstMs = Date.UTC(year, month - 1, day, hour);
  assertEquals(render(firstMs), first, "the range's start is not in the format");
  const unit = { HOURS: HOUR_MS, DAYS: DAY_MS }[of("interval.unit")]!;
  const template = all.get("storage.location.template")!;
  assertEquals(template.split(`\${${column}}`).length, 2);
  const locations = new Map<string, number>();
  for (let ms = firstMs; ms <= nowMs; ms += unit) {
    locations.set(template.replace(`\${${column}}`, render(ms)), ms);
  }
  return locations;
}

for (const period of ["hour", "day"] as const) {
  Deno.test(`the projection by ${period} names the folders that are written, each once`, async () => {
    const files = await lakeFiles(rowsAt("e", TIMES), { period, format: "parquet" });
    for (const dataset of DATASETS) {
      const sql = tableOf(dataset, period);
      const locations = projectedLocations(sql, Date.UTC(2028, 2, 2));
      const keys = [...files.keys()].filter((path) => path.startsWith(`${dataset}/`));
      assertEquals(keys.length, period === "hour" ? 5 : 4);
      const used = new Set<string>();
      for (const key of keys) {
        const folder = `${LAKE}${key.slice(0, key.lastIndexOf("/") + 1)}`;
        assert(locations.has(folder), `${folder} is not projected`);
        // No other location contains it, though Athena reads what lies deeper too.
        const holders = [...locations.keys()].filter((location) => folder.startsWith(location));
        assertEquals(holders, [folder]);
        used.add(folder);
      }
      const startOf = (ms: number) => Math.floor(ms / (period === "hour" ? HOUR_MS : DAY_MS));
      assertEquals(
        new Set([...used].map((folder) => startOf(locations.get(folder)!))),
        new Set(TIMES.map(startOf)),
      );
      assertStringIncludes(sql, `LOCATION '${LAKE}${dataset}/'`);
    }
  });
}

Deno.test("partitions of days hold the files of hours too", async () => {
  const files = await lakeFiles(rowsAt("e", TIMES), { period: "hour", format: "parquet" });
  const locations = [...projectedLocations(tableOf("events", "day"), Date.UTC(2028, 2, 2)).keys()];
  for (const key of files.keys()) {
    if (!key.startsWith("events/")) continue;
    const holders = locations.filter((location) => `${LAKE}${key}`.startsWith(location));
    assertEquals(holders.length, 1, key);
  }
});

/** Athena's type of a Parquet column (user guide, "Data types in Amazon Athena"). */
function athenaType(element: { type?: string; converted_type?: string }): string | undefined {
  const { type, converted_type: converted } = element;
  if (type === "INT64" && converted === "TIMESTAMP_MILLIS") return "timestamp";
  if (type === "INT64" && converted === undefined) return "bigint";
  if (type === "BYTE_ARRAY" && converted === "UTF8") return "string";
  if (type === "BOOLEAN") return "boolean";
}

Deno.test("the tables' columns and types are those of the files", async () => {
  const files = await lakeFiles(rowsAt("e", TIMES), { period: "hour", format: "parquet" });
  for (const [path, bytes] of files) {
    const [dataset] = path.split("/") as [Dataset];
    const { schema } = parquetMetadata(bytes.slice().buffer as ArrayBuffer);
    const [, list] = /`\.`\w+` \(\n([^)]*)\n\)\nPARTITIONED/.exec(tableOf(dataset, "hour"))!;
    assertEquals(
      list.split(",\n").map((line) => line.trim()),
      schema.slice(1).map((element) => `\`${element.name}\` ${athenaType(element)}`),
    );
  }
});

Deno.test("Athena's view gives what the view of query gives", async () => {
  const rows = rowsAt("e", TIMES.flatMap((ms) => [ms, ms + 1000, ms + 2000])).map((row, i) => ({
    ...row,
    request_parameters: [
      '{"versionId":"v","prefix":"p/","x-amz-copy-source":"b/k","x-amz-acl":"private"}',
      '{"versionId":null,"prefix":{"a":1}}',
      null,
    ][i % 3],
    additional_event_data:
      '{"bytesTransferredIn":12.0,"bytesTransferredOut":123456789012.0,"AuthenticationMethod":"AuthHeader","SSEApplied":"SSE_S3"}',
  }));
  const folder = await Deno.makeTempDir({ prefix: "trailsieve-athena-" });
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await writeFiles(folder, await lakeFiles(rows, { period: "hour", format: "parquet" }));
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run("CREATE SCHEMA audit");
    // Trino's function, of whose paths DuckDB spells the bracketed ones otherwise.
    await connection.run(
      `CREATE MACRO json_extract_scalar(text, path) AS
         json_extract_string(text, regexp_replace(path, '\\["([^"]*)"\\]', '."\\1"'))`,
    );
    await connection.run(
      `CREATE VIEW audit.events AS SELECT *, 'h' AS event_hour FROM read_parquet('${folder}/events/**/*.parquet')`,
    );
    const [, , , view] = statements("hour");
    assert(
      view.startsWith('CREATE OR REPLACE VIEW "audit"."cloudtrail_s3_events_flattened" AS\nSELECT'),
    );
    await connection.run(view);
    const sql = (name: string) => `SELECT to_json(v) AS j FROM ${name} v ORDER BY "eventID"`;
    const reader = await connection.runAndReadAll(
      sql("(SELECT * EXCLUDE (event_hour) FROM audit.cloudtrail_s3_events_flattened)"),
    );
    const ours = await ask(folder, sql("cloudtrail_s3_events_flattened"));
    assert(ours.length > 5);
    assertEquals(reader.getRows().map(([j]) => j), ours.map(({ j }) => j));
    assertStringIncludes(String(ours[0].j), '"copy_source":"b/k"');
    assertStringIncludes(String(ours[0].j), '"bytes_out":123456789012');
  } finally {
    connection.closeSync();
    instance.closeSync();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("lake ddl prints statement by statement, and refuses what Athena would misread", async () => {
  const run = (...args: string[]) => runProgram(["lake", "ddl", ...args], { cwd: Deno.cwd() });
  const printed = await run("--lake", LAKE, "--athena-database", "audit", "--since", "2025-12-01");
  assertEquals([printed.code, printed.stderr], [0, ""]);
  assertEquals(printed.stdout, statements("hour").map((sql) => `${sql};\n`).join("\n"));
  for (
    const args of [
      ["--lake", "file:./lake"],
      ["--lake", "none"],
      ["--lake", "s3://b/it's/"],
      ["--lake", "s3://b/$" + "{x}/"],
      ["--lake", LAKE, "--athena-database", "Audit-1"],
      ["--lake", LAKE, "--lake-cadence", "weekly"],
    ]
  ) {
    const end = await run(...args);
    assertEquals([end.code, end.stdout], [2, ""], args.join(" "));
  }
});
