import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TrailsieveError } from "../../core/errors.ts";
import { type Dataset, lakeFilePath } from "../../core/lake_paths.ts";
import {
  type QueryFormat,
  type QueryOptions,
  type QuerySummary,
  runQuery,
} from "../../lake/mod.ts";
import { encodeJsonl, EVENT_COLUMNS, type EventRow, mergeHour } from "../../parquet/mod.ts";
import { writeRows } from "../../parquet/testing.ts";

const HOUR_MS = Date.UTC(2026, 0, 2, 3);

const ROWS: readonly EventRow[] = [
  {
    event_time: HOUR_MS + 61_000,
    event_id: "e1",
    event_source: "s3.amazonaws.com",
    event_name: "GetObject",
    recipient_account_id: "000000000012",
    user_arn: "arn:aws:iam::000000000012:user/ann",
    user_agent: '=HYPERLINK("http://evil")',
    bucket_name: "b",
    object_key: "k\u001b[2J",
    request_parameters: '{"bucketName":"b","key":"k","versionId":"v1"}',
    additional_event_data: '{"bytesTransferredOut":1234.0}',
  },
  {
    event_time: HOUR_MS + 62_000,
    event_id: "e2",
    event_source: "s3.amazonaws.com",
    event_name: "PutObject",
    error_code: "",
    request_parameters: '{"versionId":"\\ud800"}',
  },
  { event_time: HOUR_MS + 63_500, event_id: "e3", event_source: "iam.amazonaws.com" },
];

const pathOf = (dataset: Dataset) =>
  lakeFilePath({ dataset, format: "parquet", period: "hour", startMs: HOUR_MS, index: 0 });

/** A lake of one hour below a folder whose name has everything that a glob or SQL would stumble on. */
async function withLake(check: (lakeUrl: string, folder: string) => Promise<void>): Promise<void> {
  const top = await Deno.makeTempDir();
  const folder = `${top}/a=b 'c' [d]*?`;
  try {
    const part = { file: writeRows(ROWS), rowStart: 0, rowCount: ROWS.length };
    const merged = await mergeHour({ hourMs: HOUR_MS, parts: [part], existing: [] });
    await put(`${folder}/${pathOf("events")}`, merged.events[0].bytes);
    await put(`${folder}/${pathOf("activity")}`, merged.activity.bytes);
    await put(`${folder}/_work/parts/p.parquet`, part.file);
    await check(`file://${encodeURI(folder).replaceAll("?", "%3F")}/`, folder);
  } finally {
    await Deno.remove(top, { recursive: true });
  }
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeFile(path, bytes);
}

async function query(
  lakeUrl: string,
  sql: string,
  format: QueryFormat = "json",
  options: Partial<QueryOptions> = {},
): Promise<{ text: string; summary: QuerySummary }> {
  let text = "";
  const write = (piece: string) => void (text += piece);
  const summary = await runQuery({ lakeUrl, sql, format, env: {}, width: 80, write, ...options });
  return { text, summary };
}

async function refusal(lakeUrl: string, sql: string): Promise<TrailsieveError> {
  return await assertRejects(() => query(lakeUrl, sql), TrailsieveError);
}

Deno.test("runQuery() sees each row of events and activity once, and nothing of _work", async () => {
  await withLake(async (lakeUrl) => {
    const sql =
      "SELECT (SELECT count(*) FROM events) AS e, (SELECT sum(event_count) FROM activity) AS a";
    const { text, summary } = await query(lakeUrl, sql);
    assertEquals(JSON.parse(text), { e: 3, a: 3 });
    assertEquals(summary, {
      rows: 1,
      seenUntilMs: HOUR_MS + 3_600_000,
      filesListed: 2,
      filesRead: 2,
      bytesFetched: 0,
    });
  });
});

