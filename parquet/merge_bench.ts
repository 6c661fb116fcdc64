/** Parts of generated events into the files of an hour, as compaction merges them. */
import { generatedRows } from "../bench/generated_rows.ts";
import { EVENT_COLUMNS } from "./columns.ts";
import { TableWriter } from "./encode.ts";
import { type HourInput, mergeHours } from "./merge.ts";

const HOUR_MS = Date.UTC(2026, 2, 2, 3);
const ROWS = 20_000;

const VALUES = generatedRows(ROWS, HOUR_MS);

/** Rows `from` to `to` as a file. */
function write(from: number, to: number): Uint8Array {
  const writer = new TableWriter(EVENT_COLUMNS);
  writer.writeRowGroup(VALUES.map((list) => list.slice(from, to)), to - from);
  return writer.finish();
}

/** The rows as so many parts. */
function partsOf(count: number): HourInput["parts"] {
  const rowCount = ROWS / count;
  return Array.from({ length: count }, (_, i) => (
    { file: write(i * rowCount, (i + 1) * rowCount), rowStart: 0, rowCount }
  ));
}

async function merge(input: Omit<HourInput, "hourMs">): Promise<void> {
  for await (const { events } of mergeHours([{ ...input, hourMs: HOUR_MS }])) {
    if (events.length !== 1) throw new Error(`${events.length} files`);
  }
}

const group = "merge into an hour of 20,000 events";
const parts = partsOf(4);
const late = partsOf(20).slice(-1);
const existing = [write(0, ROWS - 1000)];

Deno.bench("TableWriter alone, 20,000 events", { group, baseline: true }, () => {
  write(0, ROWS);
});

Deno.bench("mergeHours(): 4 parts of 5,000 events", { group }, async () => {
  await merge({ parts, existing: [] });
});

Deno.bench("mergeHours(): the same parts twice, 40,000 events", { group }, async () => {
  await merge({ parts: [...parts, ...parts], existing: [] });
});

Deno.bench("mergeHours(): 1,000 late events into 19,000 existing", { group }, async () => {
  await merge({ parts: late, existing });
});
