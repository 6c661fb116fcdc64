import { assert, assertEquals, assertRejects } from "@std/assert";
import { parquetMetadata } from "hyparquet";
import { TrailsieveError } from "../core/errors.ts";
import { canonicalJson } from "../core/json_text.ts";
import type { MergedFile } from "./hour_output.ts";
import { mergeHour } from "./merge.ts";
import { type LargeHourInput, mergeLargeHour, type MergeLargeOptions } from "./merge_large.ts";
import { readTable, type TableFile, TableReader } from "./read.ts";
import { type EventRow, recordFromRow } from "./record.ts";
import { HOUR_MS, hourRows, randomRow, readRows, seeded, writeRows } from "./testing.ts";

/** As a part's rows are. */
function byTime(rows: readonly EventRow[]): EventRow[] {
  return rows.toSorted((a, b) => (a.event_time as number) - (b.event_time as number));
}

function partOf(rows: readonly EventRow[], rowGroupRows: number) {
  return { file: writeRows(rows, rowGroupRows), rowStart: 0, rowCount: rows.length };
}

/** What a merge of everything as a whole gives. */
async function whole(rows: readonly EventRow[]) {
  const merged = await mergeHour({ hourMs: HOUR_MS, parts: [partOf(rows, 100)], existing: [] });
  return {
    rows: await allRows(merged.events),
    conflicts: merged.events.reduce((sum, file) => sum + file.conflicts, 0),
    activity: await readTable(merged.activity.bytes),
  };
}

async function mergeAll(input: Partial<LargeHourInput>, options: MergeLargeOptions = {}) {
  const files: MergedFile[] = [];
  let activity: Uint8Array | null = null;
  const empty = { hourMs: HOUR_MS, parts: [], existing: [], standing: [], standingActivity: null };
  for await (const output of mergeLargeHour({ ...empty, ...input }, options)) {
    assert(activity === null, "the rollup comes last");
    if (output.kind === "file") files.push(output);
    else activity = output.bytes;
  }
  return {
    files,
    rows: await allRows(files),
    conflicts: files.reduce((sum, file) => sum + file.conflicts, 0),
    activityBytes: activity!,
    activity: await readTable(activity!),
  };
}

async function allRows(files: readonly { readonly bytes: Uint8Array; readonly rows: number }[]) {
  const texts: string[] = [];
  for (const { bytes, rows } of files) {
    const list = await readRows(bytes.slice());
    assertEquals(list.length, rows);
    texts.push(...list.map((row) => `${row.event_id} ${canonicalJson(recordFromRow(row))}`));
  }
  return texts.sort();
}

const SMALL = { rowGroupRowsMin: 40, rowGroupRowsMax: 60, fileBytesMax: 150_000 };

Deno.test("mergeLargeHour() keeps what sorting the whole hour keeps, copied or encoded anew", async () => {
  const random = seeded();
  const rows = hourRows(600, random);
  const parts = [
    partOf(byTime(rows.slice(0, 200)), 50),
    partOf(byTime(rows.slice(200, 350)), 7),
    partOf(byTime(rows.slice(350)), 1000),
  ];
  const expected = await whole(rows);
  const merged = await mergeAll({ parts }, SMALL);
  assertEquals(merged.rows, expected.rows);
  assertEquals(merged.conflicts, expected.conflicts);
  assertEquals(merged.activity, expected.activity);
  assert(merged.files.length > 1);
  for (const { bytes } of merged.files) {
    assert(bytes.length <= SMALL.fileBytesMax);
    const reader = await TableReader.open(bytes.slice());
    for (const { rowStart, rowCount } of reader.rowGroups) {
      const times = await reader.readColumn(
        "event_time",
        rowStart,
        rowStart + rowCount,
      ) as number[];
      assertEquals(times, times.toSorted((a, b) => a - b));
    }
  }
});

Deno.test("merging leaves no short row group at the end of many rows", async () => {
  const rows = hourRows(200, seeded()).map((row, i): EventRow => ({ ...row, event_id: `id-${i}` }));
  for (const count of [61, 121, 130, 185]) {
    const parts = [partOf(byTime(rows.slice(0, count)), 7)];
    const input = { hourMs: HOUR_MS, parts, existing: [] };
    const { events } = await mergeHour(input, { rowGroupRowsMax: 60 });
    const { files } = await mergeAll(input, { ...SMALL, rowGroupRowsMin: 30 });
    for (const [file, ...others] of [events, files]) {
      assertEquals(others, []);
      const sizes = (await TableReader.open(file.bytes)).rowGroups.map(({ rowCount }) => rowCount);
      assert(Math.min(...sizes) >= 30 && Math.max(...sizes) <= 60, `${count} rows: ${sizes}`);
      assertEquals(sizes.reduce((sum, size) => sum + size, 0), count);
    }
  }
});