Deno.test("runQuery() has typed, empty views while a lake is empty", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const types = await query(`file://${folder}`, "SELECT typeof(event_time) FROM events");
    assertEquals([types.text, types.summary.rows, types.summary.seenUntilMs], ["", 0, null]);
    const { text } = await query(`file://${folder}`, "DESCRIBE events", "csv");
    assertEquals(text.split("\n").length, EVENT_COLUMNS.length + 2);
    assertStringIncludes(text, "event_time,TIMESTAMP WITH TIME ZONE");
    const counts = await query(
      `file://${folder}`,
      "SELECT count(*), sum(event_count) FROM activity, cloudtrail_s3_events_flattened",
      "csv",
    );
    assertEquals(counts.text, "count_star(),sum(event_count)\n0,\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runQuery() gives JSON of a jsonl lake in the text that its lines have", async () => {
  await withLake(async (lakeUrl, folder) => {
    const request_parameters = String.raw`{"n":1.68E9,"m":-0,"s":"\u0026\ud800","s":[1.50]}`;
    const row = { ...ROWS[0], request_parameters, extra: '{"awsRegion":1e2}' };
    const path = lakeFilePath({
      dataset: "events",
      format: "jsonl",
      period: "hour",
      startMs: HOUR_MS + 3_600_000,
      index: 0,
    });
    await put(`${folder}/${path}`, await encodeJsonl(writeRows([row]), EVENT_COLUMNS));
    const { text } = await query(
      lakeUrl,
      "SELECT request_parameters, extra, tls_details, event_id FROM events WHERE extra IS NOT NULL",
    );
    const { tls_details, event_id, ...json } = JSON.parse(text);
    assertEquals(json, { request_parameters, extra: row.extra });
    assertEquals([tls_details, event_id], [null, "e1"]);
  });
});

Deno.test("runQuery() writes JSON lines with ISO instants, exact numbers and null", async () => {
  await withLake(async (lakeUrl) => {
    const { text } = await query(
      lakeUrl,
      "SELECT event_time, recipient_account_id, error_code, 12345678901234567890::HUGEINT AS n, " +
        "[event_time] AS l, {'a': NULL, 'b': 'x'} AS s FROM events ORDER BY event_id LIMIT 2",
    );
    assertEquals(
      text,
      '{"event_time":"2026-01-02T03:01:01Z","recipient_account_id":"000000000012","error_code":null,' +
        '"n":12345678901234567890,"l":["2026-01-02T03:01:01Z"],"s":{"a":null,"b":"x"}}\n' +
        '{"event_time":"2026-01-02T03:01:02Z","recipient_account_id":null,"error_code":"",' +
        '"n":12345678901234567890,"l":["2026-01-02T03:01:02Z"],"s":{"a":null,"b":"x"}}\n',
    );
    const fraction = await query(lakeUrl, "SELECT max(event_time) AS t FROM events", "csv");
    assertEquals(fraction.text, "t\n2026-01-02T03:01:03.500Z\n");
  });
});

Deno.test("runQuery() writes CSV that no spreadsheet runs and that tells null from empty", async () => {
  await withLake(async (lakeUrl) => {
    const sql = "SELECT user_agent, error_code, -1 AS n FROM events ORDER BY event_id";
    const { text } = await query(lakeUrl, sql, "csv");
    assertEquals(
      text,
      'user_agent,error_code,n\n"\'=HYPERLINK(""http://evil"")",,-1\n,"",-1\n,,-1\n',
    );
  });
});

Deno.test("runQuery() fits tables to the terminal and lets no field steer it", async () => {
  await withLake(async (lakeUrl) => {
    for (const width of [40, 80, 200]) {
      for (const columns of ["event_id, object_key, user_agent, user_arn", "*"]) {
        const sql = `SELECT ${columns} FROM events ORDER BY event_id`;
        const { text } = await query(lakeUrl, sql, "table", { width });
        assert(text.split("\n").every((line) => line.length <= width), text);
        assert(!text.includes("\u001b"));
        assertStringIncludes(text, "(3 rows)");
      }
    }
    const { text } = await query(lakeUrl, "SELECT object_key, 7 AS n FROM events", "table");
    assertStringIncludes(text, "k\\u001b[2J  7\n");
  });
});

Deno.test("runQuery() flattens S3 events, whatever their JSON holds", async () => {
  await withLake(async (lakeUrl) => {
    const { text } = await query(
      lakeUrl,
      "SELECT eventName, bucket_name, version_id, bytes_out FROM cloudtrail_s3_events_flattened " +
        "ORDER BY eventTime",
      "csv",
    );
    assertEquals(
      text,
      "eventName,bucket_name,version_id,bytes_out\nGetObject,b,v1,1234\nPutObject,,,\n",
    );
  });
});

Deno.test("runQuery() runs nothing but one SELECT", async () => {
  await withLake(async (lakeUrl, folder) => {
    const path = `${folder}/stolen`.replaceAll("'", "''");
    for (
      const sql of [
        `COPY (SELECT 1) TO '${path}'`,
        `EXPLAIN ANALYZE COPY (SELECT 1) TO '${path}'`,
        `ATTACH '${path}'`,
        `EXPORT DATABASE '${path}'`,
        `SELECT 1; COPY (SELECT 1) TO '${path}'`,
        "CREATE TABLE t (a INT)",
        "DROP VIEW events",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 1",
        "CALL pragma_version()",
      ]
    ) {
      const error = await refusal(lakeUrl, sql);
      assertEquals(error.code, "usage");
      assertStringIncludes(error.message, "not one SELECT");
    }
    const nested = await refusal(lakeUrl, `FROM query('COPY (SELECT 1) TO ''x''')`);
    assertStringIncludes(nested.message, "Expected a single SELECT statement");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "_work",
      "activity",
      "events",
    ]);
    for (const sql of ["", "  ;; -- nothing\n /* at all */ "]) {
      assertStringIncludes((await refusal(lakeUrl, sql)).message, "it is empty");
    }
    assertEquals((await query(lakeUrl, "SELECT 1 AS a; -- done")).text, '{"a":1}\n');
  });
});

