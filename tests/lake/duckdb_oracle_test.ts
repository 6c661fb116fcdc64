import { assertEquals, assertRejects } from "@std/assert";
import { parquetMetadata } from "hyparquet";
import { type Dataset, lakeFilePath } from "../../core/lake_paths.ts";
import { ACTIVITY_COLUMNS, type Column, EVENT_COLUMNS, TableWriter } from "../../parquet/mod.ts";
import { randomValue, seeded } from "../../parquet/testing.ts";
import { runQuery } from "../../lake/mod.ts";

const SQL_TYPES: Record<Column["type"], string> = {
  timestamp: "TIMESTAMP WITH TIME ZONE",
  string: "VARCHAR",
  json: "VARCHAR",
  bool: "BOOLEAN",
  int64: "BIGINT",
};

const ROWS = 700;
const ROW_GROUP_ROWS = 300;

async function ask(lake: string, sql: string): Promise<Record<string, unknown>[]> {
  let text = "";
  const write = (piece: string) => void (text += piece);
  await runQuery({ lakeUrl: `file://${lake}`, sql, format: "json", env: {}, width: 80, write });
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

function isText({ type }: Column): boolean {
  return type === "string" || type === "json";
}

function hexOf(text: string): string {
  return new TextEncoder().encode(text).toHex().toUpperCase();
}

function randomValues(columns: readonly Column[]): unknown[][] {
  const random = seeded();
  return columns.map((column) => Array.from({ length: ROWS }, () => randomValue(column, random)));
}

function fileOf(columns: readonly Column[], values: readonly (readonly unknown[])[]): Uint8Array {
  const writer = new TableWriter(columns);
  for (let start = 0; start < ROWS; start += ROW_GROUP_ROWS) {
    const group = values.map((list) => list.slice(start, start + ROW_GROUP_ROWS));
    writer.writeRowGroup(group, group[0].length);
  }
  return writer.finish();
}

async function withLake(
  dataset: Dataset,
  file: Uint8Array,
  check: (lake: string) => Promise<void>,
): Promise<void> {
  const lake = await Deno.makeTempDir();
  try {
    const path = `${lake}/${
      lakeFilePath({ dataset, format: "parquet", period: "hour", startMs: 0, index: 0 })
    }`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, file);
    await check(lake);
  } finally {
    await Deno.remove(lake, { recursive: true });
  }
}

const TABLES: readonly (readonly [Dataset, readonly Column[]])[] = [
  ["events", EVENT_COLUMNS],
  ["activity", ACTIVITY_COLUMNS],
];

for (const [dataset, columns] of TABLES) {
  Deno.test(`DuckDB reads the types and values of ${dataset} as they were written`, async () => {
    const values = randomValues(columns);
    await withLake(dataset, fileOf(columns, values), async (lake) => {
      assertEquals(
        await ask(lake, `SELECT column_name, column_type FROM (DESCRIBE ${dataset})`),
        columns.map(({ name, type }) => ({ column_name: name, column_type: SQL_TYPES[type] })),
      );
      // As bytes, since DuckDB's JavaScript client drops a byte order mark at the start of a string.
      const list = columns.map((column) =>
        column.type === "timestamp"
          ? `epoch_ms(${column.name}) AS ${column.name}`
          : isText(column)
          ? `hex(encode(${column.name})) AS ${column.name}`
          : column.name
      );
      const rows = await ask(lake, `SELECT ${list.join(", ")} FROM ${dataset}`);
      assertEquals(rows.length, ROWS);
      for (const [c, { name }] of columns.entries()) {
        const wanted = values[c].map((value) => typeof value === "string" ? hexOf(value) : value);
        assertEquals(rows.map((row) => row[name]), wanted, name);
      }
    });
  });

  Deno.test(`DuckDB passes over no row group of ${dataset} that holds what is asked for`, async () => {
    const values = randomValues(columns);
    await withLake(dataset, fileOf(columns, values), async (lake) => {
      const counts: string[] = [];
      const wanted: Record<string, number> = {};
      for (const [c, column] of columns.entries()) {
        if (!isText(column)) continue;
        for (const value of new Set(values[c].slice(-5))) {
          if (value === null) continue;
          const name = `n${counts.length}`;
          const literal = `decode(unhex('${hexOf(value as string)}'))`;
          counts.push(
            `(SELECT count(*) FROM ${dataset} WHERE ${column.name} = ${literal}) AS ${name}`,
          );
          wanted[name] = values[c].filter((v) => v === value).length;
        }
      }
      assertEquals(await ask(lake, `SELECT ${counts.join(", ")}`), [wanted]);
    });
  });
}

Deno.test("DuckDB passes over row groups by their bounds, those that are cut too", async () => {
  const values = randomValues(EVENT_COLUMNS);
  const group = (row: number) => Math.floor(row / ROW_GROUP_ROWS);
  const set = (name: string, value: (row: number) => unknown) =>
    values[EVENT_COLUMNS.findIndex((column) => column.name === name)] = Array.from(
      { length: ROWS },
      (_, row) => value(row),
    );
  set("event_time", (row) => row * 1000);
  set("event_id", (row) => `a common beginning ${row}`);
  set("source_ip_address", (row) => `10.0.${group(row)}.${row % 7}`);
  set("user_arn", (row) => `${group(row)}: a long name with an end that is cut off ${row}`);
  const file = fileOf(EVENT_COLUMNS, values);
  // Nothing but the second row group can be read.
  for (const [g, { columns }] of parquetMetadata(file.slice().buffer).row_groups.entries()) {
    const { data_page_offset, dictionary_page_offset } = columns[0].meta_data!;
    const start = Number(dictionary_page_offset ?? data_page_offset);
    const bytes = columns.reduce((sum, c) => sum + Number(c.meta_data!.total_compressed_size), 0);
    if (g !== 1) file.fill(0xff, start, start + bytes);
  }
  await withLake("events", file, async (lake) => {
    const count = (where: string) =>
      ask(lake, `SELECT count(DISTINCT event_id) AS n FROM events WHERE ${where}`);
    const second = [{ n: ROW_GROUP_ROWS }];
    const instant = (row: number) => `to_timestamp(${row})`;
    assertEquals(
      await count(`event_time >= ${instant(300)} AND event_time < ${instant(600)}`),
      second,
    );
    for (
      const where of [
        "source_ip_address = '10.0.1.3'",
        "user_arn = '1: a long name with an end that is cut off 333'",
      ]
    ) {
      const [{ n }] = await count(where);
      assertEquals(Number(n) > 0, true, where);
    }
    await assertRejects(() => count("event_version IS NOT NULL"));
  });
});
