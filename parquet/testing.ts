/** Random rows for this room's tests: everything that CloudTrail, or an attacker, can put into a field. */
import { type Column, EVENT_COLUMNS } from "./columns.ts";
import { TableWriter } from "./encode.ts";
import { readTable, type TableFile } from "./read.ts";
import type { EventRow } from "./record.ts";

/** A generator of numbers in [0, 1); a seed that is not given is printed, so that a failure can be repeated. */
export function seeded(seed?: number): () => number {
  let state = seed ?? Math.floor(Math.random() * 2 ** 31);
  if (seed === undefined) console.log(`seed ${state}`);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const STRINGS = [
  "",
  " ",
  "123456789012",
  "\u0000",
  "a\u0000b",
  "\uFEFFmark",
  "é",
  "\u{1F600}",
  "\uFFFD",
  '"quoted\\"',
  "line\nbreak",
  "=cmd()",
  "null",
  "x".repeat(5000),
];

const JSON_TEXTS = [
  "null",
  "{}",
  "[]",
  '""',
  '"AROA"',
  "0.0",
  "12345678901234567890",
  '{"a":{"b":[1,2,{"c":null}]}}',
  '"\\ud800"',
  '{"k":1,"k":2}',
  '{"\u{1F600}":"\\u0000"}',
];

const INSTANTS = [
  0,
  -1000,
  Date.UTC(1969, 6, 20),
  -62_167_219_200_000,
  253_402_300_799_000,
  1_700_000_000_123,
];

/** A random value of the column. */
export function randomValue(column: Column, random: () => number): unknown {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)];
  if (!column.required && random() < 0.3) return null;
  switch (column.type) {
    case "timestamp":
      return random() < 0.2
        ? pick(INSTANTS)
        : 1_700_000_000_000 + Math.floor(random() * 1e7) * 1000;
    case "int64":
      return Math.floor(random() * 2 ** 53);
    case "bool":
      return random() < 0.5;
    case "json":
      return column.name === "extra" ? `{"e":${pick(JSON_TEXTS)}}` : pick(JSON_TEXTS);
    case "string":
      return random() < 0.5 ? pick(STRINGS) : `v${Math.floor(random() * 1000)}`;
  }
}

/** Columns of every type. */
export const ALL_TYPES: readonly Column[] = [
  ...EVENT_COLUMNS,
  { name: "event_count", type: "int64", required: true, field: null },
];

/** Values that are few, distinct, absent, long, alike in their first bytes, or of any kind. */
export function randomValues(column: Column, count: number, random: () => number): unknown[] {
  const few = Array.from({ length: 3 }, () => randomValue(column, random));
  const kind = Math.floor(random() * 7);
  const isText = column.type === "string" || column.type === "json";
  return Array.from({ length: count }, (_, i) => {
    if (kind === 0) return few[Math.floor(random() * few.length)];
    if (kind === 1 && isText) return `distinct-${i}-${random()}`;
    if (kind === 2 && isText) return `"${"long ".repeat(Math.floor(random() * 90))}${i % 700}"`;
    if (kind === 3 && !column.required) return null;
    if (kind === 4 && isText) return "aaaaaaaaaaaaaaaaaaaaa".slice(0, Math.floor(random() * 22));
    if (kind === 5 && isText && random() < Math.min(0.01, 10 / count)) {
      return "x".repeat(Math.floor(random() * 400_000));
    }
    return randomValue(column, random);
  });
}

/** A row of `events` with random values. */
export function randomRow(random: () => number): EventRow {
  return Object.fromEntries(
    EVENT_COLUMNS.map((column) => [column.name, randomValue(column, random)]),
  );
}

/** Writes rows as a file of one or more row groups. */
export function writeRows(rows: readonly EventRow[], rowGroupRows = 1000): Uint8Array {
  const writer = new TableWriter(EVENT_COLUMNS);
  for (let start = 0; start < rows.length; start += rowGroupRows) {
    const group = rows.slice(start, start + rowGroupRows);
    writer.writeRowGroup(
      EVENT_COLUMNS.map(({ name }) => group.map((row) => row[name] ?? null)),
      group.length,
    );
  }
  return writer.finish();
}

/** Reads all rows of a file. */
export async function readRows(file: TableFile): Promise<EventRow[]> {
  const { rowCount, values } = await readTable(file);
  return Array.from(
    { length: rowCount },
    (_, i) => Object.fromEntries(EVENT_COLUMNS.map(({ name }, c) => [name, values[c][i]])),
  );
}

/** The hour of `hourRows()`. */
export const HOUR_MS = Date.UTC(2026, 0, 2, 3);

/** Random rows of one hour, among them redeliveries, other spellings of a content, and conflicts. */
export function hourRows(count: number, random: () => number): EventRow[] {
  const rows: EventRow[] = [];
  for (let i = 0; i < count; i++) {
    const other = rows[Math.floor(random() * rows.length)];
    const kind = rows.length === 0 ? 1 : random();
    if (kind < 0.15) rows.push({ ...other, source_object: `s3://b/${Math.floor(random() * 9)}` });
    else if (kind < 0.2) rows.push({ ...other, request_parameters: `{"x":1,"y":0.0}` });
    else if (kind < 0.25) rows.push({ ...other, request_parameters: `{"y":0.0,"x":1}` });
    else if (kind < 0.3) rows.push({ ...other, event_name: `Other${Math.floor(random() * 3)}` });
    else {
      rows.push({
        ...randomRow(random),
        event_id: `id-${Math.floor(random() * 1e9)}`,
        event_time: HOUR_MS + Math.floor(random() * 3600) * 1000,
        source_object: `s3://b/${Math.floor(random() * 9)}`,
      });
    }
  }
  return rows;
}