Deno.test("runQuery() reads no file but the lake's", async () => {
  await withLake(async (lakeUrl, folder) => {
    const secret = `${folder}/../secret.csv`;
    await Deno.writeTextFile(secret, "a\n1\n");
    for (const path of [secret, `${folder}/events/../../secret.csv`, "/etc/passwd"]) {
      const quoted = `'${path.replaceAll("'", "''")}'`;
      for (const source of [`read_text(${quoted})`, `read_csv(${quoted})`, `glob(${quoted})`]) {
        const error = await refusal(lakeUrl, `SELECT * FROM ${source}`);
        assertEquals(error.code, "usage", error.message);
        assertStringIncludes(error.message, "Permission Error");
      }
    }
  });
});

Deno.test("runQuery() gives DuckDB's sentence on wrong SQL", async () => {
  await withLake(async (lakeUrl) => {
    for (
      const [sql, words] of [["SELCT 1", "syntax error"], ["SELECT nobody FROM events", "nobody"]]
    ) {
      const error = await refusal(lakeUrl, sql);
      assertEquals(error.code, "usage");
      assertStringIncludes(error.message, words);
    }
  });
});

Deno.test("runQuery() says what is wrong with a lake that cannot be read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assertEquals((await refusal(`file://${folder}/none`, "SELECT 1")).code, "missing");
    assertEquals((await refusal("https://x/", "SELECT 1")).code, "usage");
    await put(`${folder}/${pathOf("events")}`, new Uint8Array(500));
    const error = await refusal(`file://${folder}`, "SELECT 1 FROM events");
    assertEquals(error.code, "corrupt");
    assertStringIncludes(error.message, "events-2026-01-02T03-00-00.parquet");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runQuery() stops on abort", async () => {
  await withLake(async (lakeUrl) => {
    const endless = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b";
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new Error("enough")), 100);
    const { signal } = controller;
    await assertRejects(() => query(lakeUrl, endless, "csv", { signal }), Error, "enough");
    clearTimeout(timer);
    await assertRejects(() => query(lakeUrl, "SELECT 1", "csv", { signal }), Error, "enough");
  });
});
