import { assert, assertEquals, assertRejects } from "@std/assert";
import { TrailsieveError } from "../core/errors.ts";
import { canonicalJson } from "../core/json_text.ts";
import { ACTIVITY_KEY_COLUMNS, EVENT_COLUMNS } from "./columns.ts";
import { encodeChunk, TableWriter } from "./encode.ts";
import type { MergedHour } from "./hour_output.ts";
import { type HourInput, mergeHour, mergeHours } from "./merge.ts";
import { readTable } from "./read.ts";
import { type EventRow, recordFromRow } from "./record.ts";
import { HOUR_MS, hourRows, randomRow, readRows, seeded, writeRows } from "./testing.ts";

function contentOf(row: EventRow): string {
  return canonicalJson(recordFromRow(row)) + (row.event_id as string);
}

/** What the lake must hold, found the simple way. */
function reference(rows: readonly EventRow[]) {
  const distinct = new Map<string, EventRow>();
  for (const row of rows) {
    const known = distinct.get(contentOf(row));
    if (known === undefined || String(row.source_object) < String(known.source_object)) {
      distinct.set(contentOf(row), row);
    }
  }
  const ids = new Set([...distinct.values()].map((row) => row.event_id));
  const activity = new Map<string, number>();
  for (const row of distinct.values()) {
    const key = JSON.stringify(ACTIVITY_KEY_COLUMNS.map(({ name }) => row[name]));
    activity.set(key, (activity.get(key) ?? 0) + 1);
  }
  return { distinct, conflicts: distinct.size - ids.size, activity };
}

/** Deals rows into parts, with other rows before and behind each part's range. */
function deal(rows: readonly EventRow[], partCount: number, random: () => number) {
  const hands: EventRow[][] = Array.from({ length: partCount }, () => []);
  for (const row of rows) hands[Math.floor(random() * partCount)].push(row);
  const noise = Array.from({ length: 3 }, () => randomRow(random));
  return hands.map((hand) => ({
    file: writeRows([...noise, ...hand, ...noise], 50),
    rowStart: noise.length,
    rowCount: hand.length,
  }));
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list.map((item) => [random(), item] as const).sort(([a], [b]) => a - b).map(([, x]) => x);
}

function sum(hour: MergedHour, what: "rows" | "conflicts"): number {
  return hour.events.reduce((total, file) => total + file[what], 0);
}

Deno.test("mergeHour() keeps one row per distinct event, as a naive merge does", async () => {
  const random = seeded();
  for (let round = 0; round < 5; round++) {
    const rows = hourRows(300, random);
    const expected = reference(rows);
    const input: HourInput = { hourMs: HOUR_MS, parts: deal(rows, 4, random), existing: [] };
    const merged = await mergeHour(input, { rowGroupRowsMax: 70 });

    const got = (await Promise.all(merged.events.map((file) => readRows(file.bytes)))).flat();
    assertEquals(got.length, expected.distinct.size);
    assertEquals(sum(merged, "rows"), got.length);
    assertEquals(sum(merged, "conflicts"), expected.conflicts);
    for (const row of got) {
      const want = expected.distinct.get(contentOf(row));
      assert(want !== undefined);
      assertEquals(row.source_object, want.source_object);
    }
    const times = got.map((row) => row.event_time as number);
    assertEquals(times, times.toSorted((a, b) => a - b));

    const activity = await readTable(merged.activity.bytes);
    assertEquals(activity.rowCount, merged.activity.rows);
    const counts = Array.from({ length: activity.rowCount }, (_, i) => {
      const keys = ACTIVITY_KEY_COLUMNS.map((_, c) => activity.values[c][i]);
      return `${JSON.stringify(keys)} ${activity.values[keys.length][i]}`;
    });
    const wanted = [...expected.activity].map(([key, count]) => `${key} ${count}`);
    assertEquals(counts.sort(), wanted.sort());
  }
});

