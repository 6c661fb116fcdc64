import { gunzipSync, gzipSync } from "node:zlib";
import { planTrail } from "../../generator/mod.ts";

/** Events of each tiny object. */
export const TINY_OBJECT_EVENTS = 2;

const START_AT = Date.UTC(2026, 2, 2);
const DAYS = 10;
const HOUR_MS = 3_600_000;
const MODELS = 4000;

const ACCOUNT = "111122223333";

/** One object. */
export interface TinyObject {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** Objects of two events each, all different, of events and deliveries spread over ten days. */
export function* tinyObjects(count: number): Generator<TinyObject> {
  const make = tinyObjectMaker();
  for (let i = 0; i < count; i++) {
    const hour = START_AT + Math.floor((i * DAYS * 24) / count) * HOUR_MS;
    yield make(hour, hour);
  }
}

/** Makes one object after the other, all different: of events of an instant, delivered at another. */
export function tinyObjectMaker(): (eventAt: number, deliveredAt: number) => TinyObject {
  const models = modelRecords();
  let objects = 0;
  let events = 0;
  return (eventAt, deliveredAt) => {
    const eventTime = `${new Date(eventAt).toISOString().slice(0, 19)}Z`;
    const records: string[] = [];
    while (records.length < TINY_OBJECT_EVENTS) {
      const eventID = `00000000-0000-4000-8000-${String(events).padStart(12, "0")}`;
      records.push(JSON.stringify({ ...models[events++ % models.length], eventID, eventTime }));
    }
    return {
      key: keyOf(new Date(deliveredAt).toISOString(), objects++),
      bytes: gzipSync(`{"Records":[${records.join(",")}]}`, { level: 1 }),
    };
  };
}

/** A log file's key as CloudTrail forms it. */
function keyOf(deliveredAt: string, number: number): string {
  const day = deliveredAt.slice(0, 10).replaceAll("-", "/");
  const minute = deliveredAt.slice(0, 16).replace(/[-:]/g, "");
  const name = `${ACCOUNT}_CloudTrail_us-east-1_${minute}Z_${String(number).padStart(16, "0")}`;
  return `AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/${day}/${name}.json.gz`;
}

/** Records of a generated day, as they are. */
function modelRecords(): Record<string, unknown>[] {
  const records: Record<string, unknown>[] = [];
  for (const { bytes, kind } of planTrail({ seed: 1, events: MODELS, days: 1 }).objects()) {
    if (kind === "log") records.push(...JSON.parse(gunzipSync(bytes).toString()).Records);
  }
  return records;
}
