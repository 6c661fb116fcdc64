/**
 * Parts for `merge_hour.ts`, made by a process of their own, so that what making them takes is not counted:
 * `deno run -A bench/merge_parts.ts FOLDER ROWS`. Each has 5,000 rows, whose columns but times and ids are of some
 * thousand generated events that are encoded once.
 */
import { encodeChunk, EVENT_COLUMNS, TableWriter } from "../parquet/mod.ts";
import { generatedRows } from "./generated_rows.ts";

export const PART_ROWS = 5000;
export const HOUR_MS = Date.UTC(2026, 10, 20, 10);

const TEMPLATES = 8;
const FRESH = new Set(["event_time", "event_id", "request_id"]);

/** The path of a part. */
export function partPath(folder: string, part: number): string {
  return `${folder}/part-${part}`;
}

function makeParts(folder: string, rows: number): void {
  const generated = generatedRows(PART_ROWS * TEMPLATES, HOUR_MS);
  const templates = Array.from(
    { length: TEMPLATES },
    (_, t) =>
      EVENT_COLUMNS.map((column, c) =>
        FRESH.has(column.name)
          ? null
          : encodeChunk(column, generated[c].slice(t * PART_ROWS, (t + 1) * PART_ROWS))
      ),
  );
  let state = 1;
  const uuid = () => {
    const words = Array.from({ length: 4 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.imul(state ^ state >>> 15, 0x85ebca6b) >>> 0;
    });
    const hex = words.map((word) => word.toString(16).padStart(8, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  for (let first = 0; first < rows; first += PART_ROWS) {
    const secondMs = HOUR_MS + Math.floor(first / rows * 3540) * 1000;
    const writer = new TableWriter(EVENT_COLUMNS);
    const chunks = EVENT_COLUMNS.map((column, c) => {
      if (!FRESH.has(column.name)) return templates[first / PART_ROWS % TEMPLATES][c]!;
      const values = Array.from(
        { length: PART_ROWS },
        (_, i) =>
          column.name === "event_time" ? secondMs + Math.floor(i * 60 / PART_ROWS) * 1000 : uuid(),
      );
      return encodeChunk(column, values);
    });
    writer.appendRowGroup(chunks, PART_ROWS);
    Deno.writeFileSync(partPath(folder, first / PART_ROWS), writer.finish());
  }
}

if (import.meta.main) makeParts(Deno.args[0], Number(Deno.args[1]));
