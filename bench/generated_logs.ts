/** Log files of generated events for the benches of single steps. */
import { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";
import { planTrail } from "../generator/mod.ts";
import { RecordScanner } from "../workers/scan_records.ts";
import { ScannedRecord } from "../workers/scanned_record.ts";

/** Events of an object: as many as `deno task bench` has on average in a day of an organization. */
export const OBJECT_EVENTS = 140;

/** A log file of the trail, as CloudTrail stores it and inflated. */
export interface GeneratedLog {
  readonly gzip: Uint8Array;
  readonly json: Buffer;
  /** Its records as they stand there. */
  readonly records: readonly string[];
}

/**
 * Log files of exactly so many events of a quiet day, always the same ones, in the order of their delivery.
 * @param events of each file
 */
export function generatedLogs(files: number, events: number): GeneratedLog[] {
  const records = generatedRecords(files * events);
  return Array.from({ length: files }, (_, i) => {
    const own = records.slice(i * events, (i + 1) * events);
    const json = Buffer.from(`{"Records":[${own.join(",")}]}`);
    return { gzip: gzipSync(json), json, records: own };
  });
}

/** Gives the elements again and again, one a call. */
export function inTurn<T>(list: readonly T[]): () => T {
  let next = 0;
  return () => list[next++ % list.length];
}

function generatedRecords(count: number): string[] {
  const plan = planTrail({ seed: 1, events: count, days: 1, stories: false, gzipLevel: 1 });
  const records: string[] = [];
  const record = new ScannedRecord();
  for (const { kind, bytes } of plan.objects()) {
    if (kind !== "log") continue;
    const batch = new RecordScanner().push(gunzipSync(bytes) as Buffer, true);
    record.useBatch(batch);
    for (let i = 0; i < batch.count && records.length < count; i++) {
      record.moveTo(i);
      records.push(record.text());
    }
  }
  return records;
}
