import { collectGarbage, relieveMemory } from "../core/collect_garbage.ts";
import { hourOf } from "../core/hours.ts";
import { LIMITS } from "../core/limits.ts";
import { EVENT_COLUMNS, TableWriter } from "../parquet/mod.ts";
import { EventColumns } from "./event_columns.ts";
import type { PartReport } from "./protocol.ts";
import type { ScannedRecord } from "./scanned_record.ts";

const EVENT_TIME = EVENT_COLUMNS.findIndex((column) => column.name === "event_time");

/** Collects a shard's events and encodes them into part files, in each the rows ordered by event hour. */
export class PartBuilder {
  readonly #parts: PartReport[] = [];
  #columns = new EventColumns();

  append(record: ScannedRecord, timeMs: number, eventId: string, sourceObject: string): void {
    this.#columns.append(record, timeMs, eventId, sourceObject);
    const { rowCount, textLength, borrows } = this.#columns;
    if (rowCount >= LIMITS.partRowsMax || textLength >= LIMITS.partTextMax || borrows) {
      this.#flush();
    }
  }

  /** Finishes a part, so that what follows can be taken back. @returns the number of parts so far. */
  mark(): number {
    this.#flush();
    return this.#parts.length;
  }

  /** Forgets every row since the mark. */
  rollBack(mark: number): void {
    this.#parts.length = mark;
    this.#columns = new EventColumns();
  }

  /** The shard's parts; the builder is empty again. */
  take(): PartReport[] {
    this.#flush();
    return this.#parts.splice(0);
  }

  #flush(): void {
    const { values, rowCount } = this.#columns;
    if (rowCount === 0) return;
    // One record was far above the bound: what reading it left behind goes before encoding takes as much again.
    if (this.#columns.textLength > 2 * LIMITS.partTextMax) collectGarbage();
    this.#columns = new EventColumns();
    const times = values[EVENT_TIME] as number[];
    const order = Uint32Array.from(times, (_, row) => row).sort((a, b) =>
      times[a] - times[b] || a - b
    );
    const hours = hourRanges(Array.from(order, (row) => times[row]));
    const writer = new TableWriter(EVENT_COLUMNS);
    for (const { rowStart, rowCount } of rowGroups(hours)) {
      const rows = order.subarray(rowStart, rowStart + rowCount);
      writer.writeRowGroup(values.map((column) => picked(column, rows)), rowCount);
    }
    this.#parts.push({ bytes: writer.finish(), hours });
    relieveMemory();
  }
}

interface RowRange {
  readonly rowStart: number;
  readonly rowCount: number;
}

/** The values of some rows, in their order. */
function picked(values: readonly unknown[], rows: Uint32Array): unknown[] {
  const list = new Array<unknown>(rows.length);
  for (let i = 0; i < rows.length; i++) list[i] = values[rows[i]];
  return list;
}

function hourRanges(times: readonly number[]): (RowRange & { readonly hourMs: number })[] {
  const ranges: (RowRange & { hourMs: number })[] = [];
  let rowStart = 0;
  for (let row = 1; row <= times.length; row++) {
    const hourMs = hourOf(times[rowStart]);
    if (row < times.length && hourOf(times[row]) === hourMs) continue;
    ranges.push({ hourMs, rowStart, rowCount: row - rowStart });
    rowStart = row;
  }
  return ranges;
}

/** An hour with many rows gets row groups of its own, which compaction reads alone; the others share. */
function rowGroups(hours: readonly RowRange[]): RowRange[] {
  const groups: { rowStart: number; rowCount: number; shared: boolean }[] = [];
  for (const { rowStart, rowCount } of hours) {
    const shared = rowCount < LIMITS.partHourRowsMin;
    const last = groups.at(-1);
    if (shared && last?.shared) last.rowCount += rowCount;
    else groups.push({ rowStart, rowCount, shared });
  }
  return groups;
}