Deno.test("mergeHour() gives the same bytes whatever the order and the parts", async () => {
  const random = seeded();
  const rows = hourRows(400, random);
  let first: MergedHour | undefined;
  for (let round = 0; round < 4; round++) {
    const parts = deal(shuffled(rows, random), 1 + round, random);
    const merged = await mergeHour({ hourMs: HOUR_MS, parts, existing: [] }, {
      rowGroupRowsMax: 100,
    });
    first ??= merged;
    assertEquals(merged.events.map((f) => f.rows), first.events.map((f) => f.rows));
    for (const [i, file] of merged.events.entries()) {
      assertEquals(await readRows(file.bytes), await readRows(first.events[i].bytes));
    }
    assertEquals(merged.activity, first.activity);
  }
});

Deno.test("mergeHour() merges late parts into existing files as if all had come at once", async () => {
  const random = seeded();
  const rows = hourRows(300, random);
  const whole = await mergeHour({ hourMs: HOUR_MS, parts: deal(rows, 1, random), existing: [] });
  const early = await mergeHour({
    hourMs: HOUR_MS,
    parts: deal(rows.slice(0, 200), 2, random),
    existing: [],
  });
  const late = await mergeHour({
    hourMs: HOUR_MS,
    parts: deal(rows.slice(100), 3, random),
    existing: early.events.map((file) => file.bytes),
  });
  assertEquals(late, whole);
});

Deno.test("mergeHour() writes beside standing files only what they lack", async () => {
  const random = seeded();
  const rows = hourRows(300, random);
  const early = await mergeHour({
    hourMs: HOUR_MS,
    parts: deal(rows.slice(0, 200), 2, random),
    existing: [],
  });
  const standing = early.events.map((file) => file.bytes);
  const parts = deal(rows, 2, random);
  const late = await mergeHour({ hourMs: HOUR_MS, parts, existing: [], standing });
  const whole = await mergeHour({ hourMs: HOUR_MS, parts, existing: [] });
  assertEquals(sum(early, "rows") + sum(late, "rows"), sum(whole, "rows"));
  assertEquals(sum(early, "conflicts") + sum(late, "conflicts"), sum(whole, "conflicts"));
  assertEquals(late.activity, whole.activity);

  const again = await mergeHour({
    hourMs: HOUR_MS,
    parts,
    existing: [],
    standing: [...standing, ...late.events.map((file) => file.bytes)],
  });
  assertEquals(again.events, []);
});

Deno.test("mergeHour() splits an hour into files of at most fileBytesMax", async () => {
  const random = seeded();
  const parts = deal(hourRows(400, random), 2, random);
  const fileBytesMax = 60_000;
  const merged = await mergeHour({ hourMs: HOUR_MS, parts, existing: [] }, {
    fileBytesMax,
    rowGroupRowsMax: 40,
  });
  assert(merged.events.length > 1);
  for (const { bytes } of merged.events) assert(bytes.byteLength <= fileBytesMax);
});

Deno.test("mergeHour() that splits an hour has every row of the replaced file in its first file", async () => {
  const random = seeded();
  const rows = hourRows(400, random).map((row, i): EventRow => ({ ...row, event_id: `id-${i}` }));
  const early = rows.toSorted((a, b) => (b.event_time as number) - (a.event_time as number));
  // The replaced file's rows are the hour's last.
  const existing = early.slice(0, 50);
  const fileBytesMax = 60_000;
  const merged = await mergeHour({
    hourMs: HOUR_MS,
    parts: deal(early.slice(50), 2, random),
    existing: [writeRows(existing, 50)],
  }, { fileBytesMax, rowGroupRowsMax: 40 });
  assert(merged.events.length > 1);
  const first = new Set((await readRows(merged.events[0].bytes)).map((row) => row.event_id));
  assertEquals(existing.filter((row) => !first.has(row.event_id)).length, 0);
  assertEquals(sum(merged, "rows"), 400);
});

