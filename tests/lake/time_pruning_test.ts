/** A query opens the files whose hours its filters leave, and answers as if it had opened all. */
import { assert, assertEquals } from "@std/assert";
import { DuckDBInstance } from "@duckdb/node-api";
import { HOUR_MS } from "../../core/hours.ts";
import { type QuerySummary, runQuery } from "../../lake/mod.ts";
import { seeded } from "../../parquet/testing.ts";
import { lakeFiles, rowsAt, writeFiles } from "./lake_folder.ts";

const DAY = Date.UTC(2026, 0, 2);
const minutes = (startMs: number, count: number) =>
  Array.from({ length: count }, (_, i) => startMs + i * 60_000 + i);

/** A lake of one day by hours, one day as a whole, and one day of JSON lines; 51 files in all. */
async function mixedLake(): Promise<{ folder: string; files: Map<string, Uint8Array> }> {
  const day = (n: number) => DAY + n * 24 * HOUR_MS;
  const hourly = await lakeFiles(rowsAt("h", minutes(day(0), 24 * 60)), {
    period: "hour",
    format: "parquet",
  });
  const daily = await lakeFiles(rowsAt("d", minutes(day(1), 24 * 60)), {
    period: "day",
    format: "parquet",
  });
  const lines = await lakeFiles(rowsAt("j", minutes(day(2), 60)), {
    period: "hour",
    format: "jsonl",
  });
  const files = new Map([...hourly, ...daily, ...lines]);
  const folder = await Deno.makeTempDir({ prefix: "trailsieve-prune-" });
  await writeFiles(folder, files);
  return { folder, files };
}

async function ask(folder: string, sql: string): Promise<{ text: string; summary: QuerySummary }> {
  let text = "";
  const write = (piece: string) => void (text += piece);
  const lakeUrl = `file://${folder}/`;
  const summary = await runQuery({ lakeUrl, sql, format: "csv", env: {}, width: 80, write });
  return { text, summary };
}

const COUNT = "SELECT count(*) AS n, min(event_id) AS a, max(event_id) AS z FROM events";

