/** Rows of generated events, as the lake's columns. */
import { gunzipSync } from "node:zlib";
import { HOUR_MS } from "../core/hours.ts";
import { planTrail } from "../generator/mod.ts";
import { parseEventTime } from "../workers/event_time.ts";
import { EVENT_COLUMNS, valueAt } from "../parquet/mod.ts";
import { BuiltColumns } from "../workers/built_columns.ts";
import { EventColumns } from "../workers/event_columns.ts";
import { RecordScanner } from "../workers/scan_records.ts";
import { ScannedRecord } from "../workers/scanned_record.ts";

/** Values by column of so many events, all put into one hour, in the order in which they were delivered. */
export function generatedRows(count: number, hourMs: number): unknown[][] {
  const columns = new EventColumns(new BuiltColumns());
  const record = new ScannedRecord();
  for (const { kind, bytes, key } of planTrail({ seed: 1, events: count * 2 }).objects()) {
    if (kind !== "log") continue;
    const batch = new RecordScanner().push(gunzipSync(bytes), true);
    record.useBatch(batch);
    for (let i = 0; i < batch.count && columns.rowCount < count; i++) {
      record.moveTo(i);
      const timeMs = parseEventTime(record.string("eventTime")!)!;
      columns.append(record, hourMs + timeMs % HOUR_MS, `s3://trail/${key}`);
    }
    if (columns.rowCount >= count) break;
  }
  return valuesOf(columns);
}

/** The events' values by column, as `ColumnType` has them. */
export function valuesOf(columns: EventColumns): unknown[][] {
  return columns.columns().map((column, i) =>
    Array.from(column.codes, (_, row) => valueAt(EVENT_COLUMNS[i], column, row))
  );
}