Deno.test("mergeHours() gives each hour what mergeHour() gives, from shared parts", async () => {
  const random = seeded();
  const hours: EventRow[][] = [50, 0, 120, 7].map((count) => hourRows(count, random));
  const parts = Array.from({ length: 2 }, () => {
    const file = writeRows(hours.flat(), 40);
    let rowStart = 0;
    return hours.map((rows) => {
      rowStart += rows.length;
      return { file, rowStart: rowStart - rows.length, rowCount: rows.length };
    });
  });
  const inputs = hours.map((_, i): HourInput => ({
    hourMs: HOUR_MS + i,
    parts: parts.map((list) => list[i]),
    existing: [],
  }));
  const merged = await Array.fromAsync(mergeHours(inputs));
  assertEquals(merged.map((hour) => hour.hourMs), inputs.map((input) => input.hourMs));
  for (const [i, hour] of merged.entries()) {
    assertEquals(hour, await mergeHour(inputs[i]));
    assertEquals(sum(hour, "rows"), reference(hours[i]).distinct.size);
  }
});

Deno.test("mergeHour() refuses a part that lacks its rows, and stops on abort", async () => {
  const part = { file: writeRows([randomRow(seeded())]), rowStart: 0, rowCount: 2 };
  const input = { hourMs: HOUR_MS, parts: [part], existing: [] };
  const error = await assertRejects(() => mergeHour(input), TrailsieveError, "it has 1");
  assertEquals(error.code, "corrupt");
  const one = { ...input, parts: [{ ...part, rowCount: 1 }] };
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => mergeHour(one, { signal }), Error, "enough");
});

Deno.test("mergeHour() refuses a row group of which a column has fewer rows, whatever lies behind these", async () => {
  const random = seeded();
  const rows = Array.from({ length: 200 }, () => randomRow(random));
  for (const { name } of EVENT_COLUMNS) {
    const chunks = EVENT_COLUMNS.map((column) => {
      const values = rows.map((row) => row[column.name] ?? null);
      if (column.name !== name) return encodeChunk(column, values);
      const isText = column.type === "string" || column.type === "json";
      return encodeChunk(
        column,
        isText ? ["\u0000\u0000\u0000\u000f".repeat(300)] : values.slice(1),
      );
    });
    const writer = new TableWriter(EVENT_COLUMNS);
    writer.appendRowGroup(chunks, 200);
    const part = { file: writer.finish(), rowStart: 0, rowCount: 200 };
    const error = await assertRejects(
      () => mergeHour({ hourMs: HOUR_MS, parts: [part], existing: [] }),
      TrailsieveError,
      "of 200 rows",
    );
    assertEquals(error.code, "corrupt");
  }
});

Deno.test("mergeHour() refuses a file in which an id or a time is null", async () => {
  const row = randomRow(seeded());
  const columns = EVENT_COLUMNS.map((column) => ({ ...column, required: false }));
  for (const name of ["event_id", "event_time"]) {
    const writer = new TableWriter(columns);
    const rows = [row, { ...row, [name]: null }, row];
    writer.writeRowGroup(columns.map((column) => rows.map((row) => row[column.name] ?? null)), 3);
    const part = { file: writer.finish(), rowStart: 0, rowCount: 3 };
    const error = await assertRejects(
      () => mergeHour({ hourMs: HOUR_MS, parts: [part], existing: [] }),
      TrailsieveError,
      `${name} has a null`,
    );
    assertEquals(error.code, "corrupt");
  }
});

Deno.test("mergeHour() of nothing is an hour of no files and an empty rollup", async () => {
  const merged = await mergeHour({ hourMs: HOUR_MS, parts: [], existing: [] });
  assertEquals(merged.events, []);
  assertEquals((await readTable(merged.activity.bytes)).rowCount, 0);
});

