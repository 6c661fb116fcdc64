/** Rows of generated events, as the lake's columns. */
import { gunzipSync } from "node:zlib";
import { HOUR_MS } from "../core/hours.ts";
import { planTrail } from "../generator/mod.ts";
import { parseEventTime } from "../workers/event_time.ts";
import { EventColumns } from "../workers/event_columns.ts";
import { RecordScanner } from "../workers/scan_records.ts";
import { ScannedRecord } from "../workers/scanned_record.ts";
import { ValueColumns } from "../workers/value_columns.ts";

/** Values by column of so many events, all put into one hour, in the order in which they were delivered. */
export function generatedRows(count: number, hourMs: number): unknown[][] {
  const values = new ValueColumns();
  const columns = new EventColumns(values);
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
  return values.values.map((column) => [...column]);
}
