/** An hour's life, round after round, against the simplest account of what the lake must hold. */
import { assert, assertEquals } from "@std/assert";
import { canonicalJson } from "../core/json_text.ts";
import { ACTIVITY_KEY_COLUMNS } from "./columns.ts";
import type { MergedFile } from "./hour_output.ts";
import { mergeHour } from "./merge.ts";
import { mergeLargeHour } from "./merge_large.ts";
import { readTable } from "./read.ts";
import { type EventRow, recordFromRow } from "./record.ts";
import { randomRow, readRows, seeded, writeRows } from "./testing.ts";

const HOUR_MS = Date.UTC(2026, 0, 2, 3);

/**
 * Rows that were never seen, and others again: to the letter from elsewhere, or unless the hour is quiet spelled
 * otherwise or with another content.
 */
function deliver(
  count: number,
  seen: readonly EventRow[],
  isQuiet: boolean,
  random: () => number,
): EventRow[] {
  const rows: EventRow[] = [];
  const source = () => `s3://b/${Math.floor(random() * 5)}`;
  const pick = (list: readonly EventRow[]) => list[Math.floor(random() * list.length)];
  for (let i = 0; i < count; i++) {
    const known = random() < 0.5 ? pick(rows) : pick(seen);
    const kind = known === undefined ? 1 : random();
    if (kind < 0.2) rows.push({ ...known, source_object: source() });
    else if (!isQuiet && kind < 0.25) {
      rows.push({ ...known, request_parameters: `{"x":1,"y":0.0}` });
    } else if (!isQuiet && kind < 0.3) {
      rows.push({ ...known, request_parameters: `{ "y":0.0,"\\u0078":1}` });
    } else if (!isQuiet && kind < 0.35) rows.push({ ...known, event_time: HOUR_MS + 1000 });
    else {
      rows.push({
        ...randomRow(random),
        event_id: `id-${Math.floor(random() * 1e9)}`,
        event_time: HOUR_MS + Math.floor(random() * 3600) * 1000,
        source_object: source(),
      });
    }
  }
  return rows;
}

/** The rows in parts of random sizes, each sorted by time and with rows of other hours around. */
function partsOf(rows: readonly EventRow[], random: () => number) {
  const others = Array.from({ length: 4 }, () => randomRow(random));
  const parts = [];
  for (let from = 0; from < rows.length;) {
    const list = rows.slice(from, from + 1 + Math.floor(random() * 60));
    list.sort((a, b) => (a.event_time as number) - (b.event_time as number));
    const rowStart = Math.floor(random() * others.length);
    const around = [...others.slice(0, rowStart), ...list, ...others.slice(rowStart)];
    const file = writeRows(around, 1 + Math.floor(random() * 80));
    parts.push({ file, rowStart, rowCount: list.length });
    from += list.length;
  }
  return parts;
}

const contentOf = (row: EventRow) => `${row.event_id} ${canonicalJson(recordFromRow(row))}`;

/** What the hour holds, by content: the source object that its row names. */
class Oracle {
  readonly sources = new Map<string, string>();
  readonly #keys = new Map<string, string>();

  /** @param stands whether rows that are there stay as they are */
  add(rows: readonly EventRow[], stands: boolean): void {
    const there = new Set(stands ? this.sources.keys() : []);
    for (const row of rows) {
      const content = contentOf(row);
      const source = String(row.source_object);
      const known = this.sources.get(content);
      if (known === undefined || (!there.has(content) && source < known)) {
        this.sources.set(content, source);
      }
      this.#keys.set(content, JSON.stringify(ACTIVITY_KEY_COLUMNS.map(({ name }) => row[name])));
    }
  }

  get conflicts(): number {
    const ids = new Set([...this.sources.keys()].map((content) => content.split(" ")[0]));
    return this.sources.size - ids.size;
  }

  get activity(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const key of this.#keys.values()) counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts;
  }
}

async function activityOf(bytes: Uint8Array): Promise<Map<string, number>> {
  const { values, rowCount } = await readTable(bytes);
  return new Map(Array.from({ length: rowCount }, (_, i) => [
    JSON.stringify(ACTIVITY_KEY_COLUMNS.map((_, c) => values[c][i])),
    values[ACTIVITY_KEY_COLUMNS.length][i] as number,
  ]));
}

/** Merges a round in one of the two ways. */
async function mergeRound(
  isLarge: boolean,
  parts: ReturnType<typeof partsOf>,
  files: readonly Uint8Array[],
  { stands, activity }: { readonly stands: boolean; readonly activity: Uint8Array | null },
): Promise<{ readonly files: MergedFile[]; readonly activity: Uint8Array }> {
  const input = {
    hourMs: HOUR_MS,
    parts,
    existing: stands ? [] : files,
    standing: stands ? files : [],
  };
  if (!isLarge) {
    const merged = await mergeHour(input, { rowGroupRowsMax: 90, fileBytesMax: 120_000 });
    return { files: [...merged.events], activity: merged.activity.bytes };
  }
  const merged: MergedFile[] = [];
  const sizes = { rowGroupRowsMin: 30, rowGroupRowsMax: 90, fileBytesMax: 120_000 };
  for await (const output of mergeLargeHour({ ...input, standingActivity: activity }, sizes)) {
    if (output.kind === "activity") return { files: merged, activity: output.bytes };
    merged.push({ ...output, bytes: output.bytes.slice() });
  }
  throw new Error("a merge ends without its rollup");
}

Deno.test("merging round after round holds what an account of all deliveries holds", async () => {
  const random = seeded();
  for (let life = 0; life < 4; life++) {
    const oracle = new Oracle();
    const seen: EventRow[] = [];
    const spellings = new Set<string>();
    let files: MergedFile[] = [];
    let activity: Uint8Array | null = null;
    for (let round = 0; round < 4; round++) {
      const rows = deliver(20 + Math.floor(random() * 150), seen, life < 2, random);
      // Files that are several stay; a single one is replaced or stays.
      const stands = files.length > 1 || (files.length === 1 && random() < 0.5);
      const merged = await mergeRound(
        random() < 0.6,
        partsOf(rows, random),
        files.map(({ bytes }) => bytes),
        { stands, activity: stands && random() < 0.7 ? activity : null },
      );
      oracle.add(rows, stands);
      seen.push(...rows);
      for (const row of rows) spellings.add(recordFromRow(row));
      files = [...(stands ? files : []), ...merged.files];
      activity = merged.activity;

      const got = (await Promise.all(files.map(({ bytes }) => readRows(bytes)))).flat();
      const sources = new Map(got.map((row) => [contentOf(row), String(row.source_object)]));
      assertEquals(sources.size, got.length, "a row is there twice");
      assertEquals(sources, oracle.sources);
      assertEquals(files.reduce((sum, file) => sum + file.rows, 0), got.length);
      assertEquals(files.reduce((sum, file) => sum + file.conflicts, 0), oracle.conflicts);
      assertEquals(await activityOf(activity), oracle.activity);
      // The JSON of each is one of the spellings in which it came.
      for (const row of got) assert(spellings.has(recordFromRow(row)));
    }
  }
});