Deno.test("mergeLargeHour() replaces the existing file, beginning with its rows", async () => {
  const random = seeded();
  const rows = hourRows(500, random);
  const existing = await mergeHour({
    hourMs: HOUR_MS,
    parts: [partOf(rows.slice(0, 300), 50)],
    existing: [],
  }, {
    rowGroupRowsMax: 60,
  });
  const expected = await whole(rows);
  const late = partOf(rows.slice(250), 9);
  const merged = await mergeAll({
    existing: existing.events.map(({ bytes }) => bytes),
    parts: [late],
  }, SMALL);
  assertEquals(merged.rows, expected.rows);
  assertEquals(merged.conflicts, expected.conflicts);
  assertEquals(merged.activity, expected.activity);
});

Deno.test("mergeLargeHour() has every row of the replaced file in its first file", async () => {
  const random = seeded();
  const rows = hourRows(500, random).map((row, i): EventRow => ({ ...row, event_id: `id-${i}` }));
  // Row groups too small to be copied, before row groups that are copied and fill a file.
  const existing = writeRows(rows.slice(0, 60), 20);
  const parts = [partOf(rows.slice(60), 55)];
  const { files } = await mergeAll({ existing: [existing], parts }, {
    ...SMALL,
    rowGroupRowsMax: 500,
  });
  assert(files.length > 1);
  const first = new Set((await readRows(files[0].bytes.slice())).map((row) => row.event_id));
  assertEquals(rows.slice(0, 60).filter((row) => !first.has(row.event_id)).length, 0);
});

Deno.test("mergeLargeHour() writes beside standing files only what they lack", async () => {
  const random = seeded();
  const rows = hourRows(500, random);
  const expected = await whole(rows);
  const early = await mergeAll({ parts: [partOf(rows.slice(0, 300), 50)] }, SMALL);
  const standing: TableFile[] = early.files.map(({ bytes }) => bytes.slice());
  for (const standingActivity of [null, early.activityBytes]) {
    const parts = [partOf(rows.slice(200), 11)];
    const late = await mergeAll({ standing, parts, standingActivity }, SMALL);
    assertEquals([...early.rows, ...late.rows].sort(), expected.rows);
    assertEquals(early.conflicts + late.conflicts, expected.conflicts);
    assertEquals(late.activity, expected.activity);
    const again = await mergeAll({
      standing: [...standing, ...late.files.map(({ bytes }) => bytes.slice())],
      standingActivity: late.activityBytes,
      parts,
    }, SMALL);
    assertEquals(again.files, []);
    assertEquals(again.activity, expected.activity);
  }
});

Deno.test("mergeLargeHour() copies chunks with their bounds to the letter, cut within a character too", async () => {
  const random = seeded();
  const rows = Array.from({ length: 90 }, (_, i): EventRow => ({
    ...randomRow(random),
    event_id: `id-${i}`,
    event_time: HOUR_MS + i,
    // Its 16th byte is within a character.
    user_agent: `agent of 15 byt${i % 2 === 0 ? "é" : "\u{1F600}"} and more`,
  }));
  const part = partOf(rows, 90);
  const merged = await mergeAll({ parts: [part] }, SMALL);
  const raw = { parsers: { stringFromBytes: (bytes: Uint8Array) => bytes.slice() } };
  const metadataOf = (bytes: Uint8Array) =>
    parquetMetadata(bytes.slice().buffer as ArrayBuffer, raw as never);
  const [before, after] = [metadataOf(part.file), metadataOf(merged.files[0].bytes)];
  assertEquals(after.row_groups.length, 1);
  assertEquals(after.schema, before.schema);
  before.row_groups[0].columns.forEach(({ meta_data: data }, i) => {
    const copy = after.row_groups[0].columns[i].meta_data!;
    assertEquals(copy.statistics, data!.statistics);
    assertEquals(copy.encodings, data!.encodings);
    assertEquals(copy.total_compressed_size, data!.total_compressed_size);
    assertEquals(copy.total_uncompressed_size, data!.total_uncompressed_size);
  });
});

Deno.test("mergeLargeHour() of an hour without rows is an empty rollup", async () => {
  const merged = await mergeAll({});
  assertEquals([merged.files.length, merged.activity.rowCount], [0, 0]);
});

Deno.test("mergeLargeHour() refuses a part that lacks its rows", async () => {
  const part = { ...partOf([randomRow(seeded())], 10), rowCount: 2 };
  const error = await assertRejects(() => mergeAll({ parts: [part] }), TrailsieveError, "it has 1");
  assertEquals(error.code, "corrupt");
});
