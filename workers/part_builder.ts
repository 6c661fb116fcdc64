import { collectGarbage, relieveMemory } from "../core/collect_garbage.ts";
import { hourOf } from "../core/hours.ts";
import { LIMITS } from "../core/limits.ts";
import { EVENT_COLUMNS, TableWriter } from "../parquet/mod.ts";
import { EventColumns } from "./event_columns.ts";
import { KernelColumns } from "./kernel_columns.ts";
import type { PartReport } from "./protocol.ts";
import type { ScannedRecord } from "./scanned_record.ts";
import { ValueColumns } from "./value_columns.ts";

/** Bytes of records after which it is looked at how many of them the columns hold: values that recur take none. */
const MEASURED_BYTES = 1024 * 1024;

/**
 * Collects a shard's events and encodes them into part files, in each the rows ordered by event hour. Made for use
 * for one shard after the other.
 */
export class PartBuilder {
  readonly #columns = new EventColumns(new KernelColumns());
  /** For records that do not fit there: each is a part by itself. */
  #largeColumns: EventColumns | null = null;
  #timesMs: number[] = [];
  #parts: PartReport[] = [];
  #unmeasuredBytes = 0;

  append(record: ScannedRecord, timeMs: number, sourceObject: string): void {
    if (record.byteLength > LIMITS.kernelRecordBytesMax) {
      return this.#appendLarge(record, timeMs, sourceObject);
    }
    this.#columns.append(record, timeMs, sourceObject);
    this.#timesMs.push(timeMs);
    this.#unmeasuredBytes += record.byteLength;
    if (this.#columns.rowCount >= LIMITS.partRowsMax || this.#columns.isFull) this.#flush();
    else if (this.#unmeasuredBytes >= MEASURED_BYTES) {
      this.#unmeasuredBytes = 0;
      if (this.#columns.byteLength >= LIMITS.partBytesMax) this.#flush();
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
    this.#clear();
  }

  /** The shard's parts; the builder is empty again. */
  take(): PartReport[] {
    this.#flush();
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }

  #appendLarge(record: ScannedRecord, timeMs: number, sourceObject: string): void {
    this.#flush();
    const columns = this.#largeColumns ??= new EventColumns(new ValueColumns());
    columns.append(record, timeMs, sourceObject);
    // What reading it left behind goes before encoding takes as much again.
    if (columns.byteLength > LIMITS.partBytesMax) collectGarbage();
    this.#parts.push(encode(columns, [timeMs]));
    columns.clear();
    relieveMemory();
  }

  #flush(): void {
    if (this.#columns.rowCount === 0) return;
    this.#parts.push(encode(this.#columns, this.#timesMs));
    this.#clear();
    relieveMemory();
  }

  #clear(): void {
    this.#columns.clear();
    this.#timesMs = [];
    this.#unmeasuredBytes = 0;
  }
}

function encode(columns: EventColumns, timesMs: readonly number[]): PartReport {
  const { rows, hours } = orderByHour(timesMs);
  const writer = new TableWriter(EVENT_COLUMNS);
  for (const { rowStart, rowCount } of rowGroups(hours)) {
    columns.write(writer, rows.subarray(rowStart, rowStart + rowCount));
  }
  return { bytes: writer.finish(), hours };
}

interface RowRange {
  readonly rowStart: number;
  readonly rowCount: number;
}

/** Rows with one hour behind the other, within an hour as they came, and where each hour's rows lie then. */
function orderByHour(timesMs: readonly number[]) {
  const counts = new Map<number, number>();
  let hourMs = NaN;
  let inHour = 0;
  for (const timeMs of timesMs) {
    // Neighbours mostly share their hour.
    if (hourOf(timeMs) !== hourMs) {
      if (inHour > 0) counts.set(hourMs, (counts.get(hourMs) ?? 0) + inHour);
      hourMs = hourOf(timeMs);
      inHour = 0;
    }
    inHour++;
  }
  counts.set(hourMs, (counts.get(hourMs) ?? 0) + inHour);
  const next = new Map<number, number>();
  let rowStart = 0;
  const hours = [...counts].sort(([a], [b]) => a - b).map(([hourMs, rowCount]) => {
    next.set(hourMs, rowStart);
    rowStart += rowCount;
    return { hourMs, rowStart: rowStart - rowCount, rowCount };
  });
  const rows = new Uint32Array(timesMs.length);
  timesMs.forEach((timeMs, row) => {
    const hour = hourOf(timeMs);
    const place = next.get(hour)!;
    rows[place] = row;
    next.set(hour, place + 1);
  });
  return { rows, hours };
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
