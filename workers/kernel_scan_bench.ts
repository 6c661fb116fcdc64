/** Finding the records of a whole log file, and all that is done between its gzip and them. */
import type { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { generatedLogs, inTurn, OBJECT_EVENTS } from "../bench/generated_logs.ts";
import { readLog } from "./read_log.ts";
import { RecordScanner } from "./scan_records.ts";
import { scanInKernel } from "./kernel_scan.ts";

const events = `${OBJECT_EVENTS} events`;
const next = inTurn(generatedLogs(16, OBJECT_EVENTS));

const scan = `scan, an object of ${events}`;

Deno.bench(`JSON.parse, ${events}`, { group: scan, baseline: true }, () => {
  JSON.parse(next().json.toString());
});

Deno.bench(`RecordScanner, ${events}`, { group: scan }, () => {
  new RecordScanner().push(next().json, true);
});

Deno.bench(`scanInKernel(), the copy into its memory among it, ${events}`, { group: scan }, () => {
  if (scanInKernel(next().json) === null) throw new Error("the kernel left a generated file");
});

const read = `read, an object of ${events}`;

Deno.bench(`gunzipSync() and JSON.parse, ${events}`, { group: read, baseline: true }, () => {
  JSON.parse((gunzipSync(next().gzip) as Buffer).toString());
});

Deno.bench(`readLog(): gunzip, SHA-256, UTF-8, scan, ${events}`, { group: read }, () => {
  readLog("log.json.gz", next().gzip as Buffer, () => {});
});