Deno.test("a query by event_time opens the files of those hours alone", async () => {
  const { folder, files } = await mixedLake();
  try {
    // Filters, the hours and days that may be opened, and what they find.
    const cases: readonly (readonly [string, readonly string[], number])[] = [
      [
        "event_time BETWEEN '2026-01-02 03:10:00' AND '2026-01-02 04:10:00'",
        ["02T03", "02T04"],
        60,
      ],
      ["event_time = '2026-01-02 05:00:00.300'", ["02T05"], 1],
      ["event_time >= '2026-01-02 22:30:00Z' AND event_time < DATE '2026-01-03'", [
        "02T22",
        "02T23",
      ], 90],
      ["date_trunc('hour', event_time) = '2026-01-02 07:00:00'", ["02T07"], 60],
      [
        "event_time < '2026-01-02 00:30:00' OR event_time >= '2026-01-04 00:30:00'",
        ["02T00", "04T00"],
        60,
      ],
      ["event_time IN ('2026-01-02 01:00:00.060', '2026-01-03 23:00:01.380')", ["02T01", "03"], 2],
      ["event_time > '2026-01-05'", [], 0],
      [
        "event_time > TIMESTAMPTZ '2026-01-03 12:00:00+00' - INTERVAL 11 HOUR " +
        "AND event_time <= '2026-01-03 02:00:00'",
        ["03"],
        60,
      ],
    ];
    // Every other file is damaged: whoever opens one fails.
    for (const [where, names, rows] of cases) {
      const kept = (path: string) =>
        path.startsWith("events/") && names.some((name) => path.includes(`-2026-01-${name}`));
      for (const [path, bytes] of files) {
        await Deno.writeFile(`${folder}/${path}`, kept(path) ? bytes : new Uint8Array(64));
      }
      const { text, summary } = await ask(folder, `${COUNT} WHERE ${where}`);
      assertEquals(Number(text.split("\n")[1].split(",")[0]), rows, where);
      assertEquals(summary.filesRead, names.length, where);
      assertEquals(summary.filesListed, 26);
      assertEquals(summary.seenUntilMs, Date.UTC(2026, 0, 4, 1));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the S3 view, activity and nested queries are narrowed alike", async () => {
  const { folder } = await mixedLake();
  try {
    const within = (column: string) =>
      `${column} >= '2026-01-02 03:00:00' AND ${column} < '2026-01-02 05:00:00'`;
    const cases: readonly (readonly [string, number])[] = [
      [`SELECT * FROM cloudtrail_s3_events_flattened WHERE ${within('"eventTime"')}`, 2],
      [`SELECT * FROM activity WHERE ${within("first_event_time")}`, 2],
      [`SELECT * FROM activity WHERE ${within("last_event_time")} ORDER BY event_count LIMIT 1`, 2],
      [
        `WITH e AS (FROM events WHERE ${
          within("event_time")
        }) SELECT * FROM e a JOIN e b USING (event_id)`,
        2,
      ],
      [`SELECT * FROM events WHERE ${within("event_time")} ORDER BY event_time DESC LIMIT 5`, 2],
      // Two readings, of which one needs everything.
      [`${COUNT} WHERE ${within("event_time")} AND (SELECT count(*) FROM events) > 0`, 26],
      // Each of two readings adds its hours.
      [
        `SELECT * FROM events a, events b WHERE ${
          within("a.event_time")
        } AND b.event_time < '2026-01-02 00:10:00'`,
        3,
      ],
      // What no filter of the scan says is no reason to leave a file out.
      [`${COUNT} WHERE epoch_ms(event_time) = ${DAY}`, 26],
      ["SELECT count(*) FROM events", 26],
      ["SELECT 1", 0],
      ["DESCRIBE events", 0],
    ];
    for (const [sql, filesRead] of cases) {
      const { summary } = await ask(folder, sql);
      assertEquals(summary.filesRead, filesRead, sql);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("random filters find what DuckDB finds in all files", async () => {
  const random = seeded();
  const { folder } = await mixedLake();
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run(
      `CREATE TABLE events AS SELECT event_time, event_id, event_name, error_code FROM read_parquet('${folder}/events/**/*.parquet')
       UNION ALL SELECT event_time, event_id, event_name, error_code FROM read_json('${folder}/events/**/*.jsonl.gz', columns =
       {event_time: 'TIMESTAMPTZ', event_id: 'VARCHAR', event_name: 'VARCHAR', error_code: 'VARCHAR'})`,
    );
    let pruned = 0;
    for (let round = 0; round < 60; round++) {
      const where = randomFilter(random, 3);
      const sql =
        `SELECT count(*) AS n, min(event_id) AS a, max(event_id) AS z FROM events WHERE ${where}`;
      const reader = await connection.runAndReadAll(sql);
      const [n, a, z] = reader.getRows()[0];
      const { text, summary } = await ask(folder, sql);
      assertEquals(text, `n,a,z\n${n},${a ?? ""},${z ?? ""}\n`, where);
      if (summary.filesRead < summary.filesListed) pruned++;
    }
    assert(pruned > 10, `only ${pruned} of 60 queries were narrowed`);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await Deno.remove(folder, { recursive: true });
  }
});

function randomFilter(random: () => number, depth: number): string {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)];
  const instant = () =>
    `'${new Date(DAY + Math.floor(random() * 60 * 60) * 60_000).toISOString()}'::TIMESTAMPTZ`;
  if (depth === 0 || random() < 0.3) {
    return pick([
      () => `event_time ${pick(["<", "<=", ">", ">=", "=", "<>"])} ${instant()}`,
      () => `event_time BETWEEN ${instant()} AND ${instant()}`,
      () => `event_time IN (${instant()}, ${instant()}, ${instant()})`,
      () => `event_name = 'PutObject'`,
      () => `error_code IS NULL`,
      () => `hour(event_time) = ${Math.floor(random() * 24)}`,
      () => `event_time::DATE = DATE '2026-01-0${2 + Math.floor(random() * 3)}'`,
    ])();
  }
  const [a, b] = [randomFilter(random, depth - 1), randomFilter(random, depth - 1)];
  return pick([`(${a} AND ${b})`, `(${a} OR ${b})`, `NOT (${a})`, `(${a} AND ${b})`]);
}
