/** `deno bench -A parquet/`: rows of about 1.4 KB, 20,000 at a time; rows a second are 20,000 / time. */
import { EVENT_COLUMNS } from "./columns.ts";
import { TableWriter } from "./encode.ts";
import { mergeHour } from "./merge.ts";
import { readTable } from "./read.ts";
import { seeded } from "./testing.ts";

const ROWS = 20_000;
const HOUR_MS = Date.UTC(2026, 0, 2, 3);

const VALUES = makeValues(0);
const FILE = write(VALUES, ROWS);
const HALF = write(VALUES, ROWS / 2);
const OTHER = write(makeValues(1), ROWS);
const SMALL = Array.from({ length: 100 }, (_, i) => write(makeValues(i + 2, 200), 200));

/** Columns as CloudTrail fills them: unique ids, a few hundred principals, JSON that repeats in part. */
function makeValues(seed: number, rows = ROWS): unknown[][] {
  const random = seeded(seed);
  const hex = (length: number) =>
    Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
  const some = (name: string, kinds: number) => `${name}-${Math.floor(random() * kinds)}`;
  const users = Array.from(
    { length: 300 },
    (_, i) => `arn:aws:sts::00000000${i}:assumed-role/r${i}/s`,
  );
  return EVENT_COLUMNS.map(({ name, type }) =>
    Array.from({ length: rows }, (_, row) => {
      const user = users[(row * 7919) % users.length];
      switch (name) {
        case "event_time":
          return HOUR_MS + Math.floor(row * 3600 / rows) * 1000;
        case "event_id":
        case "request_id":
          return `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`;
        case "user_identity":
          return `{"type":"AssumedRole","principalId":"${hex(20)}","arn":"${user}",` +
            `"accountId":"000000000012","accessKeyId":"ASIA${hex(16)}","sessionContext":` +
            `{"attributes":{"mfaAuthenticated":"false","creationDate":"2026-01-02T03:00:00Z"}}}`;
        case "request_parameters":
          return `{"bucketName":"${some("bucket", 50)}","key":"logs/${hex(24)}/${hex(8)}.json"}`;
        case "response_elements":
        case "resources":
        case "additional_event_data":
          return row % 3 === 0 ? `{"x-amz-id-2":"${hex(76)}","n":${row}}` : null;
        case "user_arn":
        case "session_issuer_arn":
          return user;
        case "source_object":
          return `s3://bucket/AWSLogs/000000000012/CloudTrail/eu-west-1/2026/01/02/${
            row >> 6
          }.json.gz`;
        case "extra":
        case "error_message":
        case "shared_event_id":
        case "tls_details":
          return row % 20 === 0 ? `{"v":"${hex(30)}"}` : null;
        default:
          return type === "bool" ? row % 2 === 0 : some(name, 60);
      }
    })
  );
}

function write(values: readonly (readonly unknown[])[], rows: number): Uint8Array {
  const writer = new TableWriter(EVENT_COLUMNS);
  writer.writeRowGroup(values.map((list) => list.slice(0, rows)), rows);
  return writer.finish();
}

function partOf(file: Uint8Array, rowCount: number) {
  return { file, rowStart: 0, rowCount };
}

Deno.bench("TableWriter: 20,000 rows", () => {
  write(VALUES, ROWS);
});

Deno.bench("readTable(): 20,000 rows, all columns", async () => {
  await readTable(FILE);
});

Deno.bench("mergeHour(): one part of 20,000 rows", async () => {
  await mergeHour({ hourMs: HOUR_MS, parts: [partOf(FILE, ROWS)], existing: [] });
});

Deno.bench("mergeHour(): 20,000 rows into 20,000 existing, none alike", async () => {
  await mergeHour({ hourMs: HOUR_MS, parts: [partOf(FILE, ROWS)], existing: [OTHER] });
});

Deno.bench("mergeHour(): 20,000 rows, half of them there already", async () => {
  await mergeHour({ hourMs: HOUR_MS, parts: [partOf(FILE, ROWS)], existing: [HALF] });
});

Deno.bench("mergeHour(): 100 parts of 200 rows", async () => {
  await mergeHour({ hourMs: HOUR_MS, parts: SMALL.map((f) => partOf(f, 200)), existing: [] });
});