Deno.test("mergeHour() takes rows that differ in spelling only for one event", async () => {
  const base: EventRow = { event_time: HOUR_MS, event_id: "e", source_object: "s3://b/2" };
  const same = [
    { ...base, request_parameters: '{"a":1,"b":"\\u0041"}' },
    { ...base, request_parameters: '{"b":"A","a":1}', source_object: "s3://b/1" },
    { ...base, request_parameters: '{"a":2,"b":"A","a":1}', source_object: "s3://b/3" },
  ];
  const other = [
    { ...base, request_parameters: '{"a":1.0,"b":"A"}' },
    { ...base, request_parameters: '{"a":1,"b":"A","c":null}' },
    { ...base, request_parameters: '"{\\"a\\":1,\\"b\\":\\"A\\"}"' },
    { ...base },
    { ...base, extra: '{"requestParameters":null}' },
  ];
  const file = writeRows([...same, ...other]);
  const parts = [{ file, rowStart: 0, rowCount: same.length + other.length }];
  const merged = await mergeHour({ hourMs: HOUR_MS, parts, existing: [] });
  assertEquals(sum(merged, "rows"), 1 + other.length);
  assertEquals(sum(merged, "conflicts"), other.length);
  const rows = await readRows(merged.events[0].bytes);
  const kept = rows.filter((row) => row.request_parameters === same[1].request_parameters);
  assertEquals(kept.map((row) => row.source_object), ["s3://b/1"]);
});

Deno.test("mergeHour() compares whole contents beside thousands of redeliveries", async () => {
  const random = seeded();
  const rows = Array.from({ length: 3000 }, (_, i): EventRow => ({
    event_time: HOUR_MS + i,
    event_id: `id-${i}`,
    event_name: `Name${Math.floor(random() * 5)}`,
    request_parameters: `{"i":${i},"deep":[${"[".repeat(i % 500)}${"]".repeat(i % 500)}]}`,
  }));
  const respelled = rows.map((row, i) => ({
    ...row,
    request_parameters: i % 2 === 0
      ? row.request_parameters
      : `{"deep":[${"[".repeat(i % 500)}${"]".repeat(i % 500)}],"i":${i}}`,
    event_name: i % 7 === 0 ? "Another" : row.event_name,
  }));
  const parts = [rows, respelled].map((list) => ({
    file: writeRows(list, 700),
    rowStart: 0,
    rowCount: list.length,
  }));
  const merged = await mergeHour({ hourMs: HOUR_MS, parts, existing: [] });
  const conflicts = Math.ceil(rows.length / 7);
  assertEquals(sum(merged, "conflicts"), conflicts);
  assertEquals(sum(merged, "rows"), rows.length + conflicts);
});

Deno.test("mergeHour() is not stopped by text that is no JSON", async () => {
  const broken = ["{", '{"a":', "", "[1]"].map((text): EventRow => ({
    event_time: HOUR_MS,
    event_id: "e",
    request_parameters: text,
    extra: text,
  }));
  const file = writeRows([...broken, ...broken]);
  const parts = [{ file, rowStart: 0, rowCount: broken.length * 2 }];
  const merged = await mergeHour({ hourMs: HOUR_MS, parts, existing: [] });
  assertEquals(sum(merged, "rows"), broken.length);
});

Deno.test("mergeHour() of a day counts conflicts within an hour, and activity by hour", async () => {
  const dayMs = Date.UTC(2026, 10, 20);
  const row = (hour: number, content: string) => ({
    event_time: dayMs + hour * 3_600_000,
    event_id: "same",
    event_name: "Call",
    request_parameters: JSON.stringify(content),
  });
  const rows = [row(1, "a"), row(1, "a"), row(1, "b"), row(2, "c"), row(23, "d"), row(23, "e")];
  const part = { file: writeRows(rows), rowStart: 0, rowCount: rows.length };
  const merged = await mergeHour({ hourMs: dayMs, parts: [part], existing: [] });
  assertEquals([sum(merged, "rows"), sum(merged, "conflicts")], [5, 2]);
  const { values } = await readTable(merged.activity.bytes, {
    columns: ["event_count", "first_event_time"],
  });
  assertEquals(values, [[2, 1, 2], [1, 2, 23].map((hour) => dayMs + hour * 3_600_000)]);
});
