import { assertEquals } from "@std/assert";
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

async function withLake(
  dataset: Dataset,
  columns: readonly Column[],
  check: (lake: string, values: readonly (readonly unknown[])[]) => Promise<void>,
): Promise<void> {
  const random = seeded();
  const values = columns.map((column) =>
    Array.from({ length: ROWS }, () => randomValue(column, random))
  );
  const writer = new TableWriter(columns);
  for (let start = 0; start < ROWS; start += ROW_GROUP_ROWS) {
    const group = values.map((list) => list.slice(start, start + ROW_GROUP_ROWS));
    writer.writeRowGroup(group, group[0].length);
  }
  const lake = await Deno.makeTempDir();
  try {
    const path = `${lake}/${
      lakeFilePath({ dataset, format: "parquet", period: "hour", startMs: 0, index: 0 })
    }`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, writer.finish());
    await check(lake, values);
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
    await withLake(dataset, columns, async (lake, values) => {
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
    await withLake(dataset, columns, async (lake, values) => {
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
